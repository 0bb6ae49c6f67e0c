"""Spreadsheets by calamine. A sheet has a million rows at most and is held in memory."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from headrace.engines.readers.base import InputFile, Reader, Reading
from headrace.engines.readers.lattice import join
from headrace.engines.readers.names import header_names, positional
from headrace.errors import DataError, suggest
from headrace.operators.formats.excel import ExcelRead

MAX_UNPACKED_BYTES = 2 << 30
"""A workbook that unpacks to more is refused before it is unpacked."""

Cell = Any
Rows = list[list[Cell]]


class ExcelReader(Reader):
    """Columns take the types of their cells: whole numbers bigint, other numbers double."""

    typed = False
    open_columns = False

    def read(self, file: InputFile, reading: Reading) -> Iterator[pa.Table]:
        options: ExcelRead = reading.options
        rows = _within(_sheet(file, options), options.range)
        if not rows:
            raise DataError(
                f"'{file.label}' has no cells there: no columns can be known from it",
                hint="name another sheet or range",
                code="empty-source",
            )
        width = max(map(len, rows))
        cells = [row + [None] * (width - len(row)) for row in rows]
        names = positional(width)
        if options.header:
            head = [None if c is None else _text(c) for c in cells.pop(0)]
            names = header_names(head, file.label, rename=options.rename_duplicates)
        columns = list(zip(*cells, strict=True)) or [()] * width
        yield pa.table({n: _column(c, n, reading) for n, c in zip(names, columns, strict=True)})


def _column(cells: Sequence[Cell], name: str, reading: Reading) -> pa.Array:
    wanted = pa.null()
    if not reading.options.infer_schema:
        wanted = pa.string()
    elif reading.final:
        wanted = reading.types[name]
    else:
        for cell in cells:
            wanted = join(wanted, _type_of(cell))
    return pa.array([_as_type(cell, wanted) for cell in cells], wanted)


def _type_of(cell: Cell) -> pa.DataType:
    if cell is None:
        return pa.null()
    if isinstance(cell, bool):
        return pa.bool_()
    if isinstance(cell, float):
        return pa.int64() if cell.is_integer() and abs(cell) < 2**53 else pa.float64()
    if isinstance(cell, int):
        return pa.int64()
    if isinstance(cell, datetime):
        return pa.timestamp("us")
    return pa.date32() if isinstance(cell, date) else pa.string()


def _as_type(cell: Cell, wanted: pa.DataType) -> Cell:
    if cell is None:
        return None
    if pa.types.is_string(wanted):
        return _text(cell)
    if pa.types.is_integer(wanted):
        return int(cell)
    if pa.types.is_timestamp(wanted) and not isinstance(cell, datetime):
        return datetime.combine(cell, time())
    return cell


def _text(cell: Cell) -> str:
    """The cell as a text: whole numbers without a fraction, dates as ISO 8601 writes them."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _sheet(file: InputFile, options: ExcelRead) -> Rows:
    """All cells from A1 on; None for empty ones, and no empty rows at the end."""
    _check_size(file)
    try:
        book = CalamineWorkbook.from_path(str(file.place))
        name = _sheet_name(file, book.sheet_names, options)
        found = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise DataError(
            f"'{file.label}' is not a readable spreadsheet: {error}",
            hint="xlsx, xls, xlsb and ods are read; is it of another format, or protected?",
        ) from error
    rows = [[None if cell == "" else _plain(cell) for cell in row] for row in found]
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    return rows


def _plain(cell: Cell) -> Cell:
    return str(cell) if isinstance(cell, timedelta) else cell


def _check_size(file: InputFile) -> None:
    if not zipfile.is_zipfile(file.place):
        return
    with zipfile.ZipFile(file.place) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > MAX_UNPACKED_BYTES:
        raise DataError(
            f"'{file.label}' unpacks to {size >> 20:,} MB, more than "
            f"{MAX_UNPACKED_BYTES >> 20:,} MB",
            hint="save it as csv and load that",
        )


def _sheet_name(file: InputFile, names: Sequence[str], options: ExcelRead) -> str:
    wanted: str | int | None = options.sheet
    if options.range and "!" in options.range:
        wanted = options.range.rpartition("!")[0].strip("'")
    if wanted is None:
        return names[0]
    by_folded = {name.casefold(): name for name in names}
    known = by_folded.get(str(wanted).casefold())
    if known is None and str(wanted).isdecimal() and int(wanted) < len(names):
        known = names[int(wanted)]
    if known is None:
        raise DataError(
            f"'{file.label}' has no sheet '{wanted}'",
            hint=suggest(str(wanted), list(names), "sheets"),
            code="missing-sheet",
        )
    return known


def _within(rows: Rows, wanted: str | None) -> Rows:
    """The cells of a range; with one cell only, all from there on."""
    if wanted is None:
        return rows
    corners = re.findall(r"([A-Za-z]{1,3})(\d+)", wanted.rpartition("!")[2].replace("$", ""))
    left, top = _position(corners[0])
    right, bottom = _position(corners[1]) if len(corners) > 1 else (None, None)
    last_column = None if right is None else right + 1
    last_row = None if bottom is None else bottom + 1
    return [row[left:last_column] for row in rows[top:last_row]]


def _position(corner: tuple[str, str]) -> tuple[int, int]:
    """Column and row from 0 of a cell such as ``("B", "2")``."""
    column = 0
    for letter in corner[0].upper():
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1, int(corner[1]) - 1
