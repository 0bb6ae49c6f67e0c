"""Plain text, one row a line."""

from __future__ import annotations

from headrace.operators.formats.base import CompressedWrite, Encoding, FileRead, Format
from headrace.operators.options import parameter


class TextRead(FileRead):
    """Options of ``load text``: one column, ``value``."""

    whole_text: bool = parameter(False, title="one row a file instead of one row a line")
    encoding: Encoding = parameter("utf-8", "charset", title="character encoding, such as gbk")


class TextWrite(CompressedWrite):
    """Options of ``save … as text``: a table of one string column."""

    encoding: Encoding = parameter("utf-8", "charset", title="character encoding, such as gbk")


FORMAT = Format("text", "Plain text", "files", TextRead, TextWrite)
