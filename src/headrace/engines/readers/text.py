"""Plain text: one row a line, or one a file."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from headrace.engines.readers.base import InputFile, Reader, Reading
from headrace.engines.readers.streams import blocks_of, last_line_end, text_chunks
from headrace.operators.formats.text import TextRead

SCHEMA = pa.schema([("value", pa.string())])


class TextReader(Reader):
    """Lines end with LF, CR LF or CR, which are not part of the value."""

    typed = True
    open_columns = False

    def read(self, file: InputFile, reading: Reading) -> Iterator[pa.Table]:
        options: TextRead = reading.options
        chunks = text_chunks(file, options.encoding, reading.block_bytes)
        if options.whole_text:
            yield pa.table({"value": [b"".join(chunks).decode()]}, SCHEMA)
            return
        yield SCHEMA.empty_table()
        for block in blocks_of(file, chunks, last_line_end):
            yield pa.table([lines_of(block.data)], SCHEMA)


def lines_of(data: bytes) -> pa.Array:
    """The lines of a text in UTF-8, as strings."""
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    whole = pa.array([data.removesuffix(b"\n")], pa.binary()).cast(pa.string())
    return pc.split_pattern(whole, "\n").flatten()
