"""Spreadsheets (Office Open XML, ECMA-376): one sheet, written as a stream.

A workbook is a zip file of XML parts. Only what a reader needs is written: the sheet, the list of
sheets, four number formats, and the relations between the parts.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa

from headrace.engines.writers.base import FileFormat, Opening
from headrace.engines.writers.flat_columns import check_flat
from headrace.engines.writers.patient_file import PatientFile
from headrace.errors import DataError
from headrace.operators.formats.excel import ExcelWrite

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
MAX_TEXT = 32_767

_DATE, _TIMESTAMP = 1, 2
"""Positions of the cell formats in ``_STYLES``."""

_FIRST_DAY = date(1899, 12, 30)
"""Day 0 of the 1900 date system, whose 1900-02-29 makes all later dates count from here."""

_EXACT_INTEGER = 2**53
_NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_CONTENT_TYPES = (
    f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    "</Types>"
)
_ROOT_RELATIONS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
    "</Relationships>"
)
_WORKBOOK_RELATIONS = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{_RELATIONS}/styles" Target="styles.xml"/>'
    "</Relationships>"
)
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts><font/></fonts><fills><fill><patternFill patternType="none"/></fill></fills>'
    "<borders><border/></borders>"
    "<cellStyleXfs><xf/></cellStyleXfs>"
    '<cellXfs><xf/><xf numFmtId="164" applyNumberFormat="1"/>'
    '<xf numFmtId="165" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


class ExcelWriter:
    """Numbers, booleans, dates and texts as cells of their kind.

    Integers beyond 2^53, decimals of more than 15 digits, NaN and the infinities have no exact
    number in a spreadsheet and become texts; so do dates before March 1900.
    """

    def __init__(self, opening: Opening) -> None:
        options: ExcelWrite = opening.options
        self._file = PatientFile(opening.path)
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        for name, content in _fixed_parts(options.sheet):
            self._zip.writestr(name, content)
        self._sheet = self._zip.open("xl/worksheets/sheet1.xml", "w", force_zip64=True)
        self._put(f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetData>')
        self._rows = 0
        if options.header:
            self._write_row(opening.schema.names)

    def write(self, batch: pa.RecordBatch) -> None:
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            self._write_row(row)
        self._file.raise_failure()

    def close(self) -> None:
        self._put("</sheetData></worksheet>")
        self._sheet.close()
        self._zip.close()
        self._file.close()
        self._file.raise_failure()

    def _write_row(self, values: Iterable[object]) -> None:
        self._rows += 1
        if self._rows > MAX_ROWS:
            raise DataError(
                f"a sheet holds at most {MAX_ROWS:,} rows",
                hint="save as csv or parquet, or select fewer rows",
            )
        self._put(f"<row>{''.join(map(cell, values))}</row>")

    def _put(self, xml: str) -> None:
        self._sheet.write(xml.encode())


def cell(value: object) -> str:
    """A value as a cell; null is an empty one.

    >>> cell(True), cell(1.5), cell(None)
    ('<c t="b"><v>1</v></c>', '<c><v>1.5</v></c>', '<c/>')
    """
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float | Decimal) and _is_exact(value):
        return f"<c><v>{value}</v></c>"
    if isinstance(value, date) and _day(value) > 60:
        return _date_cell(value)
    return f'<c t="inlineStr"><is><t xml:space="preserve">{_text(value)}</t></is></c>'


def _is_exact(value: float | Decimal) -> bool:
    if isinstance(value, int):
        return abs(value) <= _EXACT_INTEGER
    if isinstance(value, Decimal):
        return len(value.as_tuple().digits) <= 15
    return math.isfinite(value)


def _date_cell(value: date) -> str:
    if not isinstance(value, datetime):
        return f'<c s="{_DATE}"><v>{_day(value)}</v></c>'
    clock = value if value.tzinfo is None else value.astimezone(UTC)
    seconds = clock.hour * 3600 + clock.minute * 60 + clock.second + clock.microsecond / 1e6
    return f'<c s="{_TIMESTAMP}"><v>{_day(clock) + seconds / 86_400!r}</v></c>'


def _day(value: date) -> int:
    return value.toordinal() - _FIRST_DAY.toordinal()


def _text(value: object) -> str:
    """Escaped as ``_xHHHH_`` where XML has no such character (ECMA-376 part 1, 22.9.2.19)."""
    text = str(value)
    if len(text) > MAX_TEXT:
        raise DataError(
            f"a cell holds at most {MAX_TEXT:,} characters, and a text has {len(text):,}",
            hint="save as csv or parquet, or cut the text: left(column, 32767)",
        )
    return escape(_NOT_XML.sub(lambda m: f"_x{ord(m[0][0]):04X}_{m[0][1:]}", text))


def _fixed_parts(sheet: str) -> tuple[tuple[str, str], ...]:
    workbook = (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        f'<sheet name={quoteattr(sheet)} sheetId="1" r:id="r1"/></sheets></workbook>'
    )
    return (
        ("[Content_Types].xml", _CONTENT_TYPES),
        ("_rels/.rels", _ROOT_RELATIONS),
        ("xl/workbook.xml", workbook),
        ("xl/_rels/workbook.xml.rels", _WORKBOOK_RELATIONS),
        ("xl/styles.xml", _STYLES),
    )


def _check(schema: pa.Schema, options: ExcelWrite) -> None:
    check_flat(schema, "excel")
    if len(schema) > MAX_COLUMNS:
        raise DataError(f"a sheet holds at most {MAX_COLUMNS:,} columns, not {len(schema):,}")
    if re.search(r"[\\/*?:\[\]]", options.sheet) or not options.sheet:
        raise DataError(
            f"'{options.sheet}' cannot be a sheet's name",
            hint="use 1 to 31 characters, none of \\ / * ? : [ ]",
        )


FORMAT = FileFormat("excel", (".xlsx",), ExcelWriter, _check, only_one_file=True)
