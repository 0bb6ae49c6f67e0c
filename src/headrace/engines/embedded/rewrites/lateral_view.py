"""``lateral view`` hides its columns from ``where`` in Sail; a lateral join does not."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot.tokenizer_core import TokenType

from headrace.engines.embedded.rewrites.rule import ColumnsOf, Rule
from headrace.engines.embedded.rewrites.statement import CLAUSES, Edit, Statement


def edits(statement: Statement, _: ColumnsOf | None) -> Iterator[Edit]:
    for number, index in enumerate(statement.find("lateral", "view")):
        outer = statement.has(index + 2, "outer")
        name = index + 3 if outer else index + 2
        close = statement.closing(name + 1) if statement.has(name + 1, "(") else None
        if close is None:
            continue
        join = "left join lateral" if outer else "cross join lateral"
        alias, columns, last = _names(statement, close)
        table = alias or f"lateral_{number + 1}"
        listed = f"({', '.join(columns)})" if columns else ""
        first = statement.tokens[index].start
        yield Edit(first, statement.tokens[name].start, f"{join} ")
        end = statement.tokens[close].end + 1
        yield Edit(end, statement.tokens[last].end + 1, f" as {table}{listed}")


def _names(statement: Statement, close: int) -> tuple[str | None, list[str], int]:
    """``[table] [as column, column]`` after a generator, and the last token of it."""
    alias, last = None, close
    words = statement.words
    following = words[close + 1] if close + 1 < len(words) else ";"
    if following != "as" and _is_name(statement, close + 1):
        alias, last = statement.part(close + 1, close + 1).text, close + 1
    if not statement.has(last + 1, "as"):
        return alias, [], last
    columns = [statement.part(last + 2, last + 2).text]
    last += 2
    while statement.has(last + 1, ",") and _is_name(statement, last + 2):
        columns.append(statement.part(last + 2, last + 2).text)
        last += 2
    return alias, columns, last


def _is_name(statement: Statement, index: int) -> bool:
    if index >= len(statement.words):
        return False
    word = statement.words[index]
    names = (TokenType.VAR, TokenType.IDENTIFIER)
    plain = statement.tokens[index].token_type in names or word.isidentifier()
    return plain and word not in CLAUSES | {"join", "left", "inner", "cross", "as", "on"}


RULE = Rule("lateral view f(x) t as c", "cross join lateral f(x) as t(c)", r"lateral\s+view", edits)
