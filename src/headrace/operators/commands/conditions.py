"""SQL conditions of ``!assert`` and its family: as SQL, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from headrace.errors import Problem
from headrace.graph.protocols import Analyzer
from headrace.graph.schema import Schema
from headrace.graph.signature import Signature
from headrace.graph.span import Span
from headrace.operators.base import Site
from headrace.operators.row_hash import quoted
from headrace.operators.sql_check import sql_problems
from headrace.queries import QuerySyntaxError

_COLUMN = re.compile(
    r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|(?<![\w:)\]]):(?P<name>\w+)", re.DOTALL
)


def sql_condition(condition: str) -> str:
    """The condition with MLSQL's ``:name`` as the column ``name``.

    >>> sql_condition("':a' = :b")
    "':a' = `b`"
    """
    return _COLUMN.sub(
        lambda found: quoted(found["name"]) if found["name"] else found[0], condition
    )


def condition_problems(condition: str, parameter: str, site: Site) -> Iterator[Problem]:
    """Everything that is wrong with a condition on the rows of a step's table.

    Parameters
    ----------
    condition : as written
    parameter : of the operator, which holds the condition
    """
    record = _Record(f"select * from `table` where (\n{sql_condition(condition)}\n)")
    try:
        found = sql_problems(record, cast("Site", _ConditionSite(site)))
    except QuerySyntaxError as error:
        message = f"the condition {condition.strip()} cannot be read: {error.message}"
        yield Problem(message, site.place(parameter), error.hint, code="condition")
        return
    for problem in found:
        placed = _column_problem(problem, parameter, site)
        yield placed or Problem(
            problem.message, site.place(parameter), problem.hint, code=problem.code
        )


def _column_problem(problem: Problem, parameter: str, site: Site) -> Problem | None:
    """The problem of an unknown column, placed at its name."""
    name = re.search(r"unknown column '(.+?)'", problem.message)
    return site.column_problem(name[1], parameter) if name else None


@dataclass(frozen=True, slots=True)
class _Record:
    """A query over a step's table, which has the name of its port."""

    sql: str
    tables: tuple[str, ...] = ("table",)
    functions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _ConditionSite:
    """The part of a site that a check of SQL asks; places in a query made by us mean nothing."""

    site: Site

    @property
    def analyzer(self) -> Analyzer:
        return self.site.analyzer

    @property
    def offline(self) -> bool:
        return self.site.offline

    def schema(self, port: str = "table") -> Schema | None:
        return self.site.schema(port)

    def signature(self, port: str = "model") -> Signature | None:
        return None

    def within(self, parameter: str, start: int, end: int) -> Span | None:
        return None
