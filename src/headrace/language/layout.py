"""The canonical layout: which parts a statement falls into, and how each is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from headrace.graph.span import Span
from headrace.language.syntax import (
    Arm,
    Command,
    Connect,
    For,
    If,
    Include,
    Load,
    Option,
    Register,
    Save,
    Select,
    Set,
    Sql,
    Statement,
    Text,
    Train,
    Unregister,
)

Spelling = Callable[[Text], str]
"""How a text is written: as its writer did, or afresh from its value."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a statement that gets a line of its own where the statement is long.

    ``span`` is what it was in the source; comments inside ``verbatim`` are part of its text.
    """

    text: str
    span: Span
    verbatim: Span | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """A statement, or the head or end of a branch or loop, ``depth`` branches deep.

    Comments before it are ``comment_depth`` deep: before ``!fi`` they belong to the branch.
    The first clause of SQL text is its writer's own layout.
    """

    clauses: tuple[Clause, ...]
    depth: int
    comment_depth: int
    is_sql: bool = False


def layouts(
    statements: tuple[Statement, ...], spelling: Spelling, depth: int = 0
) -> Iterator[Layout]:
    """Statements in the order of the text, those of branches and loops between head and end."""
    for statement in statements:
        if isinstance(statement, If):
            yield from _branch(statement, spelling, depth)
        elif isinstance(statement, For):
            yield from _loop(statement, spelling, depth)
        else:
            is_sql = isinstance(statement, Select | Sql)
            yield Layout(tuple(_clauses(statement, spelling)), depth, depth, is_sql)


def _branch(node: If, spelling: Spelling, depth: int) -> Iterator[Layout]:
    for index, arm in enumerate(node.arms):
        head = Clause(_arm_head(arm, index, spelling), arm.span, _quoted(arm.condition))
        yield Layout((head,), depth, depth + (index > 0))
        yield from layouts(arm.body, spelling, depth + 1)
    yield Layout((Clause("!fi", _last(node.span, 3)),), depth, depth + 1)


def _arm_head(arm: Arm, index: int, spelling: Spelling) -> str:
    if arm.condition is None:
        return "!else"
    return f"{'!elif' if index else '!if'} {spelling(arm.condition)}"


def _loop(node: For, spelling: Spelling, depth: int) -> Iterator[Layout]:
    head = f"!for {spelling(node.name)} in {spelling(node.over)}"
    span = node.span.source.span(node.span.start, node.over.span.end)
    yield Layout((Clause(head, span, _quoted(node.over)),), depth, depth)
    yield from layouts(node.body, spelling, depth + 1)
    yield Layout((Clause("!done", _last(node.span, 5)),), depth, depth + 1)


def _last(span: Span, length: int) -> Span:
    return span.source.span(max(span.start, span.end - length), span.end)


def _clauses(statement: Statement, spell: Spelling) -> Iterator[Clause]:
    match statement:
        case Load():
            yield _head(statement.span, f"load {_target(statement, spell)}", statement.path)
            yield from _options(statement.options, spell)
            yield _result(statement.table, spell)
        case Save():
            modes = "".join(f"{spell(mode)} " for mode in statement.modes)
            head = f"save {modes}{spell(statement.table)} as {_target(statement, spell)}"
            yield _head(statement.span, head, statement.path)
            yield from _options(statement.options, spell)
            yield from _partition(statement, spell)
        case Train():
            operator = f"{spell(statement.operator)}.{spell(statement.path)}"
            head = f"{statement.verb} {spell(statement.table)} as {operator}"
            yield _head(statement.span, head, statement.path)
            yield from _options(statement.options, spell)
            if statement.result is not None:
                yield _result(statement.result, spell)
        case Connect():
            head = f"connect {spell(statement.format)}"
            yield _head(statement.span, head, statement.format)
            yield from _options(statement.options, spell)
            if statement.name.kind != "word" or statement.name.plain:
                yield _result(statement.name, spell)
        case _:
            yield from _short(statement, spell)


def _short(statement: Statement, spell: Spelling) -> Iterator[Clause]:
    """Statements that have at most options after their head, and SQL text."""
    match statement:
        case Register():
            operator = f"{spell(statement.operator)}.{spell(statement.path)}"
            head = f"register {operator} as {spell(statement.function)}"
            yield _head(statement.span, head, statement.function)
            yield from _options(statement.options, spell)
        case Unregister():
            operator = f"{spell(statement.operator)}." if statement.operator else ""
            head = f"unregister {operator}{spell(statement.function)}"
            yield _head(statement.span, head, statement.function)
            yield from _options(statement.options, spell)
        case Set():
            head = f"set {spell(statement.key)} = {spell(statement.value)}"
            yield _head(statement.span, head, statement.value)
            yield from _options(statement.options, spell)
        case Include():
            head = f"include {spell(statement.kind)}.{spell(statement.path)}"
            yield _head(statement.span, head, statement.path)
            yield from _options(statement.options, spell)
        case Command():
            words = " ".join([spell(statement.name), *map(spell, statement.arguments)])
            yield Clause(f"!{words}", statement.span)
        case Select():
            yield Clause(spell(statement.query), statement.query.span, statement.query.span)
            yield _result(statement.table, spell)
        case Sql():
            yield Clause(spell(statement.statement), statement.span, statement.span)
        case _:
            raise AssertionError(f"branches and loops have their own layout: {statement}")


def _head(statement: Span, text: str, last: Text) -> Clause:
    """The clause from the beginning of the statement to the text ``last``."""
    span = statement.source.span(statement.start, max(statement.start, last.span.end))
    return Clause(text, span, _quoted(last))


def _target(statement: Load | Save, spell: Spelling) -> str:
    return f"{spell(statement.format)}.{spell(statement.path)}"


def _options(options: tuple[Option, ...], spell: Spelling) -> Iterator[Clause]:
    """``where`` and ``and`` are one letter apart: indented so, the keys stand in one column."""
    for index, option in enumerate(options):
        word = "  and" if index else "where"
        text = f"{word} {spell(option.key)}={spell(option.value)}"
        yield Clause(text, option.key.span.to(option.value.span), _quoted(option.value))


def _partition(statement: Save, spell: Spelling) -> Iterator[Clause]:
    columns = statement.partition_by
    if columns:
        text = f"partitionBy {', '.join(map(spell, columns))}"
        yield Clause(text, columns[0].span.to(columns[-1].span))


def _result(table: Text, spell: Spelling) -> Clause:
    return Clause(f"as {spell(table)}", table.span)


def _quoted(text: Text | None) -> Span | None:
    return text.span if text is not None and text.kind in ("string", "block", "list") else None
