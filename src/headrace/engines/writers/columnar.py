"""Apache Parquet and Apache ORC."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import orc

from headrace.engines.writers.base import FileFormat, Opening
from headrace.engines.writers.patient_file import PatientFile
from headrace.operators.formats.orc import OrcWrite
from headrace.operators.formats.parquet import ParquetWrite

ROWS = 1 << 20
"""The most rows of one row group."""


class ParquetWriter:
    """Batches are gathered into row groups: one group a batch would be slow to read."""

    def __init__(self, opening: Opening) -> None:
        options: ParquetWrite = opening.options
        self._schema = opening.schema
        self._limit = opening.memory_bytes
        # Arrow's own schema would tell Arrow readers of types that no other reader sees.
        self._file = pq.ParquetWriter(
            opening.path, opening.schema, compression=options.compression, store_schema=False
        )
        self._held: list[pa.RecordBatch] = []
        self._rows = self._bytes = 0

    def write(self, batch: pa.RecordBatch) -> None:
        self._held.append(batch)
        self._rows += batch.num_rows
        self._bytes += batch.nbytes
        if self._rows >= ROWS or self._bytes >= self._limit:
            self._write_group()

    def close(self) -> None:
        try:
            if self._held:
                self._write_group()
        finally:
            self._file.close()

    def _write_group(self) -> None:
        table = pa.Table.from_batches(self._held, self._schema)
        self._file.write_table(table, row_group_size=ROWS)
        self._held, self._rows, self._bytes = [], 0, 0


class OrcWriter:
    """The library gathers rows into stripes by itself."""

    def __init__(self, opening: Opening) -> None:
        options: OrcWrite = opening.options
        compression = "uncompressed" if options.compression == "none" else options.compression
        self._schema = opening.schema
        self._sink = PatientFile(opening.path)
        self._file = orc.ORCWriter(
            pa.PythonFile(self._sink, "w"),
            compression=compression,
            stripe_size=opening.memory_bytes,
        )
        self._is_empty = True

    def write(self, batch: pa.RecordBatch) -> None:
        self._file.write(pa.Table.from_batches([batch], self._schema))
        self._sink.raise_failure()
        self._is_empty = False

    def close(self) -> None:
        if self._is_empty:  # a file that nothing was written to has no columns, and no footer
            self._file.write(self._schema.empty_table())
        self._file.close()
        self._sink.close()
        self._sink.raise_failure()


PARQUET = FileFormat("parquet", (".parquet", ".pq"), ParquetWriter)
ORC = FileFormat("orc", (".orc",), OrcWriter)
