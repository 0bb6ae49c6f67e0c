"""Spreadsheets: .xlsx, .xls, .xlsb and .ods."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from headrace.operators.formats.base import FileRead, FileWrite, Format
from headrace.operators.options import parameter

_RANGE = re.compile(
    r"(?:'[^']+'!|[^'!]+!)?\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?", re.IGNORECASE
)


def _is_range(value: str) -> str:
    if not _RANGE.fullmatch(value):
        raise ValueError("a range such as A1:C35, B2, or 'Sheet 1'!A1:C35 is needed")
    return value


class ExcelRead(FileRead):
    """Options of ``load excel``.

    Columns of whole numbers are bigint, others double, boolean, date, timestamp or string;
    a column whose cells disagree is a string.
    """

    header: bool = parameter(True, "useHeader", title="the first row holds the column names")
    sheet: str | int | None = parameter(
        None, "sheetName", title="a sheet's name, or its number from 0; None is the first"
    )
    range: Annotated[str, AfterValidator(_is_range)] | None = parameter(
        None, "dataAddress", title="the cells to read, such as A1:C35; B2 means all from there on"
    )
    infer_schema: bool = parameter(True, title="types from the cells; false makes all strings")
    rename_duplicates: bool = parameter(
        False, title="give equal column names their position as a suffix instead of failing"
    )


class ExcelWrite(FileWrite):
    """Options of ``save … as excel``: one .xlsx file."""

    header: bool = parameter(True, "useHeader", title="write the column names as the first row")
    sheet: str = parameter("Sheet1", "sheetName", max_length=31, title="the sheet's name")


FORMAT = Format("excel", "Spreadsheets", "files", ExcelRead, ExcelWrite)
