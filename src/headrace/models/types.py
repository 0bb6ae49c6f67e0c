"""Arrow types and Spark SQL types: the two ways to say what a column of a model holds."""

from __future__ import annotations

import pyarrow as pa

_SCALARS: tuple[tuple[pa.DataType, str], ...] = (
    (pa.null(), "void"),
    (pa.bool_(), "boolean"),
    (pa.int8(), "tinyint"),
    (pa.int16(), "smallint"),
    (pa.int32(), "int"),
    (pa.int64(), "bigint"),
    (pa.uint8(), "smallint"),
    (pa.uint16(), "int"),
    (pa.uint32(), "bigint"),
    (pa.uint64(), "decimal(20,0)"),
    (pa.float16(), "float"),
    (pa.float32(), "float"),
    (pa.float64(), "double"),
    (pa.string(), "string"),
    (pa.large_string(), "string"),
    (pa.string_view(), "string"),
    (pa.binary(), "binary"),
    (pa.large_binary(), "binary"),
    (pa.binary_view(), "binary"),
    (pa.date32(), "date"),
    (pa.date64(), "date"),
)
_SPARK_OF: dict[pa.DataType, str] = dict(_SCALARS)
_ARROW_OF = {
    "boolean": pa.bool_(),
    "tinyint": pa.int8(),
    "smallint": pa.int16(),
    "int": pa.int32(),
    "bigint": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "string": pa.string(),
    "binary": pa.binary(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", "UTC"),
    "timestamp_ntz": pa.timestamp("us"),
    "array<double>": pa.list_(pa.float64()),
}


def spark_type(arrow: pa.DataType) -> str:
    """The Spark SQL type that holds what ``arrow`` holds; nested types in ``simpleString`` form.

    A type that Spark does not know keeps Arrow's own name, so that a message can show it.

    >>> spark_type(pa.list_(pa.float32()))
    'array<float>'
    """
    if arrow in _SPARK_OF:
        return _SPARK_OF[arrow]
    if pa.types.is_dictionary(arrow):
        return spark_type(arrow.value_type)
    if pa.types.is_decimal(arrow):
        return f"decimal({arrow.precision},{arrow.scale})"
    if pa.types.is_timestamp(arrow):
        return "timestamp" if arrow.tz else "timestamp_ntz"
    if is_list(arrow):
        return f"array<{spark_type(arrow.value_type)}>"
    if pa.types.is_struct(arrow):
        return f"struct<{','.join(f'{f.name}:{spark_type(f.type)}' for f in arrow)}>"
    return str(arrow)


def arrow_type(spark: str) -> pa.DataType:
    """The Arrow type of a scalar Spark SQL type or of ``array<double>``.

    Raises
    ------
    KeyError : for a type that no model takes or gives as a label
    """
    if spark.startswith("decimal("):
        precision, scale = spark[8:-1].split(",")
        return pa.decimal128(int(precision), int(scale))
    return _ARROW_OF[spark]


def is_text(arrow: pa.DataType) -> bool:
    if pa.types.is_dictionary(arrow):
        return is_text(arrow.value_type)
    return _SPARK_OF.get(arrow) == "string"


def is_number(arrow: pa.DataType) -> bool:
    """Integers, fractions, decimals and booleans, which count as 0 and 1."""
    types = pa.types
    kinds = (types.is_integer, types.is_floating, types.is_decimal, types.is_boolean)
    return any(is_kind(arrow) for is_kind in kinds)


def is_list(arrow: pa.DataType) -> bool:
    types = pa.types
    kinds = (types.is_list, types.is_large_list, types.is_fixed_size_list)
    return any(is_kind(arrow) for is_kind in kinds)


def is_vector(arrow: pa.DataType) -> bool:
    """A list of numbers, or the sparse struct of ``graph.schema.SPARSE_VECTOR``."""
    return is_sparse(arrow) or (is_list(arrow) and is_number(arrow.value_type))


def is_sparse(arrow: pa.DataType) -> bool:
    return pa.types.is_struct(arrow) and {f.name for f in arrow} == {"size", "indices", "values"}
