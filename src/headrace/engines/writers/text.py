"""Plain text, one row a line."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from headrace.engines.writers.base import FileFormat, Opening
from headrace.engines.writers.cells import as_text, is_text, joined
from headrace.engines.writers.text_files import TextFile
from headrace.errors import DataError
from headrace.operators.formats.text import TextWrite


class TextWriter:
    """The rows of one string column; a null is an empty line."""

    def __init__(self, opening: Opening) -> None:
        options: TextWrite = opening.options
        self._file = TextFile(opening.path, options.encoding, options.compression)

    def write(self, batch: pa.RecordBatch) -> None:
        self._file.write(joined(pc.fill_null(as_text(batch.column(0)), "")))

    def close(self) -> None:
        self._file.close()


def _check(schema: pa.Schema, options: TextWrite) -> None:
    if len(schema) == 1 and is_text(schema.field(0).type):
        return
    columns = ", ".join(f"{field.name} ({field.type})" for field in schema)
    raise DataError(
        f"text holds one string column, and this table has {columns}",
        hint="select one column as a string, as in concat_ws('\\t', a, b), or save as csv",
        code="column-type",
    )


FORMAT = FileFormat("text", (".txt", ".text", ".log"), TextWriter, _check, lengthens=True)
