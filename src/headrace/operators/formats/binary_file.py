"""Files as they are: one row a file."""

from __future__ import annotations

from headrace.operators.formats.base import FileRead, Format


class BinaryFileRead(FileRead):
    """Options of ``load binaryFile``: columns path, modificationTime, length and content."""


FORMAT = Format("binaryFile", "Whole files as bytes", "files", BinaryFileRead)
