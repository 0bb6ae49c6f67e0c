"""What pyarrow's inference for text gets right for one block, and what we read otherwise."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

kinds = pa.types

_LARGEST_BIGINT = 2.0**63


def must_be_text(column: pa.ChunkedArray) -> bool:
    """Whether a column was given a type that would change or lose what the file says.

    Times of day, which Spark has no type for; integers beyond 64 bits, which would lose their
    last digits as doubles.
    """
    if kinds.is_time(column.type) or kinds.is_duration(column.type) or kinds.is_binary(column.type):
        return True
    return kinds.is_floating(column.type) and _are_large_integers(column)


def _are_large_integers(column: pa.ChunkedArray) -> bool:
    finite = column.filter(pc.is_finite(column))
    if not len(finite):
        return False
    largest = pc.max(pc.abs(finite)).as_py()
    if largest < _LARGEST_BIGINT or largest >= 1e39:
        return False
    return bool(pc.all(pc.equal(pc.floor(finite), finite)).as_py())


def as_found(table: pa.Table) -> pa.Table:
    """The table with timestamps in microseconds, with or without a zone as in the text."""
    for index, field in enumerate(table.schema):
        if kinds.is_timestamp(field.type) and field.type.unit != "us":
            wanted = pa.timestamp("us", field.type.tz)
            column = table.column(index).cast(wanted, safe=False)
            table = table.set_column(index, field.name, column)
    return table
