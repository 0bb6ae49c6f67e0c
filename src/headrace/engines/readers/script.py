"""A variable's text: one row, one column, as MLSQL names it."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from headrace.engines.readers.base import InputFile, Reader, Reading


class ScriptReader(Reader):
    typed = True
    open_columns = False

    def read(self, file: InputFile, reading: Reading) -> Iterator[pa.Table]:
        yield pa.table({"content": [file.text.decode()]})
