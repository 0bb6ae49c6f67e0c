"""A small table whose rows stand in the pipeline itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from headrace.graph.ports import Port
from headrace.graph.schema import Column, Schema
from headrace.operators.base import Context, Inputs, Knowledge, Operator, Site, Value

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

InlineCell = str | int | float | bool | None


class InlineTable(Operator):
    """Rows given as values; ``columns`` are pairs of name and Spark SQL type."""

    operator_name: ClassVar[str] = "inline"
    category: ClassVar[str] = "source"
    verbs: ClassVar[tuple[str, ...]] = ()

    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[InlineCell, ...], ...] = ()

    @property
    def schema_of_rows(self) -> Schema:
        return Schema(tuple(Column(name, type_name) for name, type_name in self.columns))

    def inputs(self) -> tuple[Port, ...]:
        return ()

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        return {"table": self.schema_of_rows}

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        names = [name for name, _ in self.columns]
        rows = [dict(zip(names, row, strict=True)) for row in self.rows]
        return {"table": context.tables.from_rows(rows, self.schema_of_rows)}
