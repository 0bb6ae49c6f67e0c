"""``load``: a table from a file, a database or a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import SerializeAsAny

from headrace.errors import HeadraceError, Problem
from headrace.graph.ports import ANY, Port
from headrace.operators.base import (
    WRITTEN,
    Context,
    Inputs,
    Knowledge,
    Operator,
    Site,
    Value,
)
from headrace.operators.options import Options

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


KEEPS_TYPES = frozenset({"parquet", "orc", "delta"})
"""Formats that read back as the very columns that were saved."""


class Load(Operator):
    """Read a source; ``options`` is the format's own record."""

    operator_name: ClassVar[str] = "load"
    category: ClassVar[str] = "source"
    verbs: ClassVar[tuple[str, ...]] = ("load",)

    format: str
    path: str
    options: SerializeAsAny[Options]

    def inputs(self) -> tuple[Port, ...]:
        """Filled where an earlier step of the script writes what this one reads."""
        return (Port(WRITTEN.name, ANY, optional=True),)

    def check(self, site: Site) -> Iterable[Problem]:
        if site.offline or site.linked(WRITTEN.name):
            return ()
        try:
            found = site.sources.describe(self.format, self.path, self.options)
        except HeadraceError as error:
            return error.at(site.place("path")).problems
        span = site.place("path")
        return [
            Problem(message, span, hint, "warning", "source") for message, hint in found.warnings
        ]

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        if site.linked(WRITTEN.name):
            known = site.schema(WRITTEN.name) if self.format in KEEPS_TYPES else None
            return {"table": known}
        if site.offline:
            return {"table": None}
        return {"table": site.sources.describe(self.format, self.path, self.options).schema}

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        return {"table": context.sources.open(self.format, self.path, self.options, context.tables)}

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return [("format", self.format), ("path", self.path)]
