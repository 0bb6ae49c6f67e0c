"""``!jdbc``: statements in a database's own SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import SerializeAsAny

from headrace.graph.ports import Port
from headrace.graph.report import Report, TextItem
from headrace.operators.base import WRITTEN, Context, Inputs, Value
from headrace.operators.commands.base import Call, Command, Word
from headrace.operators.options import Options, parameter

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class Jdbc(Command):
    """Run statements for their effect in a connected database, all in one transaction.

    ``connect jdbc where url="…" as db;`` comes before; ``options`` are that connection's.
    """

    operator_name: ClassVar[str] = "jdbc"
    usage: ClassVar[str] = "!jdbc CONNECTION '''STATEMENT''' …;"

    connection: str = parameter(..., title="What connect jdbc has named")
    statements: tuple[str, ...] = parameter(..., title="Statements, run in order")
    options: SerializeAsAny[Options]

    @classmethod
    def read(cls, words: Sequence[Word]) -> Call:
        cls.expect(words, 2)
        texts = tuple(word.text for word in words[1:])
        option = words[1].option("statements")
        statements = type(option)("statements", texts, None, option.value_text)
        return Call((words[0].option("connection"), statements))

    def inputs(self) -> tuple[Port, ...]:
        return ()

    def outputs(self) -> tuple[Port, ...]:
        return (WRITTEN,)

    def written_paths(self) -> tuple[str, ...]:
        """Any table of the connection may have changed."""
        return (f"{self.connection}.",)

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        changed = context.sinks.execute(self.statements, self.options)
        counts = ", ".join(f"{rows:,} rows" if rows >= 0 else "done" for rows in changed)
        context.show(Report("", (TextItem(f"{self.connection}: {counts}"),)))
        return {}
