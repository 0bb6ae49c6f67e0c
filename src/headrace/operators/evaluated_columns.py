"""What evaluators share: finding their columns, and the table of metrics that they give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from headrace.errors import Problem, RunError, suggest
from headrace.graph.schema import Schema
from headrace.operators.base import Context, Inputs, Site
from headrace.operators.row_hash import quoted

if TYPE_CHECKING:
    import pyarrow as pa

METRICS_SCHEMA = Schema.of(metric="string", value="double")
"""The table that every evaluator gives: a row a metric."""


def required_column(
    site: Site, schema: Schema, parameter: str, name: str | None, default: str
) -> Iterable[Problem]:
    """The problem of a column that is named and absent, or neither named nor under its default."""
    if name is None and default not in schema:
        yield Problem(
            f"the option '{parameter}' is not given, and there is no column '{default}'",
            site.place(parameter),
            f"columns: {', '.join(schema.names)}",
            code="no-label",
        )
    problem = site.column_problem(name, parameter) if name else None
    if problem is not None:
        yield problem


def needed_column(schema: Schema, name: str | None, default: str) -> str:
    """The named column, else the default, as the table spells it.

    Raises
    ------
    RunError : when it does not exist
    """
    wanted = name or default
    found = schema.get(wanted)
    if found is None:
        hint = suggest(wanted, list(schema.names), "columns")
        raise RunError(f"there is no column '{wanted}' to evaluate", hint=hint)
    return found.name


def optional_column(schema: Schema, name: str | None, default: str | None = None) -> str | None:
    """The named column, else the default where it exists, as the table spells it.

    Raises
    ------
    RunError : when a named one does not exist
    """
    if name is not None:
        return needed_column(schema, name, name)
    found = schema.get(default) if default else None
    return found.name if found else None


def selected(
    inputs: Inputs, context: Context, columns: Mapping[str, str | None]
) -> dict[str, pa.ChunkedArray]:
    """The named columns of the input table, collected, under the mapping's own names."""
    wanted = {role: name for role, name in columns.items() if name is not None}
    parts = ", ".join(f"{quoted(name)} as {quoted(role)}" for role, name in wanted.items())
    table = context.tables.collect(
        context.tables.sql(f"select {parts} from {quoted(inputs.view())}")
    )
    return {role: table[role] for role in wanted}


def metrics_table(values: Mapping[str, float]) -> pa.Table:
    """A row a metric; one that is not defined is null."""
    import pyarrow as pa

    return pa.table(
        {
            "metric": pa.array(list(values), pa.string()),
            "value": pa.array(list(values.values()), pa.float64(), from_pandas=True),
        }
    )
