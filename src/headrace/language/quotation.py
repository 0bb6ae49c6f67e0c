"""Between the text that a person wrote and the value that it stands for, both ways."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from headrace.graph.span import MappedText, Piece, Source, Span
from headrace.language.syntax import Text, TextKind

ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}
"""What follows a backslash, and what the two stand for. A backslash before anything else stays,
so that ``"\\d+"`` is a regular expression and ``"C:\\data"`` a folder."""

PIECE_LIMIT = 10_000
"""A text with more escapes than this is mapped to its place as a whole, for memory's sake."""

_MARKS = {"string": 1, "block": 3, "quoted_name": 1}


@dataclass(frozen=True, slots=True)
class _Escape:
    """How a kind of text spells what it could not hold otherwise; ``mark`` is in each spelling."""

    mark: str
    pattern: re.Pattern[str]
    value: Callable[[re.Match[str]], str | None]


def read(kind: TextKind, source: Source, start: int, end: int) -> Text:
    """The value of the token at ``start`` to ``end``, each part mapped to where it stands."""
    mark = _MARKS.get(kind, 0)
    span, inner = source.span(start, end), source.span(start + mark, end - mark)
    escape = _ESCAPES_OF.get(kind)
    if escape is None or escape.mark not in inner.text:
        return Text(kind, MappedText.copy_of(inner), span)
    return Text(kind, _unescaped(inner, escape), span)


def is_block_text(plain: str) -> bool:
    """Whether '''…''' can hold the text: it ends at the first three quotes."""
    return "'''" not in plain and not plain.endswith("'")


def write(text: Text) -> str:
    """The text as a script spells it; a block that its quotes cannot hold becomes a string."""
    if text.kind == "quoted_name":
        return f"`{text.plain.replace('`', '``')}`"
    if text.kind == "block" and is_block_text(text.plain):
        return f"'''{text.plain}'''"
    if text.kind in ("string", "block"):
        return f'"{_escape(text.plain)}"'
    return text.plain


def _escape(plain: str) -> str:
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def _unescaped(span: Span, escape: _Escape) -> MappedText:
    """The text with each escape replaced by what it stands for."""
    if span.text.count(escape.mark) > PIECE_LIMIT:
        text = escape.pattern.sub(lambda match: escape.value(match) or match[0], span.text)
        return MappedText(text, (Piece(0, len(text), span, verbatim=False),))
    parts: list[str] = []
    pieces: list[Piece] = []
    length = 0
    for start, end, value in _runs(span, escape):
        part = span.source.text[start:end] if value is None else value
        origin = span.source.span(start, end)
        parts.append(part)
        pieces.append(Piece(length, length + len(part), origin, verbatim=value is None))
        length += len(part)
    return MappedText("".join(parts), tuple(pieces))


def _runs(span: Span, escape: _Escape) -> Iterator[tuple[int, int, str | None]]:
    """Start and end of each run of plain text, with None, and of each escape, with its value."""
    position = span.start
    for match in escape.pattern.finditer(span.source.text, span.start, span.end):
        value = escape.value(match)
        if value is None:
            continue
        if match.start() > position:
            yield position, match.start(), None
        yield match.start(), match.end(), value
        position = match.end()
    if position < span.end or position == span.start:
        yield position, span.end, None


def _character(match: re.Match[str]) -> str | None:
    """What a backslash and its follower stand for; None where they stand for themselves."""
    if match["high"]:
        return chr(0x10000 + (int(match["high"], 16) << 10) + int(match["low"], 16) - 0x360DC00)
    if match["unit"] is None:
        return ESCAPES.get(match["char"])
    char = chr(int(match["unit"], 16))
    return None if "\ud800" <= char <= "\udfff" else char  # half a character is no text


_BACKSLASHED = re.compile(
    r"""\\(?: u(?P<high>[dD][89abAB][0-9a-fA-F]{2})\\u(?P<low>[dD][c-fC-F][0-9a-fA-F]{2})
         | u(?P<unit>[0-9a-fA-F]{4})
         | (?P<char>.) )""",
    re.DOTALL | re.VERBOSE,
)

_ESCAPES_OF = {
    "string": _Escape("\\", _BACKSLASHED, _character),
    "quoted_name": _Escape("``", re.compile("``"), lambda match: "`"),
}
