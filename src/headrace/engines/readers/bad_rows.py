"""Rows of CSV with too few or too many fields: found, reported, left out or set right."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from headrace.engines.readers.base import Warn
from headrace.engines.readers.streams import Block
from headrace.errors import DataError
from headrace.operators.formats.csv import CsvRead

Handler = Callable[[Any], Literal["skip", "error"]]

SHOWN_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row as it stands in the text, and how many fields were expected and found."""

    text: bytes
    expected: int
    found: int


@dataclass
class Counts:
    """How many rows of a file were left out, filled up or cut off; a block may be read twice."""

    by_block: dict[int, Counter[str]] = field(default_factory=dict)

    def note(self, block: Block, rows: Sequence[BadRow], policy: str) -> None:
        self.by_block[block.first_line] = Counter(_fate(row, policy) for row in rows)

    def warn(self, warn: Warn, label: str) -> None:
        total = sum(self.by_block.values(), Counter[str]())
        for fate, count in total.items():
            rows = "row" if count == 1 else "rows"
            warn(f"'{label}': {count:,} bad {rows} {fate}", None)


def _fate(row: BadRow, policy: str) -> str:
    if policy == "drop":
        return "left out"
    return "filled up with nulls" if row.found < row.expected else "cut off"


def find(parse: Callable[[Handler], object]) -> list[BadRow]:
    """The bad rows of what ``parse`` reads, in their order."""
    rows: list[BadRow] = []

    def handle(row: Any) -> Literal["skip", "error"]:
        rows.append(BadRow(row.text.encode(), row.expected_columns, row.actual_columns))
        return "skip"

    parse(handle)
    return rows


def failure(row: BadRow, block: Block, label: str, delimiter: str) -> DataError:
    """The error that names the row's line."""
    line = block.line_at(next(_places(block.data, [row])))
    shown = row.text.decode(errors="replace")
    shown = shown if len(shown) <= SHOWN_CHARACTERS else f"{shown[:SHOWN_CHARACTERS]}…"
    cause = (
        f"a field that holds '{delimiter}' must be quoted"
        if row.found > row.expected
        else "the line may be cut off"
    )
    return DataError(
        f"'{label}', line {line}: {row.found} fields instead of {row.expected}: {shown}",
        hint=f'{cause}; badRows="drop" leaves such rows out, badRows="null" fills and cuts them',
        code="bad-row",
    )


def mended(data: bytes, rows: Sequence[BadRow], options: CsvRead, *, keep: bool) -> bytes:
    """The text with its bad rows of the right length, or (unless ``keep``) without them."""
    parts: list[bytes] = []
    copied = 0
    for row, start in zip(rows, _places(data, rows), strict=True):
        parts += [data[copied:start], _with_length(row, options) if keep else b""]
        copied = start + len(row.text)
    return b"".join([*parts, data[copied:]])


def _places(data: bytes, rows: Sequence[BadRow]) -> Iterator[int]:
    """Offsets of the rows. A line equal to a bad row is a bad row itself, so that searching
    forwards from the one before finds the right one."""
    position = 0
    for row in rows:
        position = data.index(row.text, position)
        while not _is_whole_line(data, position, len(row.text)):
            position = data.index(row.text, position + 1)
        yield position
        position += len(row.text)


def _is_whole_line(data: bytes, start: int, length: int) -> bool:
    end = start + length
    return (start == 0 or data[start - 1] in b"\r\n") and (end == len(data) or data[end] in b"\r\n")


def _with_length(row: BadRow, options: CsvRead) -> bytes:
    if row.found < row.expected:
        return row.text + options.delimiter.encode() * (row.expected - row.found)
    if not options.quote:
        delimiter = options.delimiter.encode()
        return delimiter.join(row.text.split(delimiter)[: row.expected])
    dialect: dict[str, Any] = {
        "delimiter": options.delimiter,
        "quotechar": options.quote,
        "escapechar": options.escape
        if options.escape != options.quote and options.escape
        else None,
    }
    csv.field_size_limit(max(csv.field_size_limit(), len(row.text)))
    fields = next(csv.reader(io.StringIO(row.text.decode(), newline=""), **dialect))
    out = io.StringIO()
    csv.writer(out, lineterminator="", **dialect).writerow(fields[: row.expected])
    return out.getvalue().encode()
