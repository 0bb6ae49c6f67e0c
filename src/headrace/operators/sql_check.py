"""What can be known to be wrong with SQL text: its names by our own pass, its types by the engine."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from headrace.errors import CheckError, Problem
from headrace.graph.schema import Schema
from headrace.graph.signature import Signature
from headrace.operators.base import Site
from headrace.queries import (
    Fault,
    FunctionCall,
    TypedColumn,
    blame,
    parse_query,
    resolve,
    rewrite,
    ungrouped,
)
from headrace.queries.fields import UNKNOWN

UNTRANSLATED = frozenset({"engine", "check"})
"""Codes of refusals for which an engine's adapter has no words of its own."""

UNGROUPED = "ungrouped-column"
UNSUPPORTED = "unsupported"
NAME_FAULTS = frozenset({"unknown-function", "unknown-column", "ambiguous-column"})

SHOWN_CHARACTERS = 60
"""The longest part of a query that a message repeats."""


class SqlRecord(Protocol):
    """The parameters of an SQL step."""

    @property
    def sql(self) -> str: ...

    @property
    def tables(self) -> tuple[str, ...]: ...

    @property
    def functions(self) -> tuple[str, ...]: ...


def function_port(name: str) -> str:
    """The input port of a function: no table has such a name."""
    return f"{name}()"


def sql_problems(record: SqlRecord, site: Site) -> list[Problem]:
    """All faults of names; where there is none, all of types."""
    schemas = {name: site.schema(name) for name in record.tables}
    arguments = {
        name: known.inputs.names if known else None for name, known in _signatures(record, site)
    }
    query = parse_query(record.sql)
    resolution = resolve(query, schemas, arguments)
    if resolution.faults or not query.is_query:
        return _as_problems(resolution.faults, site)
    error = _refusal(record, site, record.sql)
    return list(_type_problems(record, site, error, resolution.columns)) if error else []


def _as_problems(faults: Iterable[Fault], site: Site) -> list[Problem]:
    return [
        Problem(
            fault.message, site.within("sql", fault.start, fault.end), fault.hint, code=fault.kind
        )
        for fault in faults
    ]


def analysed_schema(record: SqlRecord, site: Site) -> Schema | None:
    """The columns that the engine finds; None where a table or a function is not known yet."""
    question = _question(record, site)
    if question is None:
        return None
    schemas, calls = question
    return site.analyzer.query_schema(_for_analysis(record.sql, schemas, calls), schemas)


def doubled_columns(record: SqlRecord, site: Site) -> Iterator[Problem]:
    """Columns of the very same name: no later statement could tell them apart.

    The embedded engine refuses such a table, after whatever work came before it.
    """
    try:
        schema = analysed_schema(record, site)
    except CheckError:  # reported already
        return
    counts = Counter(schema.names if schema else ())
    doubled = [name for name, count in counts.items() if count > 1]
    if doubled:
        listed = ", ".join(f"'{name}'" for name in doubled)
        hint = "name them apart with as; a join by using (column) keeps one of the two"
        message = f"the result has several columns called {listed}"
        yield Problem(message, site.place("sql"), hint, code="doubled-column")


def function_type(signature: Signature) -> str:
    """What a model's SQL function returns.

    A ``register`` step narrows ``outputs`` to the one column that its function gives; a
    model's own signature means the function's default output.
    """
    if len(signature.outputs) == 1:
        return signature.outputs.columns[0].type
    return {"classify": "array<double>", "cluster": "int"}.get(signature.task, "double")


def _question(
    record: SqlRecord, site: Site
) -> tuple[dict[str, Schema], Mapping[str, FunctionCall]] | None:
    """Tables and functions as the analyser needs them: it knows no model, only its type."""
    schemas = {name: schema for name in record.tables if (schema := site.schema(name)) is not None}
    calls = {
        name: FunctionCall(name, known.inputs.names, function_type(known))
        for name, known in _signatures(record, site)
        if known
    }
    known_all = len(schemas) == len(record.tables) and len(calls) == len(record.functions)
    return (schemas, calls) if known_all else None


