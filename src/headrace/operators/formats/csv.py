"""Comma-separated values, and its relatives with other delimiters."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, model_validator

from headrace.operators.formats.base import (
    Character,
    CompressedWrite,
    Encoding,
    FileRead,
    Format,
    OptionalCharacter,
)
from headrace.operators.options import Names, parameter

_SPARK_MODES = {"permissive": "null", "dropmalformed": "drop", "failfast": "fail"}


def _read_mode(value: object) -> object:
    """Spark's ``PERMISSIVE``, ``DROPMALFORMED`` and ``FAILFAST`` as the policies they mean."""
    if not isinstance(value, str):
        return value
    folded = value.casefold()
    return _SPARK_MODES.get(folded, folded)


BadRows = Annotated[Literal["fail", "drop", "null"], BeforeValidator(_read_mode)]
"""What happens to a row that does not fit: the load fails, it is left out, or nulls are put in."""


class CsvRead(FileRead):
    """Options of ``load csv``.

    Without ``inferSchema`` every column is a string. With it each column gets the narrowest
    type that holds all of its values in all of the files: bigint, double, boolean, date,
    timestamp, else string; an integer beyond 64 bits makes its column a string.

    A quote inside a quoted field is written twice (RFC 4180), and with ``escape`` also after
    that character. Spark's default, a backslash, would silently eat backslashes of plain text.
    """

    header: bool = parameter(
        False, "useHeader", title="the first line holds the column names; else they are _c0, _c1 …"
    )
    delimiter: Character = parameter(",", "sep", "separator", title="what parts the fields")
    quote: OptionalCharacter = parameter('"', "quoteChar", title="what may enclose a field")
    escape: OptionalCharacter = parameter(
        "", "escapeChar", title="what takes the next character literally; empty for none"
    )
    encoding: Encoding = parameter("utf-8", "charset", title="character encoding, such as gbk")
    infer_schema: bool = parameter(
        False, title="find the type of each column by reading all values"
    )
    null_value: Names = parameter(
        (), "nullValues", title="texts that mean null, besides the empty field"
    )
    comment: OptionalCharacter = parameter("", title="lines that begin with it are left out")
    skip_first_n_lines: int = parameter(0, ge=0, title="lines to leave out before the header")
    skip_last_n_lines: int = parameter(0, ge=0, title="lines to leave out at the end of each file")
    multi_line: bool = parameter(True, title="a quoted field may hold line breaks")
    bad_rows: BadRows = parameter(
        "fail",
        "mode",
        title="a row with too few or too many fields: fail, drop it, or null (fill up, cut off)",
    )
    rename_duplicates: bool = parameter(
        False, title="give equal column names their position as a suffix instead of failing"
    )

    @model_validator(mode="after")
    def _characters_differ(self) -> CsvRead:
        used = [c for c in (self.delimiter, self.quote, self.comment) if c]
        if len(set(used)) < len(used):
            raise ValueError("delimiter, quote and comment must be different characters")
        return self


class CsvWrite(CompressedWrite):
    """Options of ``save … as csv``."""

    header: bool = parameter(False, title="write the column names as the first line")
    delimiter: Character = parameter(",", "sep", "separator", title="what parts the fields")
    quote: Character = parameter('"', "quoteChar", title="what encloses a field that needs it")
    quote_all: bool = parameter(False, title="enclose every field that is a text")
    encoding: Encoding = parameter("utf-8", "charset", title="character encoding, such as gbk")
    null_value: str = parameter("", title="what stands for null")


FORMAT = Format("csv", "Comma-separated values", "files", CsvRead, CsvWrite)
