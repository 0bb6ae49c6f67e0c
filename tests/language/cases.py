"""Cases in text files: a title, a script, and what is to come of it.

A case begins with ``==== title``; a line ``~~~~`` parts the script from the outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"


@dataclass(frozen=True)
class Case:
    """``script`` is to give ``outcome``."""

    file: str
    title: str
    script: str
    outcome: str

    @property
    def label(self) -> str:
        return f"{self.file}: {self.title}"


def read_cases(name: str) -> list[Case]:
    """The cases of one file of the corpus."""
    chapters = (CORPUS / f"{name}.txt").read_text("utf-8").split("==== ")[1:]
    return [_case(name, chapter) for chapter in chapters]


def _case(name: str, chapter: str) -> Case:
    title, body = chapter.split("\n", 1)
    script, outcome = body.split("~~~~\n", 1)
    return Case(name, title, script.removesuffix("\n"), outcome.strip("\n"))


def parse_cases() -> list[Case]:
    """All cases whose outcome is a tree or errors."""
    names = sorted(path.stem for path in CORPUS.glob("*.txt") if path.stem != "layout")
    return [case for name in names for case in read_cases(name)]
