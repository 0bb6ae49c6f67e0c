"""``!throw``: end the run with a message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from headrace.errors import RunError
from headrace.graph.ports import Port
from headrace.operators.base import Context, Inputs, Value
from headrace.operators.commands.base import Call, Command, Word
from headrace.operators.options import parameter

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class Throw(Command):
    """End the run as failed, with a message of the script's."""

    operator_name: ClassVar[str] = "throw"
    usage: ClassVar[str] = "!throw 'MESSAGE';"

    message: str = parameter(..., title="Why the run ends")

    @classmethod
    def read(cls, words: Sequence[Word]) -> Call:
        cls.expect(words, 1, 1)
        return Call((words[0].option("message"),))

    def inputs(self) -> tuple[Port, ...]:
        return ()

    def outputs(self) -> tuple[Port, ...]:
        return ()

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        raise RunError(self.message, code="throw")
