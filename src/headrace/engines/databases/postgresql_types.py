"""PostgreSQL's types by their object numbers (``pg_type.dat``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from headrace.engines.databases.result_columns import (
    LOCAL_TIMESTAMP,
    TIMESTAMP,
    ResultColumn,
    decimal_type,
    to_decimal,
    to_text,
)

_NUMERIC = 1700

_SCALARS = {
    16: pa.bool_(), 17: pa.binary(), 20: pa.int64(), 21: pa.int16(), 23: pa.int32(),
    26: pa.int64(), 700: pa.float32(), 701: pa.float64(), 1082: pa.date32(),
    1114: LOCAL_TIMESTAMP, 1184: TIMESTAMP,
}  # fmt: skip

_ARRAYS = {
    1000: pa.bool_(), 1005: pa.int16(), 1007: pa.int32(), 1016: pa.int64(), 1021: pa.float32(),
    1022: pa.float64(), 1009: pa.string(), 1015: pa.string(), 1182: pa.date32(),
}  # fmt: skip


def postgresql_columns(description: Sequence[Any]) -> tuple[ResultColumn, ...]:
    """The columns of a psycopg result; what Arrow lacks becomes text."""
    return tuple(_column(told) for told in description)


def _column(told: Any) -> ResultColumn:
    if told.type_code in _SCALARS:
        return ResultColumn(told.name, _SCALARS[told.type_code])
    if told.type_code in _ARRAYS:
        return ResultColumn(told.name, pa.list_(_ARRAYS[told.type_code]))
    if told.type_code == _NUMERIC:
        type_ = decimal_type(told.precision, told.scale)
        return ResultColumn(told.name, type_, to_decimal(type_))
    return ResultColumn(told.name, pa.string(), to_text)
