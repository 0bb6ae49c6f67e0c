"""``!println``: a line of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from headrace.graph.ports import Port
from headrace.graph.report import Report, TextItem
from headrace.operators.base import Context, Inputs, Value
from headrace.operators.commands.base import Call, Command, Word
from headrace.operators.options import parameter

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class Println(Command):
    """Show a text in the terminal and in the report."""

    operator_name: ClassVar[str] = "println"
    usage: ClassVar[str] = "!println '''TEXT''';"

    text: str = parameter(..., title="What to show")

    @classmethod
    def read(cls, words: Sequence[Word]) -> Call:
        cls.expect(words, 1, 1)
        return Call((words[0].option("text"),))

    def inputs(self) -> tuple[Port, ...]:
        return ()

    def outputs(self) -> tuple[Port, ...]:
        return ()

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        context.show(Report("", (TextItem(self.text),)))
        return {}
