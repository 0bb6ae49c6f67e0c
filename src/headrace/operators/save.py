"""``save``: a table to a file, a directory or a database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar

from pydantic import SerializeAsAny

from headrace.errors import HeadraceError, Problem
from headrace.graph.ports import Port
from headrace.graph.protocols import SaveMode, SaveTarget
from headrace.graph.report import Report, TextItem
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


class Save(Operator):
    """Write every row of a table; readers see the old content or the new, never a part."""

    operator_name: ClassVar[str] = "save"
    category: ClassVar[str] = "sink"
    verbs: ClassVar[tuple[str, ...]] = ("save",)

    format: str
    path: str
    options: SerializeAsAny[Options]
    mode: SaveMode = "errorIfExists"
    partition_by: tuple[str, ...] = ()

    def outputs(self) -> tuple[Port, ...]:
        return (WRITTEN,)

    def written_paths(self) -> tuple[str, ...]:
        return (self.path,)

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        """The columns that a load of what was written will find."""
        return {WRITTEN.name: site.schema()}

    @property
    def target(self) -> SaveTarget:
        return SaveTarget(self.format, self.path, self.mode, self.options, self.partition_by)

    def check(self, site: Site) -> Iterable[Problem]:
        for name in getattr(self.options, "ignored", tuple)():
            message = f"{self.format} ignores {name}"
            yield Problem(message, site.place("path"), "leave it out", "warning", "no-effect")
        problems = [site.column_problem(name, "partition_by") for name in self.partition_by]
        yield from (problem for problem in problems if problem)
        if site.offline:
            return
        try:
            site.sinks.check(self.target)
        except HeadraceError as error:
            yield from error.at(site.place("path")).problems

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        saved = context.sinks.save(inputs.frame(), self.target, context.tables)
        context.progress(saved.rows, saved.rows)
        if saved.skipped:
            text = f"{saved.path} exists and was left as it is"
        else:
            files = f" in {saved.files} files" if saved.files > 1 else ""
            text = f"saved {saved.rows:,} rows{files} to {saved.path}"
        context.show(Report("save", (TextItem(text),)))
        return {}
