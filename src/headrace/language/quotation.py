"""Between the text that a person wrote and the value that it stands for, both ways."""

from __future__ import annotations

import re

from headrace.graph.span import MappedText, Piece, Source
from headrace.language.syntax import Text, TextKind

ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}
"""What follows a backslash, and what the two stand for. A backslash before anything else stays,
so that ``"\\d+"`` is a regular expression and ``"C:\\data"`` a folder."""

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_MARKS = {"string": 1, "block": 3, "quoted_name": 1}


def read(kind: TextKind, source: Source, start: int, end: int) -> Text:
    """The value of the token at ``start`` to ``end``, each part mapped to where it stands."""
    mark = _MARKS.get(kind, 0)
    span, inner = source.span(start, end), source.span(start + mark, end - mark)
    if kind == "string" and "\\" in inner.text:
        return Text(kind, _unescape(source, inner.start, inner.end), span)
    if kind == "quoted_name" and "``" in inner.text:
        return Text(kind, _replace(source, inner.start, inner.end, re.compile("``"), "`"), span)
    return Text(kind, MappedText.copy_of(inner), span)


def write(text: Text) -> str:
    """The text as a script spells it; a block that its quotes cannot hold becomes a string."""
    if text.kind == "quoted_name":
        return f"`{text.plain.replace('`', '``')}`"
    if text.kind == "block" and "'''" not in text.plain and not text.plain.endswith("'"):
        return f"'''{text.plain}'''"
    if text.kind in ("string", "block"):
        return f'"{_escape(text.plain)}"'
    return text.plain


def _escape(plain: str) -> str:
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def _unescape(source: Source, start: int, end: int) -> MappedText:
    return _replace(source, start, end, _ESCAPE, None)


def _replace(
    source: Source, start: int, end: int, pattern: re.Pattern[str], by: str | None
) -> MappedText:
    """The text with each match replaced, by ``by`` or by what it escapes."""
    parts: list[str] = []
    pieces: list[Piece] = []
    length = 0

    def add(part: str, first: int, last: int, verbatim: bool) -> None:
        nonlocal length
        parts.append(part)
        pieces.append(Piece(length, length + len(part), source.span(first, last), verbatim))
        length += len(part)

    position = start
    for match in pattern.finditer(source.text, start, end):
        value = _escaped(match) if by is None else by
        if value is None:
            continue
        if match.start() > position:
            add(source.text[position : match.start()], position, match.start(), True)
        if value:
            add(value, match.start(), match.end(), False)
        position = match.end()
    if position < end or not pieces:
        add(source.text[position:end], position, end, True)
    return MappedText("".join(parts), tuple(pieces))


def _escaped(match: re.Match[str]) -> str | None:
    """What an escape stands for; None where it stands for itself."""
    if match[1] is None:
        return ESCAPES.get(match[2])
    char = chr(int(match[1], 16))
    return None if "\ud800" <= char <= "\udfff" else char  # half a character is no text
