"""The first rows of a table as a report item."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from headrace.graph.report import Cell, TableItem
from headrace.graph.schema import Schema

if TYPE_CHECKING:
    import pyarrow as pa


def table_item(
    table: pa.Table, schema: Schema, title: str = "", limit: int | None = None
) -> TableItem:
    """Rows to show.

    Parameters
    ----------
    table : rows of it, one more than ``limit`` where there are more
    schema : their columns, for the types' names
    title : what the table is called
    limit : how many of them to show; None for all
    """
    more = limit is not None and table.num_rows > limit
    columns = [
        [_cell(value) for value in column.to_pylist()] for column in table.slice(0, limit).columns
    ]
    rows = tuple(zip(*columns, strict=True)) if columns else ()
    types = tuple(column.type for column in schema)
    total = None if more else table.num_rows
    return TableItem(tuple(table.column_names), rows, title, types, total, more)


def _cell(value: object) -> Cell:
    """A value as something that every output can show; nested ones as JSON text."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, Decimal | date | time):
        return str(value)
    if isinstance(value, bytes):
        shown = value[:16].hex(" ")
        return f"{shown} … ({len(value):,} bytes)" if len(value) > 16 else shown
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Cell:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
