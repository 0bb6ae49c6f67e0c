"""JSON lines, or whole JSON documents."""

from __future__ import annotations

from headrace.operators.formats.base import CompressedWrite, Encoding, FileRead, Format
from headrace.operators.formats.csv import BadRows
from headrace.operators.options import parameter


class JsonRead(FileRead):
    """Options of ``load json``.

    Types are found over all records: bigint, double, boolean, string, nested structs and
    arrays. A field whose records disagree becomes a string holding the JSON text.
    """

    multi_line: bool = parameter(
        False, title="each file is one document: an object, or an array of objects"
    )
    encoding: Encoding = parameter("utf-8", "charset", title="character encoding, such as gbk")
    bad_rows: BadRows = parameter(
        "fail", "mode", title="a record that is not JSON: fail, drop it, or null (a row of nulls)"
    )


class JsonWrite(CompressedWrite):
    """Options of ``save … as json``: one object a line."""

    ignore_null_fields: bool = parameter(True, title="leave fields out that are null")


FORMAT = Format("json", "JSON, one object a line", "files", JsonRead, JsonWrite)
