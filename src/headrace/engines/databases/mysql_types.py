"""MySQL's and MariaDB's types by their field numbers (``field_types.h``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from pymysql.constants import FIELD_TYPE as KIND  # type: ignore[import-untyped]
from pymysql.constants import FLAG

from headrace.engines.databases.result_columns import (
    TIMESTAMP,
    ResultColumn,
    decimal_type,
    to_boolean,
    to_date,
    to_decimal,
    to_text,
    to_timestamp,
)

_BINARY_CHARSET = 63

_INTEGERS = {
    KIND.TINY: (pa.int8(), pa.int16()),
    KIND.SHORT: (pa.int16(), pa.int32()),
    KIND.INT24: (pa.int32(), pa.int32()),
    KIND.LONG: (pa.int32(), pa.int64()),
    KIND.LONGLONG: (pa.int64(), pa.decimal128(20, 0)),
    KIND.YEAR: (pa.int16(), pa.int16()),
}
"""Signed and unsigned."""

_BYTES = {
    KIND.VAR_STRING, KIND.STRING, KIND.VARCHAR, KIND.BLOB, KIND.TINY_BLOB, KIND.MEDIUM_BLOB,
    KIND.LONG_BLOB, KIND.GEOMETRY,
}  # fmt: skip


def mysql_columns(fields: Sequence[Any]) -> tuple[ResultColumn, ...]:
    """The columns of a PyMySQL result, from the field packets of the protocol."""
    return tuple(_column(field) for field in fields)


def _column(field: Any) -> ResultColumn:
    name, kind = field.name, field.type_code
    is_unsigned = bool(field.flags & FLAG.UNSIGNED)
    if field.length == 1 and (kind == KIND.BIT or (kind == KIND.TINY and not is_unsigned)):
        return ResultColumn(name, pa.bool_(), to_boolean)  # BOOLEAN is tinyint(1)
    if kind in _INTEGERS:
        return ResultColumn(name, _INTEGERS[kind][is_unsigned])
    if kind in (KIND.FLOAT, KIND.DOUBLE):
        return ResultColumn(name, pa.float64())
    if kind in (KIND.DECIMAL, KIND.NEWDECIMAL):
        type_ = decimal_type(_digits(field, is_unsigned), field.scale)
        return ResultColumn(name, type_, to_decimal(type_))
    if kind in (KIND.DATE, KIND.NEWDATE):
        return ResultColumn(name, pa.date32(), to_date)
    if kind in (KIND.DATETIME, KIND.TIMESTAMP):
        return ResultColumn(name, TIMESTAMP, to_timestamp)
    if kind == KIND.BIT or (kind in _BYTES and field.charsetnr == _BINARY_CHARSET):
        return ResultColumn(name, pa.binary())
    return ResultColumn(name, pa.string(), to_text)


def _digits(field: Any, is_unsigned: bool) -> int:
    """The length is that of the text: digits, a point if there is a fraction, a sign."""
    return int(field.length) - int(field.scale > 0) - int(not is_unsigned)
