"""``!show TABLE``: the first rows of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from headrace.operators.base import Context, Inputs, Knowledge, Site, Value
from headrace.operators.commands.base import Call, Command, Word
from headrace.operators.options import parameter

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class ShowTable(Command):
    """The first ``rows`` rows of a table."""

    operator_name: ClassVar[str] = "show"
    usage: ClassVar[str] = "!show tables|functions|variables; or !show TABLE [ROWS];"

    rows: int = parameter(20, title="How many rows to show", ge=1, le=10_000)

    @classmethod
    def read(cls, words: Sequence[Word]) -> Call:
        cls.expect(words, 1, 2)
        return Call(tuple(word.option("rows") for word in words[1:]), {"table": words[0]})

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        return {"table": site.schema()}

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        return {"table": inputs.frame().limit(self.rows)}
