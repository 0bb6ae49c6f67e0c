"""Refusing columns that a text format has no notation for."""

from __future__ import annotations

import pyarrow as pa

from headrace.engines.writers.cells import is_nested
from headrace.errors import DataError, Problem


def check_flat(schema: pa.Schema, format_name: str) -> None:
    """Refuse nested and binary columns, all at once.

    Raises
    ------
    DataError : with one problem a column
    """
    problems = [
        Problem(
            f"{format_name} cannot hold column '{field.name}': {_kind(field.type)}",
            hint=_remedy(field),
            code="column-type",
        )
        for field in schema
        if is_nested(field.type) or _is_binary(field.type)
    ]
    if problems:
        raise DataError.of(problems)


def check_no_intervals(schema: pa.Schema) -> None:
    """Refuse columns of intervals, which no file format holds in the same way.

    Raises
    ------
    DataError : naming the first
    """
    for field in schema:
        if pa.types.is_duration(field.type) or pa.types.is_interval(field.type):
            raise DataError(
                f"an interval cannot be saved: column '{field.name}'",
                hint=f"convert it first, as in extract(day from {field.name})",
                code="column-type",
            )


def _is_binary(type_: pa.DataType) -> bool:
    return bool(pa.types.is_binary(type_) or pa.types.is_large_binary(type_))


def _kind(type_: pa.DataType) -> str:
    return "bytes" if _is_binary(type_) else f"it is of type {type_}"


def _remedy(field: pa.Field) -> str:
    call = "base64" if _is_binary(field.type) else "to_json"
    return f"select {call}({field.name}) as {field.name}, or save as parquet"
