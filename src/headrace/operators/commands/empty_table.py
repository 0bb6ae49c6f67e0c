"""``!emptyTable``: a table without rows, so that a script need not show its last one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from headrace.graph.ports import Port
from headrace.graph.schema import Schema
from headrace.operators.base import Context, Inputs, Knowledge, Site, Value
from headrace.operators.commands.base import Call, Command, Word

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

EMPTY = Schema.of(value="string")


class EmptyTable(Command):
    """A table of one text column and no rows."""

    operator_name: ClassVar[str] = "emptyTable"
    aliases: ClassVar[tuple[str, ...]] = ("EmptyTable",)
    verbs: ClassVar[tuple[str, ...]] = ("!", "run", "train")
    usage: ClassVar[str] = "!emptyTable;"

    @classmethod
    def read(cls, words: Sequence[Word]) -> Call:
        cls.expect(words, 0, 0)
        return Call()

    def inputs(self) -> tuple[Port, ...]:
        return (Port("table", optional=True),)

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        return {"table": EMPTY}

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        return {"table": context.tables.from_rows([], EMPTY)}
