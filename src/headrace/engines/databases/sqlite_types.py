"""SQLite's columns: by their declared type, or where there is none by the values themselves.

SQLite lets any column hold any value. A declared type is taken at its word, so that a script's
check and its run agree; a value that breaks the word is an error that names it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

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

EXACT_DECIMAL = "DECIMAL_TEXT"
"""Our declaration of decimals of more than 15 digits: its TEXT makes SQLite keep every digit."""

_NUMBERED = re.compile(r":\d+$")
_VIEW = "temp.headrace_result"
_DECIMAL = re.compile(r"(?:DECIMAL_TEXT|DECIMAL|NUMERIC)\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)")


def sqlite_columns(
    connection: sa.Connection, query: str, sample_rows: int | None = None
) -> tuple[ResultColumn, ...]:
    """The columns of a query.

    Parameters
    ----------
    connection : in a transaction
    query : one statement that gives rows
    sample_rows : how many rows to look at for columns without a declared type; None for all
    """
    execute = connection.execution_options(no_parameters=True).exec_driver_sql
    execute(f"create temp view headrace_result as {query}")
    try:
        declared = [
            (row[1], str(row[2])) for row in execute("pragma temp.table_info(headrace_result)")
        ]
        found = [_declared(name, type_) for name, type_ in declared]
        unknown = [index for index, column in enumerate(found) if column is None]
        seen = _seen_types(execute, declared, unknown, sample_rows)
    finally:
        execute("drop view temp.headrace_result")
    columns = (column or seen[name] for column, (name, _) in zip(found, declared, strict=True))
    # A view numbers equal names; the query's own result has them equal, and the caller refuses.
    return tuple(replace(column, name=_NUMBERED.sub("", column.name)) for column in columns)


def _declared(name: str, declared: str) -> ResultColumn | None:
    """What a declaration means, by the words in it as SQLite itself reads them."""
    type_name = declared.upper()
    if match := _DECIMAL.search(type_name):
        type_ = decimal_type(int(match[1]), int(match[2] or 0))
        return ResultColumn(name, type_, to_decimal(type_))
    for word, (type_, convert) in _WORDS.items():
        if word in type_name:
            return ResultColumn(name, type_, convert)
    return None


def _seen_types(
    execute: Callable[[str], Any],
    declared: list[tuple[str, str]],
    unknown: list[int],
    sample_rows: int | None,
) -> dict[str, ResultColumn]:
    if not unknown:
        return {}
    names = [declared[index][0] for index in unknown]
    quoted = [f'"{name.replace(chr(34), chr(34) * 2)}"' for name in names]
    kinds = ", ".join(f"group_concat(distinct typeof({name}))" for name in quoted)
    limit = "" if sample_rows is None else f" limit {sample_rows}"
    row = execute(f"select {kinds} from (select * from {_VIEW}{limit})").one()
    return {
        name: _of_kinds(name, set((seen or "").split(",")) - {"null", ""})
        for name, seen in zip(names, row, strict=True)
    }


def _of_kinds(name: str, kinds: set[str]) -> ResultColumn:
    """The type that holds every value that was seen."""
    if kinds == {"integer"}:
        return ResultColumn(name, pa.int64())
    if kinds and kinds <= {"integer", "real"}:
        return ResultColumn(name, pa.float64(), _to_float)
    if kinds == {"blob"}:
        return ResultColumn(name, pa.binary())
    return ResultColumn(name, pa.string(), to_text)


def _to_integer(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no integer")
    return value


def _to_float(value: Any) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    return float(value)


def _to_bytes(value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else bytes(value)


_WORDS: dict[str, tuple[pa.DataType, Callable[[Any], Any]]] = {
    "BOOL": (pa.bool_(), to_boolean),
    "TIMESTAMP": (TIMESTAMP, to_timestamp),
    "DATETIME": (TIMESTAMP, to_timestamp),
    "DATE": (pa.date32(), to_date),
    "INT": (pa.int64(), _to_integer),
    "CHAR": (pa.string(), to_text),
    "CLOB": (pa.string(), to_text),
    "TEXT": (pa.string(), to_text),
    "STRING": (pa.string(), to_text),
    "TIME": (pa.string(), to_text),
    "JSON": (pa.string(), to_text),
    "BLOB": (pa.binary(), _to_bytes),
    "BINARY": (pa.binary(), _to_bytes),
    "REAL": (pa.float64(), _to_float),
    "FLOA": (pa.float64(), _to_float),
    "DOUB": (pa.float64(), _to_float),
    "NUMERIC": (pa.float64(), _to_float),
    "DECIMAL": (pa.float64(), _to_float),
}
"""The first word that a declaration holds decides."""
