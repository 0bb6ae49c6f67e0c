"""``!assert`` and its family: what must be true of a table."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from headrace.errors import Problem, RunError
from headrace.graph.ports import Port
from headrace.graph.report import Report, TableItem
from headrace.graph.schema import Schema
from headrace.graph.step import Json
from headrace.operators.base import Context, Inputs, Knowledge, Site, Value
from headrace.operators.commands.base import Call, Command, Word
from headrace.operators.commands.conditions import condition_problems, sql_condition
from headrace.operators.options import Names, parameter
from headrace.operators.row_hash import quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

OUTCOME = Schema.of(rule="string", passed="boolean", failures="bigint")


class Assert(Command):
    """End the run unless an SQL condition holds for every row of a table.

    ``:name`` in the condition means the column ``name``, as in MLSQL.
    """

    operator_name: ClassVar[str] = "assert"
    usage: ClassVar[str] = "!assert TABLE '''CONDITION''' [\"MESSAGE\"];"

    condition: str = parameter(..., title="What every row must fulfil")
    message: str = parameter("", title="What to say when a row does not")

    @classmethod
    def read(cls, words: Sequence[Word]) -> Call:
        cls.expect(words, 2, 3)
        options = [words[1].option("condition")]
        options += [word.option("message") for word in words[2:]]
        return Call(tuple(options), {"table": words[0]})

    def outputs(self) -> tuple[Port, ...]:
        return ()

    def check(self, site: Site) -> Iterable[Problem]:
        return condition_problems(self.condition, "condition", site)

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        failed = count_failing(self.condition, inputs, context)
        if failed:
            what = self.message or f"the condition {self.condition.strip()} does not hold"
            raise RunError(f"assertion failed: {what} ({failed:,} rows)", code="assertion")
        return {}


def count_where(condition: str, inputs: Inputs, context: Context) -> int:
    """How many rows of the input fulfil an SQL condition."""
    view = quoted(inputs.view())
    counted = context.tables.collect(
        context.tables.sql(f"select count(*) as n from {view} where {condition}")
    )
    return int(counted.column("n")[0].as_py())


def count_failing(condition: str, inputs: Inputs, context: Context) -> int:
    """How many rows do not fulfil a condition; one that is null does not hold."""
    return count_where(f"not coalesce((\n{sql_condition(condition)}\n), false)", inputs, context)


class TableRule(Command):
    """Rules on a table's columns whose outcome is a table; a ``Throw`` form fails instead."""

    columns: tuple[Names, ...] = parameter(..., title="Columns, or conditions, of each rule")
    throw: bool = parameter(False, title="End the run when a rule fails")

    @classmethod
    def read(cls, words: Sequence[Word]) -> Call:
        cls.expect(words, 2)
        rules = tuple(tuple(cls.split(word.text)) for word in words[1:])
        empty = [word for word, rule in zip(words[1:], rules, strict=True) if not any(rule)]
        if empty:
            raise cls.misuse(f"'{empty[0].text}' names nothing to look at", empty[0])
        option = words[1].option("columns")
        given = type(option)("columns", rules, None, option.value_text)
        return Call((given,), {"table": words[0]})

    @classmethod
    def split(cls, text: str) -> list[str]:
        return [part.strip() for part in text.split(",") if part.strip()]

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        return {"table": OUTCOME}

    def check(self, site: Site) -> Iterable[Problem]:
        names = dict.fromkeys(name for rule in self.columns for name in rule)
        problems = (site.column_problem(name, "columns") for name in names)
        return [problem for problem in problems if problem]

    @abstractmethod
    def failures(self, rule: tuple[str, ...], inputs: Inputs, context: Context) -> int:
        """How many rows, or groups of rows, break one rule."""

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        counts = [(", ".join(rule), self.failures(rule, inputs, context)) for rule in self.columns]
        rows = tuple((rule, failed == 0, failed) for rule, failed in counts)
        context.show(Report(self.operator_name, (TableItem(OUTCOME.names, rows),)))
        broken = [f"{rule} ({failed:,})" for rule, failed in counts if failed]
        if self.throw and broken:
            message = f"{self.operator_name} failed for: {'; '.join(broken)}"
            raise RunError(message, code="assertion")
        outcome: list[dict[str, Json]] = [
            dict(zip(OUTCOME.names, row, strict=True)) for row in rows
        ]
        return {"table": context.tables.from_rows(outcome, OUTCOME)}


class AssertNotNull(TableRule):
    """No value of these columns is null."""

    operator_name: ClassVar[str] = "assertNotNull"
    usage: ClassVar[str] = '!assertNotNull TABLE "a,b";'

    def failures(self, rule: tuple[str, ...], inputs: Inputs, context: Context) -> int:
        return count_where(" or ".join(f"{quoted(name)} is null" for name in rule), inputs, context)


class AssertUniqueKey(TableRule):
    """No two rows agree in all columns of a key."""

    operator_name: ClassVar[str] = "assertUniqueKey"
    aliases: ClassVar[tuple[str, ...]] = ("assertUniqueKeys",)
    usage: ClassVar[str] = '!assertUniqueKey TABLE "a,b"; or !assertUniqueKeys TABLE "a" "b,c";'

    def failures(self, rule: tuple[str, ...], inputs: Inputs, context: Context) -> int:
        key = ", ".join(quoted(name) for name in rule)
        doubled = f"select {key} from {quoted(inputs.view())} group by {key} having count(*) > 1"
        counted = context.tables.collect(
            context.tables.sql(f"select count(*) as n from ({doubled}) as doubled")
        )
        return int(counted.column("n")[0].as_py())


class AssertCondition(TableRule):
    """Every row fulfils each of these SQL conditions."""

    operator_name: ClassVar[str] = "assertCondition"
    usage: ClassVar[str] = "!assertCondition TABLE '''CONDITION''' …;"

    @classmethod
    def split(cls, text: str) -> list[str]:
        return [text.strip()]

    def check(self, site: Site) -> Iterable[Problem]:
        for rule in self.columns:
            yield from condition_problems(rule[0], "columns", site)

    def failures(self, rule: tuple[str, ...], inputs: Inputs, context: Context) -> int:
        return count_failing(rule[0], inputs, context)
