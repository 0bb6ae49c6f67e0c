"""``!desc``: the columns of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from headrace.graph.schema import Schema
from headrace.operators.base import Context, Inputs, Knowledge, Site, Value
from headrace.operators.commands.base import Call, Command, Word

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

DESCRIPTION = Schema.of(col_name="string", data_type="string", comment="string")


class Desc(Command):
    """Names and types of a table's columns, as a table."""

    operator_name: ClassVar[str] = "desc"
    usage: ClassVar[str] = "!desc TABLE;"

    @classmethod
    def read(cls, words: Sequence[Word]) -> Call:
        cls.expect(words, 1, 1)
        return Call(tables={"table": words[0]})

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        return {"table": DESCRIPTION}

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        schema = context.tables.schema(inputs.frame())
        rows = [{"col_name": c.name, "data_type": c.type, "comment": None} for c in schema]
        return {"table": context.tables.from_rows(rows, DESCRIPTION)}
