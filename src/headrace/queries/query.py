"""A query as a value: its text, and the names in it with their places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeVar

from headrace.errors import ScriptError
from headrace.graph.schema import Schema

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.tokenizer_core import Token

FaultKind = Literal[
    "syntax",
    "unknown-column",
    "ambiguous-column",
    "unknown-table",
    "unknown-function",
    "argument-count",
    "column-count",
    "ungrouped-column",
]

Refusal = TypeVar("Refusal")

PARSED_QUERIES = 1024
"""How many parsed texts are kept, so that linking, checking and running parse each once."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A name in a query, and the characters ``start`` to ``end`` (exclusive) that write it.

    ``name`` has no quotes; the parts of a qualified one are joined by dots.
    """

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong at the characters ``start`` to ``end`` of a query."""

    kind: FaultKind
    message: str
    start: int
    end: int
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A column that a query reads, as written, and its type (``unknown`` where it is not known)."""

    name: str
    type: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Resolution:
    """What resolving a query's names gave, in the order of the text."""

    faults: tuple[Fault, ...]
    columns: tuple[TypedColumn, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """One SQL statement.

    ``tables`` are the tables that it reads, in the order of the text, without common table
    expressions and aliases; ``targets`` those that it writes, creates or drops; ``functions``
    all function calls; ``outputs`` the names of its columns, or None where the text alone
    does not tell them.
    """

    text: str
    tables: tuple[Reference, ...] = field(compare=False)
    targets: tuple[Reference, ...] = field(compare=False)
    functions: tuple[Reference, ...] = field(compare=False)
    outputs: tuple[str, ...] | None = field(compare=False)
    tree: exp.Expr = field(compare=False, repr=False)
    tokens: tuple[Token, ...] = field(compare=False, repr=False)

    @property
    def is_query(self) -> bool:
        """Whether it has rows: not so an ``insert``, ``create``, ``drop`` or ``refresh``."""
        return not self.targets

    @property
    def table_names(self) -> tuple[str, ...]:
        """Each table once, as first written, whatever the case of later ones."""
        return distinct(reference.name for reference in self.tables)

    @property
    def function_names(self) -> tuple[str, ...]:
        """Each function once, as first written."""
        return distinct(reference.name for reference in self.functions)


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """How calls of a function are written for an engine.

    ``name`` is what the engine knows it by; ``arguments`` are the columns that ``f(*)`` means;
    ``type`` makes each call a null of that type over the same arguments, for an engine that
    does not know the function and shall only give types.
    """

    name: str
    arguments: tuple[str, ...] | None = None
    type: str | None = None


class QuerySyntaxError(ScriptError):
    """The text is not SQL; ``start`` and ``end`` are offsets of the part that does not fit."""

    def __init__(self, message: str, start: int, end: int, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.start = start
        self.end = end


@lru_cache(maxsize=PARSED_QUERIES)
def parse_query(sql: str) -> Query:
    """Read one SQL statement.

    Raises
    ------
    QuerySyntaxError : with the place in ``sql``
    """
    from headrace.queries.references import read_query  # loads sqlglot

    return read_query(sql)


def rename(sql: str, tables: Mapping[str, str]) -> str:
    """The query over tables of other names, its columns still found under the old ones.

    >>> rename("select orders.id from orders", {"orders": "orders_2"})
    'select orders.id from orders_2 as orders'
    """
    return rewrite(sql, tables=tables)


def expand_star_call(sql: str, arguments: Mapping[str, Iterable[str]]) -> str:
    """The query with ``f(*)`` and ``f(t.*)`` written out, for functions of named arguments.

    >>> expand_star_call("select churn(t.*) from t", {"churn": ["age", "客户 id"]})
    'select churn(t.age, t.`客户 id`) from t'
    """
    calls = {name: FunctionCall(name, tuple(columns)) for name, columns in arguments.items()}
    return rewrite(sql, functions=calls)


def rewrite(
    sql: str,
    *,
    tables: Mapping[str, str] | None = None,
    functions: Mapping[str, FunctionCall] | None = None,
) -> str:
    """The query with tables and functions under the names that an engine knows them by.

    Parameters
    ----------
    sql : one statement
    tables : name in the text (whatever its case) → name of the engine's view
    functions : name in the text → how to call it

    Raises
    ------
    QuerySyntaxError : where ``sql`` is not a query
    """
    from headrace.queries.rewriting import rewritten  # loads sqlglot

    return rewritten(parse_query(sql), tables or {}, functions or {})


def resolve(
    query: Query,
    tables: Mapping[str, Schema | None],
    functions: Mapping[str, tuple[str, ...] | None] | None = None,
) -> Resolution:
    """All names in a query that do not exist or are ambiguous, and all columns that it reads.

    Parameters
    ----------
    query : one statement
    tables : the tables that exist, and their columns; None where those are not known, which
        makes a column that might be theirs no fault
    functions : functions beside Spark's own and the names of their arguments; None where
        those are not known
    """
    from headrace.queries.resolution import resolution_of  # loads sqlglot

    return resolution_of(query, tables, functions or {})


def blame(sql: str, judge: Callable[[str], Refusal | None]) -> list[tuple[int, int, Refusal]]:
    """The parts of a query that an engine refuses without saying where.

    Parameters
    ----------
    sql : a query that parses, and that the engine refuses
    judge : what the engine says against a text; None where it takes it

    Returns
    -------
    start, end and refusal of each part; empty where only the whole is wrong
    """
    from headrace.queries.blaming import blamed_parts  # loads sqlglot

    return blamed_parts(sql, judge)


def ungrouped(query: Query) -> tuple[Fault, ...]:
    """Columns beside aggregates that are not grouped by, in a query that an engine refuses."""
    from headrace.queries.grouping import ungrouped_columns  # loads sqlglot

    return ungrouped_columns(query)


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """The names without repetitions, whatever their case."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.casefold(), name)
    return tuple(first.values())
