"""``run t as DataSummary.`` as profile``: what the columns of a table hold."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from headrace.errors import Problem, RunError, suggest
from headrace.graph.report import Cell, ChartItem, Report, TableItem
from headrace.graph.schema import FRACTIONS, Column, Schema, is_date, is_numeric
from headrace.operators.base import Context, Inputs, Knowledge, Operator, Site, Value
from headrace.operators.options import Names, parameter
from headrace.operators.row_hash import quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SUMMARY = Schema.of(
    column="string",
    type="string",
    rows="bigint",
    missing="bigint",
    distinct="bigint",
    min="string",
    max="string",
    mean="double",
    std="double",
    p25="double",
    median="double",
    p75="double",
    top="string",
    top_count="bigint",
)
"""A row a column; numbers that a type does not have are null, min and max are text."""

EXACT_ROWS = 1_000_000
"""Exact quartiles hold a column's numbers in memory; of more rows they are approximate."""

COUNTED_VALUES = 1000
"""A column with more distinct values is not asked for its most frequent ones."""

TOP_VALUES = 5
DRAWN_COLUMNS = 12
BINS = 20


@dataclass(frozen=True, slots=True)
class Top:
    """The most frequent values of a column, most frequent first."""

    values: tuple[tuple[str, int], ...] = ()


class DataSummary(Operator):
    """Count, range, mean, deviation, quartiles and most frequent values of each column.

    Missing are nulls and NaNs. Quartiles are approximate above a million rows, all else is exact.
    After the rows are counted the table is read once for the numbers, and once more for frequent
    values and histograms.
    """

    operator_name: ClassVar[str] = "DataSummary"
    category: ClassVar[str] = "profile"

    columns: Names = parameter((), "inputCols", title="columns to look at; none: all")
    histograms: bool = parameter(True, title="draw the distribution of the first numeric columns")

    def check(self, site: Site) -> Iterable[Problem]:
        for name in self.columns:
            problem = site.column_problem(name, "columns")
            if problem is not None:
                yield problem

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        return {"table": SUMMARY}

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        columns = self._columns(context.tables.schema(inputs.frame()))
        view = inputs.view()
        rows_query = f"select count(*) as total from {quoted(view)}"
        exact = _first_row(context, rows_query)["total"] <= EXACT_ROWS
        wide = _first_row(context, summary_query(columns, view, exact=exact))
        tops = _tops(columns, wide, view, context)
        rows = [summary_row(i, c, wide, tops.get(c.name, Top())) for i, c in enumerate(columns)]
        charts = self._charts(columns, wide, view, context)
        context.show(Report("Data summary", (*_tables(rows, tops, wide), *charts)))
        return {"table": context.tables.from_arrow(_arrow(rows))}

    def _columns(self, schema: Schema) -> list[Column]:
        if not self.columns:
            return list(schema)
        unknown = [name for name in self.columns if name not in schema]
        if unknown:
            hint = suggest(unknown[0], list(schema.names), "columns")
            raise RunError(f"DataSummary: there is no column '{unknown[0]}'", hint=hint)
        return [c for c in map(schema.get, self.columns) if c is not None]

    def _charts(
        self, columns: Sequence[Column], wide: Mapping[str, Any], view: str, context: Context
    ) -> list[ChartItem]:
        drawn = [(i, c) for i, c in enumerate(columns) if _has_range(i, c, wide)]
        if not self.histograms or not drawn:
            return []
        query = histogram_query(drawn[:DRAWN_COLUMNS], wide, view)
        found = context.tables.collect(context.tables.sql(query)).to_pylist()
        return [_histogram(i, c, wide, found) for i, c in drawn[:DRAWN_COLUMNS]]


def summary_query(columns: Sequence[Column], view: str, *, exact: bool) -> str:
    """SQL for one wide row: each column's aggregates, named by its number and theirs."""
    parts = ["count(*) as total"]
    for index, column in enumerate(columns):
        parts += [f"{sql} as {name}_{index}" for name, sql in _aggregates(column, exact).items()]
    return f"select {', '.join(parts)} from {quoted(view)}"


def _aggregates(column: Column, exact: bool) -> dict[str, str]:
    """The aggregates that a type has, by name."""
    value = _value(column)
    found = {"present": f"count({value})"}
    if not _is_scalar(column.type):
        return found
    found |= {
        "distinct": f"count(distinct {value})",
        "min": f"string(min({value}))",
        "max": f"string(max({value}))",
    }
    if is_numeric(column.type):
        number = f"double({value})"
        quantile = "percentile" if exact else "percentile_approx"
        found |= {
            "low": f"double(min({value}))",
            "high": f"double(max({value}))",
            "mean": f"avg({number})",
            "std": f"stddev_samp({number})",
            "p25": f"{quantile}({number}, 0.25D)",
            "median": f"{quantile}({number}, 0.5D)",
            "p75": f"{quantile}({number}, 0.75D)",
        }
    return found


def _value(column: Column) -> str:
    """The column with NaN as missing."""
    name = quoted(column.name)
    return f"nanvl({name}, null)" if column.type in FRACTIONS else name


