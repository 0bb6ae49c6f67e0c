"""The rows that a fit reads: written out by the engine, in an order of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from headrace.errors import FitError, Problem, suggest
from headrace.graph.schema import Column, Schema
from headrace.graph.span import Span
from headrace.models.signatures import fits
from headrace.operators.base import Context, Inputs
from headrace.operators.row_hash import quoted, row_hash


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """The columns that a training reads: features, then the label and the weight."""

    columns: tuple[Column, ...]
    seed: int

    def write(self, port: str, inputs: Inputs, context: Context, folder: Path) -> Path:
        """Write these columns of the table at ``port`` as an Arrow file; its path.

        Raises
        ------
        FitError : when the table lacks one, or has it with another kind of type
        """
        problems = tuple(lacking(self.columns, context.tables.schema(inputs.frame(port))))
        if problems:
            raise FitError.of(problems)
        path = folder / f"{port}.arrow"
        context.tables.write_arrow(context.tables.sql(self.query(inputs.view(port))), path)
        return path

    def query(self, view: str) -> str:
        """SQL for the columns, the rows in an order that depends on nothing but the rows.

        No engine keeps one, and forests and solvers give another model for another order.
        """
        names = ", ".join(quoted(column.name) for column in self.columns)
        return f"select {names} from {quoted(view)} order by {row_hash(self.columns, self.seed)}"


def lacking(wanted: Iterable[Column], table: Schema, span: Span | None = None) -> Iterable[Problem]:
    """Columns that the table of other rows lacks, or has with another kind of type."""
    for column in wanted:
        found = table.get(column.name)
        if found is None:
            yield Problem(
                f"the evaluation table has no column '{column.name}'",
                span,
                suggest(column.name, list(table.names), "columns"),
                code="unknown-column",
            )
        elif not fits(found.type, column.type):
            yield Problem(
                f"the evaluation table has {column.name} as {found.type}, training as {column.type}",
                span,
                f"cast({column.name} as {column.type})",
                code="type",
            )
