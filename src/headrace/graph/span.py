"""Places in texts: every node, step and problem points at what a person wrote."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

EXCERPT_WIDTH = 160
"""Longest part of a line that an excerpt shows, in characters."""


@dataclass(frozen=True)
class Source:
    """A text with a name; ``caller`` is the include or macro call that brought it in."""

    name: str
    text: str
    caller: Span | None = None

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        starts = [0]
        position = self.text.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = self.text.find("\n", position + 1)
        return tuple(starts)

    def span(self, start: int, end: int) -> Span:
        """The characters from offset ``start`` up to, not including, ``end``."""
        return Span(self, start, end)

    @property
    def whole(self) -> Span:
        return Span(self, 0, len(self.text))


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` to ``end`` (exclusive) of a source; lines and columns count from 1."""

    source: Source = field(repr=False)
    start: int
    end: int

    @property
    def line(self) -> int:
        return bisect_right(self.source.line_starts, self.start)

    @property
    def column(self) -> int:
        return self.start - self.source.line_starts[self.line - 1] + 1

    @property
    def label(self) -> str:
        return f"{self.source.name}:{self.line}:{self.column}"

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    def to(self, other: Span) -> Span:
        """From the start of this span to the end of ``other``, in the same source."""
        return Span(self.source, self.start, max(self.end, other.end))

    def call_chain(self) -> tuple[str, ...]:
        labels: list[str] = []
        caller = self.source.caller
        while caller is not None:
            labels.append(caller.label)
            caller = caller.source.caller
        return tuple(reversed(labels))

    def excerpt(self) -> str:
        """The line with its number, and carets under this span's part of it."""
        line_start = self.source.line_starts[self.line - 1]
        line_end = self.source.text.find("\n", line_start)
        line = self.source.text[line_start : line_end if line_end >= 0 else None].rstrip("\r")
        first, last = self.start - line_start, min(self.end - line_start, len(line))
        window = max(0, min(first - EXCERPT_WIDTH // 2, len(line) - EXCERPT_WIDTH))
        shown = line[window : window + EXCERPT_WIDTH].expandtabs(1)
        before = shown[: first - window]
        marked = shown[first - window : max(last, first + 1) - window]
        carets = "^" * max(1, display_width(marked))
        return f"{self.line:4} | {shown}\n     | {' ' * display_width(before)}{carets}"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an expanded text and where it came from.

    ``verbatim`` pieces were copied, so each character maps to its own place; the
    others (a variable's value) map as a whole to the place that named them.
    """

    start: int
    end: int
    origin: Span
    verbatim: bool


@dataclass(frozen=True, slots=True)
class MappedText:
    """A text made from others by template expansion, able to say where each part stood."""

    text: str
    pieces: tuple[Piece, ...]

    @classmethod
    def copy_of(cls, span: Span) -> MappedText:
        """The text of ``span`` itself, unexpanded."""
        return cls(span.text, (Piece(0, span.end - span.start, span, verbatim=True),))

    @classmethod
    def value_at(cls, text: str, origin: Span) -> MappedText:
        """A text that ``origin`` stands for: its value, or what it was read as."""
        return cls(text, (Piece(0, len(text), origin, verbatim=False),))

    @classmethod
    def joined(cls, parts: Sequence[MappedText]) -> MappedText:
        """Texts one after another, each still mapped to where it stood; at least one."""
        pieces: list[Piece] = []
        length = 0
        for part in parts:
            pieces += (replace(p, start=p.start + length, end=p.end + length) for p in part.pieces)
            length += len(part.text)
        return cls("".join(part.text for part in parts), tuple(pieces))

    @property
    def origin(self) -> Span:
        """The whole of the text that this was made from."""
        return self.pieces[0].origin.to(self.pieces[-1].origin)

    def span(self, start: int, end: int) -> Span:
        """Where the characters ``start`` to ``end`` of the expanded text were written."""
        first, last = self._piece_at(start), self._piece_at(max(start, end - 1))
        begin = first.origin
        if first.verbatim:
            offset = begin.start + start - first.start
            begin = Span(begin.source, offset, offset)
        finish = last.origin
        if last.verbatim:
            offset = finish.start + end - last.start
            finish = Span(finish.source, offset, offset)
        if begin.source is not finish.source or finish.end < begin.start:
            return first.origin
        return Span(begin.source, begin.start, finish.end)

    def slice(self, start: int, end: int) -> MappedText:
        """The characters ``start`` to ``end``, each still mapped to where it stood."""
        first = self._index_at(start)
        last = max(first, self._index_at(max(start, end - 1)))
        cut = tuple(
            _cut(piece, start, end)
            for piece in self.pieces[first : last + 1]
            if piece.end > start or piece is self.pieces[last]
        )
        return MappedText(self.text[start:end], cut)

    def _piece_at(self, offset: int) -> Piece:
        return self.pieces[self._index_at(offset)]

    def _index_at(self, offset: int) -> int:
        return max(0, bisect_right(self.pieces, offset, key=_piece_start) - 1)


def _piece_start(piece: Piece) -> int:
    return piece.start


def _cut(piece: Piece, start: int, end: int) -> Piece:
    """The part of ``piece`` inside ``start`` to ``end``, counted from ``start``."""
    first, last = max(piece.start, start), max(start, min(piece.end, end))
    origin = piece.origin
    if piece.verbatim:
        offset = origin.start - piece.start
        origin = Span(origin.source, first + offset, max(first, last) + offset)
    return Piece(first - start, max(first, last) - start, origin, piece.verbatim)


def display_width(text: str) -> int:
    """Terminal cells that ``text`` takes; wide East Asian characters take two.

    >>> display_width("客户 id")
    7
    """
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a step stands in a script, and where each of its parameters was written."""

    span: Span
    parameters: Mapping[str, MappedText] = field(default_factory=dict)

    def of(self, parameter: str) -> Span:
        """The place of a parameter's value; of the whole step where it was not written."""
        text = self.parameters.get(parameter)
        return text.origin if text else self.span

    def within(self, parameter: str, start: int, end: int) -> Span:
        """The place of the characters ``start`` to ``end`` of a parameter's value."""
        text = self.parameters.get(parameter)
        return text.span(start, end) if text else self.span
