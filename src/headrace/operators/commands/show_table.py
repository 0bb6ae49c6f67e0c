"""``!show TABLE``: the first rows of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from headrace.graph.ports import Port
from headrace.graph.report import Report
from headrace.operators.base import Context, Inputs, Value
from headrace.operators.commands.base import Call, Command, Word
from headrace.operators.options import parameter
from headrace.operators.preview import table_item

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class ShowTable(Command):
    """Show the first ``rows`` rows of a table, in the terminal and in the report."""

    operator_name: ClassVar[str] = "show"
    usage: ClassVar[str] = "!show tables|functions|variables; or !show TABLE [ROWS];"

    rows: int = parameter(20, title="How many rows to show", ge=1, le=10_000)

    @classmethod
    def read(cls, words: Sequence[Word]) -> Call:
        cls.expect(words, 1, 2)
        return Call(tuple(word.option("rows") for word in words[1:]), {"table": words[0]})

    def outputs(self) -> tuple[Port, ...]:
        return ()

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        frame, view = inputs.frame(), inputs.view()
        rows = context.tables.collect(frame, self.rows + 1)
        item = table_item(rows, context.tables.schema(frame), view, self.rows)
        context.show(Report("show", (item,)))
        return {}
