"""Tables that fit the terminal: whole columns, cut where there is no room, and said so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from headrace.graph.report import Cell, TableItem
from headrace.report.numbers import cell_text, number_columns

SHOWN_WHOLE = 30
"""Up to so many rows a table is shown whole; of a longer one ``SHOWN_ROWS``."""

SHOWN_ROWS = 20
WIDEST = 40
"""Cells of a column, of text longer than that the beginning is shown."""

GAP = 2

UNSEEN = dict.fromkeys((*range(32), *range(127, 160)), "�")
UNSEEN |= dict.fromkeys((8206, 8207, *range(8234, 8239), *range(8294, 8298)), "�")
"""Characters that would move the cursor, change colours or turn the direction of writing."""


def one_line(text: str) -> str:
    """Text from data, safe to print: on one line and without control characters."""
    return " ".join(text.splitlines()).replace("\t", " ").translate(UNSEEN)


def lines(text: str) -> str:
    """Text over several lines, each of them safe to print."""
    return "\n".join(line.replace("\t", "    ").translate(UNSEEN) for line in text.split("\n"))


@dataclass(frozen=True, slots=True)
class FittedTable:
    """A table item; what is cut depends on the width that it is given."""

    item: TableItem

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        rows = self.item.rows if len(self.item.rows) <= SHOWN_WHOLE else self.item.rows[:SHOWN_ROWS]
        columns = [
            _Column.of(name, [row[n] for row in rows], numeric)
            for n, (name, numeric) in enumerate(
                zip(self.item.columns, number_columns(self.item), strict=True)
            )
        ]
        fitting = _fitting([column.width for column in columns], options.max_width)
        if self.item.title:
            yield Text(one_line(self.item.title), style="bold")
        yield _table(columns[:fitting], len(rows))
        yield from self._notes(len(rows), columns[fitting:], options.max_width)

    def _notes(self, shown: int, cut: Sequence[_Column], width: int) -> RenderResult:
        total = self.item.total_rows or len(self.item.rows)
        if total > shown:
            yield Text(f"… {shown:,} of {total:,} rows", style="dim")
        elif self.item.more:
            yield Text(f"… the first {shown:,} rows", style="dim")
        if cut:
            names = ", ".join(column.name for column in cut)
            plural = "" if len(cut) == 1 else "s"
            note = Text(f"… and {len(cut)} more column{plural}: {names}", style="dim")
            note.truncate(width, overflow="ellipsis")
            yield note


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    cells: tuple[Text, ...]
    numeric: bool
    width: int

    @classmethod
    def of(cls, name: str, values: Sequence[Cell], numeric: bool) -> _Column:
        cells = tuple(cell(value) for value in values)
        widest = max((text.cell_len for text in cells), default=0)
        name = one_line(name)
        width = min(max(widest, cell_len(name)), WIDEST)
        return cls(name, cells, numeric, width)


def cell(value: Cell) -> Text:
    return Text(one_line(cell_text(value)), style="dim" if value is None else "")


def _table(columns: Sequence[_Column], rows: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, GAP, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(
            Text(column.name),
            justify="right" if column.numeric else "left",
            no_wrap=True,
            overflow="ellipsis",
            max_width=WIDEST,
        )
    for n in range(rows):
        table.add_row(*(column.cells[n] for column in columns))
    return table


def _fitting(widths: Sequence[int], room: int) -> int:
    """How many columns fit from the left, at least one."""
    used = 0
    for count, width in enumerate(widths):
        used += width + (GAP if count else 0)
        if used > room:
            return max(count, 1)
    return len(widths)
