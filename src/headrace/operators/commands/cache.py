"""``!cache`` and ``!unCache``: keep a table computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from headrace.graph.ports import Port
from headrace.operators.base import Context, Inputs, Knowledge, Site, Value
from headrace.operators.commands.base import Call, Command, Word
from headrace.operators.options import parameter

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class Cache(Command):
    """Compute a table once and keep it; the name means the kept table from here on.

    A cached table lives as long as the session, whatever ``lifetime`` says: MLSQL's
    lifetimes are accepted so that scripts move over.
    """

    operator_name: ClassVar[str] = "cache"
    usage: ClassVar[str] = "!cache TABLE [script|session|application];"

    lifetime: Literal["script", "session", "application"] = parameter(
        "script", title="How long MLSQL keeps it; here always the session"
    )

    @classmethod
    def read(cls, words: Sequence[Word]) -> Call:
        cls.expect(words, 1, 2)
        options = tuple(word.option("lifetime") for word in words[1:])
        return Call(options, {"table": words[0]}, result=words[0])

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        return {"table": site.schema()}

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        return {"table": context.tables.stage(inputs.frame(), context.step_id)}


class UnCache(Command):
    """Give up the promise of ``!cache``; the table stays usable."""

    operator_name: ClassVar[str] = "unCache"
    usage: ClassVar[str] = "!unCache TABLE;"

    @classmethod
    def read(cls, words: Sequence[Word]) -> Call:
        cls.expect(words, 1, 1)
        return Call(tables={"table": words[0]})

    def outputs(self) -> tuple[Port, ...]:
        return ()

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        # What was computed lies in the session's staging place and goes with the session;
        # tables built on it may still read it, so nothing may be removed earlier.
        return {}
