"""Pipelines of the planner's tests, written as one line a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from headrace.graph import MODEL, TABLE, Link, Pipeline, Port, Step
from headrace.graph.step import Json


@dataclass(frozen=True)
class Work:
    """An operator with a table input per name that it reads; training also gives a model."""

    operator_name: str
    reads: tuple[str, ...] = ()
    format_name: str | None = None

    def inputs(self) -> tuple[Port, ...]:
        kind = MODEL if self.operator_name == "register" else TABLE
        return tuple(Port(name, kind) for name in self.reads)

    def outputs(self) -> tuple[Port, ...]:
        if self.operator_name in ("save", "register"):
            return ()
        model = (Port("model", MODEL),) if self.operator_name == "RandomForest" else ()
        return (Port("table", TABLE), *model)

    def parameters(self) -> Mapping[str, Json]:
        return {"format": self.format_name} if self.format_name else {}


def step(line: str) -> Step:
    """``id: operator[.format] input input``"""
    step_id, _, rest = line.partition(": ")
    title, *sources = rest.split()
    operator, _, format_name = title.partition(".")
    output = "model" if operator == "register" else "table"
    links = tuple(Link(source, source, output) for source in sources)
    return Step(step_id, Work(operator, tuple(sources), format_name or None), links)


def pipeline(text: str) -> Pipeline:
    """A step a line; empty lines do not count."""
    return Pipeline(tuple(step(line.strip()) for line in text.splitlines() if line.strip()))
