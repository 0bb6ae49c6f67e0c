"""Tables for Arrow columns, and values as the drivers take them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from headrace.engines.databases.addresses import Kind
from headrace.engines.databases.sqlite_types import EXACT_DECIMAL
from headrace.engines.writers.json import as_json
from headrace.errors import DataError

TypeMaker = Callable[[pa.DataType], sa.types.TypeEngine[Any]]

_EXACT_DIGITS = 15
"""Decimal digits that a double always keeps."""


class _ExactDecimal(sa.types.UserDefinedType[Any]):
    """A decimal as text, in SQLite."""

    cache_ok = True

    def __init__(self, precision: int, scale: int) -> None:
        self.precision, self.scale = precision, scale

    def get_col_spec(self, **_: object) -> str:
        return f"{EXACT_DECIMAL}({self.precision},{self.scale})"


def declared_columns(schema: pa.Schema, kind: Kind) -> list[sa.Column[Any]]:
    """The columns of a new table."""
    return [sa.Column(field.name, _column_type(field.type, kind)) for field in schema]


def driver_rows(batch: pa.RecordBatch, kind: Kind) -> Iterator[tuple[Any, ...]]:
    """The rows of a batch as tuples of Python values.

    Raises
    ------
    DataError : a number that the database cannot store
    """
    columns = [
        _values(name, column, kind)
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
    ]
    return zip(*columns, strict=True)


def _column_type(type_: pa.DataType, kind: Kind) -> sa.types.TypeEngine[Any]:
    kinds = pa.types
    if kinds.is_decimal(type_):
        if kind == "sqlite" and type_.precision > _EXACT_DIGITS:
            return _ExactDecimal(type_.precision, type_.scale)
        return sa.Numeric(type_.precision, type_.scale)
    if kinds.is_timestamp(type_):
        if kind == "mysql":
            return mysql.DATETIME(fsp=6)
        return sa.DateTime(timezone=type_.tz is not None)
    if kind == "postgresql" and _is_array(type_):
        return postgresql.ARRAY(_SCALARS[type_.value_type]())
    if type_ in _SCALARS and not (kind == "mysql" and type_ in _MYSQL):
        return _SCALARS[type_]()
    # MySQL's TEXT ends at 64 kB, and its FLOAT is sent with six digits.
    return _MYSQL.get(type_, mysql.LONGTEXT)() if kind == "mysql" else sa.Text()


_SCALARS: dict[pa.DataType, Callable[[], sa.types.TypeEngine[Any]]] = {
    pa.bool_(): sa.Boolean, pa.int8(): sa.SmallInteger, pa.int16(): sa.SmallInteger,
    pa.int32(): sa.Integer, pa.int64(): sa.BigInteger, pa.float32(): sa.REAL,
    pa.float64(): sa.Double, pa.string(): sa.Text, pa.binary(): sa.LargeBinary,
    pa.date32(): sa.Date,
}  # fmt: skip

_MYSQL: dict[pa.DataType, Callable[[], sa.types.TypeEngine[Any]]] = {
    pa.float32(): mysql.DOUBLE, pa.string(): mysql.LONGTEXT, pa.binary(): mysql.LONGBLOB,
}  # fmt: skip


def _is_array(type_: pa.DataType) -> bool:
    return bool(pa.types.is_list(type_)) and type_.value_type in _SCALARS


def _values(name: str, column: pa.Array, kind: Kind) -> list[Any]:
    kinds, type_ = pa.types, column.type
    if kinds.is_floating(type_) and kind != "postgresql":
        _check_finite(name, column, kind)
    if kinds.is_timestamp(type_) and kind != "postgresql":
        column = column.cast(pa.timestamp("us", type_.tz)).cast(pa.timestamp("us"))
    elif kinds.is_decimal(type_) and kind == "sqlite" and type_.precision > _EXACT_DIGITS:
        column = column.cast(pa.string())
    elif kinds.is_nested(type_) and not (kind == "postgresql" and _is_array(type_)):
        column = as_json(column)
    return list(column.to_pylist())


def _check_finite(name: str, column: pa.Array, kind: Kind) -> None:
    odd = pc.filter(column, pc.invert(pc.is_finite(column)))
    if len(odd):
        shown = "NaN" if math.isnan(odd[0].as_py()) else "an infinity"
        raise DataError(
            f"column '{name}' holds {shown}, which {kind} cannot store",
            hint=f"replace it first: nullif({name}, double('NaN')) gives null",
            code="value",
        )
