"""``!tableRepartition``: how many parts an engine keeps a table in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from headrace.errors import Problem
from headrace.operators.base import Context, Inputs, Knowledge, Site, Value
from headrace.operators.commands.base import Call, Command, Word, flags
from headrace.operators.options import Names, parameter

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class TableRepartition(Command):
    """The same rows in ``num`` partitions, by hash of ``partition_cols`` where given."""

    operator_name: ClassVar[str] = "tableRepartition"
    aliases: ClassVar[tuple[str, ...]] = ("TableRepartition",)
    verbs: ClassVar[tuple[str, ...]] = ("!", "run", "train")
    usage: ClassVar[str] = "!tableRepartition _ -i TABLE -num 8 [-partitionCols a,b] -o RESULT;"

    num: int = parameter(..., "partitionNum", title="Number of partitions", ge=1, le=100_000)
    partition_cols: Names = parameter((), title="Columns whose equal values stay together")

    @classmethod
    def read(cls, words: Sequence[Word]) -> Call:
        named = flags(words, cls)
        if "i" not in named:
            raise cls.misuse("names no table: -i TABLE")
        table, result = named.pop("i"), named.pop("o", None)
        options = tuple(word.option(key) for key, word in named.items())
        return Call(options, {"table": table}, result)

    def check(self, site: Site) -> Iterable[Problem]:
        problems = (site.column_problem(name, "partition_cols") for name in self.partition_cols)
        return [problem for problem in problems if problem]

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        return {"table": site.schema()}

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        frame = inputs.frame()
        columns = [frame[name] for name in self.partition_cols]
        return {"table": frame.repartition(self.num, *columns)}
