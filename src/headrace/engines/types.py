"""Column types between Spark DDL strings, pyspark's objects and Arrow's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
from pyspark.sql.types import DataType, StructField, StructType

from headrace.engines.ddl import parse_type
from headrace.graph.schema import Column, Schema

if TYPE_CHECKING:
    from collections.abc import Sequence


def ddl_to_type(ddl: str) -> DataType:
    """The pyspark type of one column, such as ``array<double>``.

    Raises
    ------
    ValueError : when ``ddl`` is no Spark SQL type
    """
    return parse_type(ddl)


def schema_to_struct(schema: Schema) -> StructType:
    """A table's columns as pyspark's struct."""
    fields = [StructField(c.name, parse_type(c.type), c.nullable) for c in schema]
    return StructType(fields)


def struct_to_schema(struct: StructType) -> Schema:
    """pyspark's struct as a table's columns."""
    return Schema(
        tuple(Column(f.name, f.dataType.simpleString(), f.nullable) for f in struct.fields)
    )


def arrow_to_struct(schema: pa.Schema) -> StructType:
    """Arrow's columns as pyspark's struct; what Spark lacks becomes its nearest wider type.

    Dictionaries become their values, unsigned integers the next wider signed type, times text,
    and timestamps of any unit microseconds; those without a zone are ``timestamp_ntz``.
    """
    known = pa.schema([field.with_type(_spark_like(field.type)) for field in schema])
    return from_arrow_schema(known, prefer_timestamp_ntz=True)


def arrow_to_schema(schema: pa.Schema) -> Schema:
    """Arrow's columns as a table's; see ``arrow_to_struct``."""
    return struct_to_schema(arrow_to_struct(schema))


def struct_to_arrow(struct: StructType) -> pa.Schema:
    """pyspark's struct as Arrow's columns; timestamps are UTC microseconds."""
    return to_arrow_schema(struct, timezone="UTC")


def schema_to_arrow(schema: Schema) -> pa.Schema:
    """A table's columns as Arrow's."""
    return struct_to_arrow(schema_to_struct(schema))


def ddl_to_arrow(ddl: str) -> pa.DataType:
    """The Arrow type of one column, such as ``array<double>``."""
    struct = StructType([StructField("column", parse_type(ddl))])
    return struct_to_arrow(struct).field(0).type


def spark_table(table: pa.Table) -> pa.Table:
    """The table with Spark's types only, so that every engine takes it."""
    wanted = struct_to_arrow(arrow_to_struct(table.schema))
    if table.schema.equals(wanted):
        return table
    return pa.table([_cast(c, f.type) for c, f in zip(table.columns, wanted, strict=True)], wanted)


def _cast(column: pa.ChunkedArray, wanted: pa.DataType) -> pa.ChunkedArray:
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return column if column.type.equals(wanted) else column.cast(wanted, safe=False)


_WIDER = {
    pa.uint8(): pa.int16(),
    pa.uint16(): pa.int32(),
    pa.uint32(): pa.int64(),
    pa.uint64(): pa.decimal128(20, 0),
    pa.float16(): pa.float32(),
}


def _spark_like(arrow: pa.DataType) -> pa.DataType:
    """The nearest Arrow type that Spark has, through every level of nesting."""
    kinds = pa.types
    if arrow in _WIDER:
        return _WIDER[arrow]
    if kinds.is_dictionary(arrow):
        return _spark_like(arrow.value_type)
    if kinds.is_timestamp(arrow):
        return pa.timestamp("us", "UTC" if arrow.tz else None)
    if kinds.is_time(arrow) or kinds.is_large_string(arrow) or arrow == pa.string_view():
        return pa.string()
    if kinds.is_large_binary(arrow) or kinds.is_fixed_size_binary(arrow):
        return pa.binary()
    if arrow == pa.binary_view():
        return pa.binary()
    if kinds.is_date64(arrow):
        return pa.date32()
    if kinds.is_duration(arrow):
        return pa.duration("us")
    if kinds.is_list(arrow) or kinds.is_large_list(arrow) or kinds.is_fixed_size_list(arrow):
        return pa.list_(arrow.value_field.with_type(_spark_like(arrow.value_type)))
    if kinds.is_map(arrow):
        return pa.map_(_spark_like(arrow.key_type), _spark_like(arrow.item_type))
    if kinds.is_struct(arrow):
        return pa.struct([f.with_type(_spark_like(f.type)) for f in _fields(arrow)])
    return arrow


def _fields(struct: pa.StructType) -> Sequence[pa.Field]:
    return [struct.field(index) for index in range(struct.num_fields)]
