"""The rows of a frame as a stream that counts itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa


@dataclass
class Rows:
    """Batches of one schema, and how many rows have passed.

    ``schema`` has Spark's types, all nullable; batches are cast to it, since an engine may
    send views, dictionaries or other units.
    """

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]
    count: int = 0

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        for batch in self.batches:
            self.count += batch.num_rows
            if batch.num_rows:
                yield _cast(batch, self.schema)


def _cast(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    columns = [
        column if column.type.equals(field.type) else column.cast(field.type)
        for column, field in zip(batch.columns, schema, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
