"""Where records of CSV end, when quoted fields may hold line breaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Offsets = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Dialect:
    """The characters of a CSV; ``quote`` and ``escape`` may be empty."""

    delimiter: bytes
    quote: bytes
    escape: bytes


@dataclass(frozen=True, slots=True)
class Quoted:
    """Offsets of opening quotes and of the closing ones; the last may never be closed."""

    opens: Offsets
    closes: Offsets

    def holds(self, offset: int) -> bool:
        """Whether the byte at ``offset`` stands between quotes."""
        before = np.searchsorted(self.opens, offset) - np.searchsorted(self.closes, offset)
        return bool(before > 0)

    @property
    def left_open(self) -> int | None:
        """Offset where a field begins that is never closed."""
        if len(self.opens) == len(self.closes):
            return None
        last = len(self.opens) - 1
        while last > 0 and self.closes[last - 1] == self.opens[last] - 1:  # a doubled quote
            last -= 1
        return int(self.opens[last])


def quoted_parts(data: bytes, dialect: Dialect) -> Quoted:
    """The quoted parts of a text that starts with a record.

    A quote opens a field only as its first character; elsewhere it is a character like others
    (``5" pipe``). In a quoted field a doubled quote is a character. Almost all files need no
    more than counting; the rest are walked through quote by quote.
    """
    marks = _quote_offsets(data, dialect)
    pairs = Quoted(marks[0::2], marks[1::2])
    if not len(marks) or _is_regular(data, dialect, pairs):
        return pairs
    return _walk(data, dialect, marks)


def last_record_end(data: bytes, dialect: Dialect) -> int:
    """Offset after the last record that ends with a line break; 0 where none does."""
    end = data.rfind(b"\n")
    if end < 0 or not dialect.quote or dialect.quote not in data:
        return end + 1
    quoted = quoted_parts(data, dialect)
    while end >= 0 and quoted.holds(end):
        end = data.rfind(b"\n", 0, end)
    return end + 1


def first_record_end(data: bytes, dialect: Dialect) -> int:
    """Offset after the first record, with its line break where it has one."""
    quoted = quoted_parts(data, dialect) if dialect.quote else None
    end = data.find(b"\n")
    while end >= 0 and quoted is not None and quoted.holds(end):
        end = data.find(b"\n", end + 1)
    return end + 1 if end >= 0 else len(data)


def first_broken_line(data: bytes, quoted: Quoted) -> int | None:
    """Offset of the first line break between quotes."""
    breaks = np.flatnonzero(np.frombuffer(data, np.uint8) == ord("\n"))
    depth = np.searchsorted(quoted.opens, breaks) - np.searchsorted(quoted.closes, breaks)
    inside = np.flatnonzero(depth > 0)
    return int(breaks[inside[0]]) if len(inside) else None


def _quote_offsets(data: bytes, dialect: Dialect) -> Offsets:
    """Where quotes stand that are not escaped."""
    if not dialect.quote or dialect.quote not in data:
        return np.empty(0, np.int64)
    text = np.frombuffer(data, np.uint8)
    marks = np.flatnonzero(text == ord(dialect.quote)).astype(np.int64)
    if not dialect.escape or dialect.escape == dialect.quote:
        return marks
    escape = ord(dialect.escape)
    before, before_that = text[np.maximum(marks - 1, 0)], text[np.maximum(marks - 2, 0)]
    escaped = (marks > 0) & (before == escape) & ~((marks > 1) & (before_that == escape))
    kept: Offsets = marks[~escaped]
    return kept


def _is_regular(data: bytes, dialect: Dialect, pairs: Quoted) -> bool:
    """Whether every quote opens a field, closes one or is doubled, so that pairing is right."""
    text = np.frombuffer(data, np.uint8)
    quote, delimiter = ord(dialect.quote), ord(dialect.delimiter)
    before = text[np.maximum(pairs.opens - 1, 0)]
    doubled = np.isin(pairs.opens - 1, pairs.closes, assume_unique=True) & (before == quote)
    starts = (pairs.opens == 0) | np.isin(before, [delimiter, 10, 13])
    after = text[np.minimum(pairs.closes + 1, len(text) - 1)]
    ends = (pairs.closes == len(text) - 1) | np.isin(after, [delimiter, 10, 13, quote])
    return bool(np.all(starts | doubled) and np.all(ends))


def _walk(data: bytes, dialect: Dialect, marks: Offsets) -> Quoted:
    opens: list[int] = []
    closes: list[int] = []
    starts = {ord(dialect.delimiter), 10, 13}
    is_open, skip = False, -1
    for index, mark in enumerate(marks.tolist()):
        if mark == skip:
            continue
        if not is_open:
            if mark == 0 or data[mark - 1] in starts:
                opens.append(mark)
                is_open = True
        elif index + 1 < len(marks) and marks[index + 1] == mark + 1:
            skip = mark + 1
        else:
            closes.append(mark)
            is_open = False
    return Quoted(np.array(opens, np.int64), np.array(closes, np.int64))