def _is_scalar(type_name: str) -> bool:
    return type_name in ("string", "boolean") or is_numeric(type_name) or is_date(type_name)


def _first_row(context: Context, query: str) -> Mapping[str, Any]:
    row: Mapping[str, Any] = context.tables.collect(context.tables.sql(query)).to_pylist()[0]
    return row


def summary_row(index: int, column: Column, wide: Mapping[str, Any], top: Top) -> dict[str, Cell]:
    """The row of ``SUMMARY`` for the column of that number."""
    numbers = ("distinct", "min", "max", "mean", "std", "p25", "median", "p75")
    return {
        "column": column.name,
        "type": column.type,
        "rows": wide["total"],
        "missing": wide["total"] - wide[f"present_{index}"],
        **{name: wide.get(f"{name}_{index}") for name in numbers},
        "top": top.values[0][0] if top.values else None,
        "top_count": top.values[0][1] if top.values else None,
    }


def _tops(
    columns: Sequence[Column], wide: Mapping[str, Any], view: str, context: Context
) -> dict[str, Top]:
    counted = [
        column
        for index, column in enumerate(columns)
        if column.type not in FRACTIONS
        and 0 < (wide.get(f"distinct_{index}") or 0) <= COUNTED_VALUES
    ]
    if not counted:
        return {}
    rows = context.tables.collect(context.tables.sql(top_query(counted, view))).to_pylist()
    found: dict[str, list[tuple[str, int]]] = {column.name: [] for column in counted}
    for row in rows:
        found[counted[row["place"]].name].append((row["value"], row["n"]))
    ordered = {name: sorted(values, key=lambda v: (-v[1], v[0])) for name, values in found.items()}
    return {name: Top(tuple(values[:TOP_VALUES])) for name, values in ordered.items()}


def top_query(columns: Sequence[Column], view: str) -> str:
    """SQL for the counts of each column's values: ``place`` of the column, ``value``, ``n``."""
    return " union all ".join(
        f"select {place} as place, string({quoted(c.name)}) as value, count(*) as n "
        f"from {quoted(view)} where {quoted(c.name)} is not null group by 2"
        for place, c in enumerate(columns)
    )


def _has_range(index: int, column: Column, wide: Mapping[str, Any]) -> bool:
    low, high = wide.get(f"low_{index}"), wide.get(f"high_{index}")
    if low is None or high is None or not is_numeric(column.type):
        return False
    return -math.inf < float(low) < float(high) < math.inf


def histogram_query(
    columns: Sequence[tuple[int, Column]], wide: Mapping[str, Any], view: str
) -> str:
    """SQL for counts in ``BINS`` equal bins: ``place`` of the column, ``bin``, ``n``."""
    parts = []
    for index, column in columns:
        low, high = wide[f"low_{index}"], wide[f"high_{index}"]
        value = f"double({_value(column)})"
        bin_number = f"least(int(({value} - {low!r}D) / {(high - low) / BINS!r}D), {BINS - 1})"
        parts.append(
            f"select {index} as place, {bin_number} as bin, count(*) as n "
            f"from {quoted(view)} where {value} is not null group by 2"
        )
    return " union all ".join(parts)


def _histogram(
    index: int, column: Column, wide: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]
) -> ChartItem:
    low, high = wide[f"low_{index}"], wide[f"high_{index}"]
    width = (high - low) / BINS
    counts = {row["bin"]: row["n"] for row in rows if row["place"] == index}
    data: dict[str, Sequence[Cell]] = {
        "start": [low + width * bin_number for bin_number in range(BINS)],
        "end": [low + width * (bin_number + 1) for bin_number in range(BINS)],
        "count": [counts.get(bin_number, 0) for bin_number in range(BINS)],
    }
    return ChartItem("histogram", data, column.name, {"column": column.name})


def _tables(
    rows: Sequence[Mapping[str, Cell]], tops: Mapping[str, Top], wide: Mapping[str, Any]
) -> list[TableItem]:
    names = tuple(name for name in SUMMARY.names if name not in ("rows", "top", "top_count"))
    cells = tuple(tuple(row[name] for name in names) for row in rows)
    items = [TableItem(names, cells, title=f"Columns of {wide['total']:,} rows")]
    frequent = tuple((name, _shares(top, wide["total"])) for name, top in tops.items())
    if frequent:
        items.append(TableItem(("column", "values"), frequent, title="Most frequent values"))
    return items


def _shares(top: Top, rows: int) -> str:
    """``2 60.4 %, 1 39.6 %``"""
    return ", ".join(
        f"{value} {count / rows:.1%}".replace("%", " %") for value, count in top.values
    )


def _arrow(rows: Sequence[Mapping[str, Cell]]) -> Any:
    import pyarrow as pa

    from headrace.models.types import arrow_type

    schema = pa.schema([(column.name, arrow_type(column.type)) for column in SUMMARY])
    return pa.Table.from_pylist([dict(row) for row in rows], schema)
