"""Trees as text: one line a statement, bodies of branches and loops indented."""

from __future__ import annotations

import json
from collections.abc import Iterator

from headrace.errors import Problem
from headrace.graph.span import Span
from headrace.language.syntax import (
    Command,
    Connect,
    For,
    If,
    Include,
    Load,
    Option,
    Register,
    Save,
    Script,
    Select,
    Set,
    Sql,
    Statement,
    Text,
    Train,
    Unregister,
)

MARKS = {
    "quoted_name": ("`", "`"),
    "string": ('"', '"'),
    "block": ("'''", "'''"),
    "sql": ("{", "}"),
}


def tree(script: Script) -> list[str]:
    """The statements of a script, as lines."""
    return [line for statement in script.statements for line in lines(statement)]


def problem(found: Problem) -> list[str]:
    """A problem with its line and column, as lines."""
    assert isinstance(found.span, Span)
    place = f"{found.span.line}:{found.span.column}"
    head = f"error {place} {found.message}"
    return [head, f"  hint: {found.hint}"] if found.hint else [head]


def lines(statement: Statement) -> Iterator[str]:
    if isinstance(statement, If):
        for arm in statement.arms:
            yield f"(arm {text(arm.condition) if arm.condition else 'else'}"
            yield from _indented(arm.body)
        yield ")"
    elif isinstance(statement, For):
        items = "" if statement.items is None else f" => {json.dumps(statement.items)}"
        yield f"(for {text(statement.name)} {text(statement.over)}{items}"
        yield from _indented(statement.body)
        yield ")"
    else:
        yield f"({' '.join(_parts(statement))})"


def _indented(body: tuple[Statement, ...]) -> Iterator[str]:
    for statement in body:
        yield from (f"  {line}" for line in lines(statement))


def _parts(statement: Statement) -> Iterator[str]:
    match statement:
        case Load():
            yield f"load {text(statement.format)}.{text(statement.path)}"
            yield from _options(statement.options)
            yield f"as {text(statement.table)}"
        case Save():
            yield " ".join(["save", *map(text, statement.modes), text(statement.table)])
            yield f"as {text(statement.format)}.{text(statement.path)}"
            yield from _options(statement.options)
            if statement.partition_by:
                yield f"by {' '.join(map(text, statement.partition_by))}"
        case Train():
            yield f"{statement.verb} {text(statement.table)}"
            yield f"{text(statement.operator)}.{text(statement.path)}"
            yield from _options(statement.options)
            if statement.result:
                yield f"as {text(statement.result)}"
        case Register():
            yield f"register {text(statement.operator)}.{text(statement.path)}"
            yield f"as {text(statement.function)}"
            yield from _options(statement.options)
        case _:
            yield from _short_parts(statement)


def _short_parts(statement: Statement) -> Iterator[str]:
    match statement:
        case Unregister():
            yield "unregister"
            yield from ([text(statement.operator)] if statement.operator else [])
            yield text(statement.function)
            yield from _options(statement.options)
        case Set():
            yield f"set {text(statement.key)} {text(statement.value)}"
            yield from _options(statement.options)
        case Connect():
            yield f"connect {text(statement.format)}"
            yield from _options(statement.options)
            yield f"as {text(statement.name)}"
        case Include():
            yield f"include {text(statement.kind)}.{text(statement.path)}"
            yield from _options(statement.options)
        case Command():
            yield " ".join(["command", text(statement.name), *map(text, statement.arguments)])
        case Select():
            yield f"select {text(statement.query)} as {text(statement.table)}"
        case Sql():
            yield f"{statement.verb} {text(statement.statement)}"
        case _:
            raise AssertionError(statement)


def _options(options: tuple[Option, ...]) -> Iterator[str]:
    for option in options:
        data = "" if option.data is None else f" => {json.dumps(option.data)}"
        yield f"({text(option.key)} {text(option.value)}{data})"


def text(value: Text) -> str:
    """The text between the marks of its kind, control characters spelt out."""
    before, after = MARKS.get(value.kind, ("", ""))
    spelt = json.dumps(value.plain, ensure_ascii=False)[1:-1].replace('\\"', '"')
    return f"{before}{spelt}{after}"
