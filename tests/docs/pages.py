"""The scripts in the manual's pages: finding them, and running them as a reader would.

The ``mlsql`` blocks of a page make one script, in their order. A comment in the line above a
block says where it is another thing:

=======================  ======================================================================
``<!-- fragment -->``    a script that needs what only readers have: it is parsed, and not run
``<!-- faulty -->``      a script by itself, in which the check finds errors
=======================  ======================================================================

A ``text`` block below ``<!-- output -->`` is what the block before it prints; ``outputs.py``
writes it anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from headrace.graph.span import Source

ROOT = Path(__file__).resolve().parents[2]
MANUAL = ROOT / "docs"
GENERATED = MANUAL / "reference"

Use = Literal["run", "fragment", "faulty"]

_BLOCK = re.compile(
    r"(?:^<!-- (?P<mark>[\w ]+) -->\n)?^```(?P<language>\w+)[^\n]*\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"\]\(([^)#\s]+)")


@dataclass(frozen=True, slots=True)
class Fence:
    """One fenced block of a page; ``start`` and ``end`` are those of its text."""

    language: str
    mark: str
    text: str
    start: int
    end: int

    @property
    def use(self) -> Use:
        """What is done with a script.

        Raises
        ------
        ValueError : for a mark that means nothing
        """
        for use in get_args(Use):
            if self.mark == use or (not self.mark and use == "run"):
                found: Use = use
                return found
        raise ValueError(f"no such mark: {self.mark}")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the manual."""

    path: Path
    text: str

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def fences(self) -> tuple[Fence, ...]:
        return tuple(
            Fence(m["language"], m["mark"] or "", m["text"], m.start("text"), m.end("text"))
            for m in _BLOCK.finditer(self.text)
        )

    def scripts(self, use: Use) -> tuple[Source, ...]:
        """The scripts of one use, each with the page as its name."""
        return tuple(self._source(f) for f in self.fences if _is_script(f) and f.use == use)

    def python(self) -> tuple[str, ...]:
        """The programs of the page, each complete by itself."""
        return tuple(fence.text for fence in self.fences if fence.language == "python")

    @property
    def links(self) -> tuple[str, ...]:
        """The files that the page links to or shows, without those that are generated."""
        found = _LINK.findall(_BLOCK.sub("", self.text))
        return tuple(link for link in found if "://" not in link and "reference/" not in link)

    def script(self, until: int | None = None) -> Source:
        """What a reader has who copied each block that runs, as far as the character ``until``.

        Lines keep their numbers, so that an error names the page's line.
        """
        end = len(self.text) if until is None else until
        parts, at = [], 0
        for fence in self.fences:
            if _is_script(fence) and fence.use == "run" and fence.end <= end:
                parts += [_only_lines(self.text[at : fence.start]), fence.text]
                at = fence.end
        return Source(self.name, "".join(parts))

    def _source(self, fence: Fence) -> Source:
        return Source(self.name, _only_lines(self.text[: fence.start]) + fence.text)


def _is_script(fence: Fence) -> bool:
    return fence.language == "mlsql"


def _only_lines(text: str) -> str:
    return "\n" * text.count("\n")


def pages() -> Iterator[Page]:
    """README and every page that a person wrote."""
    for path in (ROOT / "README.md", *sorted(MANUAL.rglob("*.md"))):
        if not path.is_relative_to(GENERATED):
            yield Page(path, path.read_text(encoding="utf-8"))
