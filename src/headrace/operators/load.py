"""``load``: a table from a file, a database or a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import SerializeAsAny

from headrace.errors import HeadraceError, Problem
from headrace.graph.ports import Port
from headrace.operators.base import Context, Inputs, Knowledge, Operator, Site, Value
from headrace.operators.options import Options

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class Load(Operator):
    """Read a source; ``options`` is the format's own record."""

    operator_name: ClassVar[str] = "load"
    category: ClassVar[str] = "source"
    verbs: ClassVar[tuple[str, ...]] = ("load",)

    format: str
    path: str
    options: SerializeAsAny[Options]

    def inputs(self) -> tuple[Port, ...]:
        return ()

    def check(self, site: Site) -> Iterable[Problem]:
        if site.offline:
            return ()
        try:
            site.sources.describe(self.format, self.path, self.options)
        except HeadraceError as error:
            return error.at(site.place("path")).problems
        return ()

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        if site.offline:
            return {"table": None}
        return {"table": site.sources.describe(self.format, self.path, self.options).schema}

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        return {"table": context.sources.open(self.format, self.path, self.options, context.tables)}

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return [("format", self.format), ("path", self.path)]