def _for_analysis(
    sql: str, schemas: Mapping[str, Schema], calls: Mapping[str, FunctionCall]
) -> str:
    """Every table in the spelling of its schema, because the embedded engine tells cases apart."""
    return rewrite(sql, tables={name: name for name in schemas}, functions=calls)


def _signatures(record: SqlRecord, site: Site) -> Iterator[tuple[str, Signature | None]]:
    for name in record.functions:
        yield name, site.signature(function_port(name))


def _refusal(record: SqlRecord, site: Site, sql: str) -> CheckError | None:
    """What the engine says against a text over the step's tables; None where it takes it."""
    question = _question(record, site)
    if question is None:
        return None
    schemas, calls = question
    try:
        site.analyzer.query_schema(_for_analysis(sql, schemas, calls), schemas)
    except CheckError as error:
        return error
    return None


def _type_problems(
    record: SqlRecord, site: Site, whole: CheckError, columns: Iterable[TypedColumn]
) -> Iterator[Problem]:
    """The parts of the text that the engine refuses; the whole text where it is no part."""
    ungrouped_ones = ungrouped(parse_query(record.sql))
    if ungrouped_ones and whole.problems[0].code in {*UNTRANSLATED, UNGROUPED}:
        yield from _as_problems(ungrouped_ones, site)
        return
    known = [*_typed_calls(record, site), *columns]
    parts = blame(record.sql, lambda sql: _refusal(record, site, sql))
    for start, end, error in parts or [(0, len(record.sql), whole)]:
        inside = (column for column in known if start <= column.start < end)
        read = [column for column in inside if column.type != UNKNOWN]
        yield _problem(record.sql, site, (start, end), error, read)


def _typed_calls(record: SqlRecord, site: Site) -> Iterator[TypedColumn]:
    """The calls of models, as if they were columns of the type that they give."""
    types = {name.casefold(): function_type(s) for name, s in _signatures(record, site) if s}
    for call in parse_query(record.sql).functions:
        if call.name.casefold() in types:
            type_name = types[call.name.casefold()]
            yield TypedColumn(f"{call.name}(…)", type_name, call.start, call.end)


def _problem(
    sql: str, site: Site, part: tuple[int, int], error: CheckError, read: Iterable[TypedColumn]
) -> Problem:
    """A refusal in our words; one of types tells those of the columns that the part reads."""
    first = error.problems[0]
    span = site.within("sql", *part)
    shown = _shown(sql[slice(*part)])
    if first.code == "syntax":
        return _not_understood(sql, site, part, first)
    if first.code in NAME_FAULTS:  # our own pass found every name: Spark has it
        message = f"the engine does not support '{shown}', although Spark does: {first.message}"
        return Problem(message, span, "write it in another way", code=UNSUPPORTED)
    if first.code == UNSUPPORTED:
        return Problem(first.message, span, first.hint, code=UNSUPPORTED)
    types = ", ".join(dict.fromkeys(f"{column.name} is {column.type}" for column in read))
    hint = "; ".join(text for text in (first.hint, types) if text) or None
    if first.code not in UNTRANSLATED:
        return Problem(first.message, span, hint, code=first.code)
    if part == (0, len(sql)):
        message = "the engine refuses this query, although it takes each of its expressions alone"
        return Problem(message, span, hint, code="refused")
    return Problem(f"type mismatch in '{shown}'", span, hint, code="type-mismatch")


def _not_understood(sql: str, site: Site, part: tuple[int, int], problem: Problem) -> Problem:
    """Syntax of Spark's that the engine lacks, at the word that it does not expect."""
    word = re.search(r"unexpected '([^']+)'", problem.message)
    places = list(re.finditer(rf"\b{re.escape(word[1])}\b", sql)) if word else []
    start, end = places[0].span() if len(places) == 1 else part
    message = f"the engine does not understand '{_shown(sql[start:end])}' here, although Spark does"
    return Problem(message, site.within("sql", start, end), problem.hint, code=UNSUPPORTED)


def _shown(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= SHOWN_CHARACTERS else f"{words[: SHOWN_CHARACTERS - 1]}…"
