"""Files as they are: one row a file, with Spark's columns."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from headrace.engines.readers.base import InputFile, Reader, Reading
from headrace.errors import DataError

MAX_FILE_BYTES = (1 << 31) - 1
"""The most that a cell of Arrow's binary type, and of Spark's, can hold."""

SCHEMA = pa.schema(
    [
        ("path", pa.string()),
        ("modificationTime", pa.timestamp("us", "UTC")),
        ("length", pa.int64()),
        ("content", pa.binary()),
    ]
)


class BinaryFileReader(Reader):
    typed = True
    open_columns = False

    def read(self, file: InputFile, reading: Reading) -> Iterator[pa.Table]:
        if file.size > MAX_FILE_BYTES:
            raise DataError(
                f"'{file.label}' is {file.size >> 20:,} MB; binaryFile takes files up to 2 GB",
                hint="leave it out with pathGlobFilter",
            )
        with file.open() as stream:
            content = stream.read()
        modified = pa.scalar(file.mtime_ns // 1000, pa.timestamp("us", "UTC"))
        row = [[file.label], [modified.as_py()], [len(content)], [content]]
        yield pa.table([pa.array(c, f.type) for c, f in zip(row, SCHEMA, strict=True)], SCHEMA)
