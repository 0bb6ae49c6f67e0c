"""Runs one operator over real tables, fits and models, without a script around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa

from headrace.errors import Problem, suggest
from headrace.graph.protocols import Analyzer, Sinks, Sources, Tables
from headrace.graph.report import ChartItem, Item, MetricsItem, Report, TextItem
from headrace.graph.schema import Schema
from headrace.graph.signature import Signature
from headrace.graph.span import Span
from headrace.graph.step import Json
from headrace.models.protocols import Fits, Models, OpenModel
from headrace.operators.base import FunctionValue, Operator, Value
from headrace.operators.row_hash import quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

UNUSED: Any = None
"""What these operators never ask for."""


@dataclass
class Workbench:
    """A context and the inputs of one step; ``put`` fills its ports, ``run`` runs it."""

    tables: Tables
    fits: Fits
    models: Models
    scratch: Path
    step_id: str = "step"
    script: str = "train t;"
    sources: Sources = UNUSED
    sinks: Sinks = UNUSED
    views: dict[str, str] = field(default_factory=dict)
    open_models: dict[str, OpenModel] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def root(self) -> Path:
        return self.scratch

    def put(self, table: pa.Table | Mapping[str, object], port: str = "table") -> Workbench:
        view = f"{port}_rows"
        arrow = table if isinstance(table, pa.Table) else pa.table(dict(table))
        self.tables.create_view(view, self.tables.from_arrow(arrow))
        self.views[port] = view
        return self

    def run(self, operator: Operator) -> Mapping[str, Value | DataFrame]:
        return operator.run(self, self)

    def table(self, operator: Operator, output: str = "table") -> pa.Table:
        return self.tables.collect(cast("DataFrame", self.run(operator)[output]))

    def has(self, port: str) -> bool:
        return port in self.views

    def frame(self, port: str = "table") -> DataFrame:
        return self.tables.sql(f"select * from {quoted(self.views[port])}")

    def view(self, port: str = "table") -> str:
        return self.views[port]

    def model(self, port: str = "model") -> OpenModel:
        return self.open_models[port]

    def function(self, port: str) -> FunctionValue:
        raise KeyError(port)

    def carried(self, output: str) -> Value:
        raise KeyError(output)

    def show(self, report: Report) -> None:
        self.reports.append(report)

    def warn(self, message: str, hint: str | None = None) -> None:
        self.warnings.append(message)

    def progress(self, done: int, total: int | None = None, unit: str = "rows") -> None:
        pass

    @property
    def items(self) -> list[Item]:
        return [item for report in self.reports for item in report.items]

    def texts(self) -> list[str]:
        return [item.text for item in self.items if isinstance(item, TextItem)]

    def chart(self, kind: str) -> ChartItem:
        return next(i for i in self.items if isinstance(i, ChartItem) and i.kind == kind)

    def metrics(self) -> dict[str, float]:
        return {k: v for i in self.items if isinstance(i, MetricsItem) for k, v in i.values.items()}


@dataclass
class Desk:
    """What an operator's checks may ask, of schemas given by hand."""

    schemas: Mapping[str, Schema | None]
    offline: bool = False
    sources: Sources = UNUSED
    sinks: Sinks = UNUSED
    models: Models = UNUSED
    analyzer: Analyzer = UNUSED

    def schema(self, port: str = "table") -> Schema | None:
        return self.schemas.get(port)

    def signature(self, port: str = "model") -> Signature | None:
        return None

    def linked(self, port: str) -> bool:
        return port in self.schemas

    def place(self, parameter: str) -> Span | None:
        return None

    def within(self, parameter: str, start: int, end: int) -> Span | None:
        return None

    def column_problem(self, name: str, parameter: str, port: str = "table") -> Problem | None:
        schema = self.schema(port)
        if schema is None or name in schema:
            return None
        hint = suggest(name, list(schema.names), "columns")
        return Problem(f"unknown column '{name}'", hint=hint, code="unknown-column")


def problems(operator: Operator, **schemas: Schema | None) -> list[Problem]:
    """What the operator's check finds, given the schemas of its ports."""
    return list(operator.check(Desk(schemas)))


def codes(operator: Operator, **schemas: Schema | None) -> list[str]:
    return [problem.code for problem in problems(operator, **schemas)]


def metric_values(table: pa.Table) -> dict[str, Json]:
    """The rows of an evaluator's table."""
    names, values = table["metric"].to_pylist(), table["value"].to_pylist()
    return dict(zip(names, values, strict=True))
