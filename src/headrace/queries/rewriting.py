"""Small rewrites of SQL text by offsets: all but the named characters stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from headrace.queries.query import FunctionCall, Query, Reference
from headrace.queries.references import call_reference, joined, parts_of, star_of, table_nodes

_PLAIN_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters to replace, or (when ``start`` is ``end``) where to insert."""

    start: int
    end: int
    text: str


def rewritten(
    query: Query, tables: Mapping[str, str], functions: Mapping[str, FunctionCall]
) -> str:
    """The text with tables and functions under other names, as ``queries.rewrite`` says."""
    edits = [
        *_table_edits(query, {name.casefold(): view for name, view in tables.items()}),
        *_call_edits(query, {name.casefold(): call for name, call in functions.items()}),
    ]
    return _apply(query.text, [*edits, *_quote_edits(query, edits)])


def quoted(name: str) -> str:
    """A name as SQL writes it: in back-quotes unless it is a plain word.

    >>> quoted("客户"), quoted("orders_2")
    ('`客户`', 'orders_2')
    """
    return name if _PLAIN_NAME.match(name) else f"`{name.replace('`', '``')}`"


def _apply(sql: str, edits: list[Edit]) -> str:
    parts: list[str] = []
    position = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        parts += [sql[position : edit.start], edit.text]
        position = edit.end
    return "".join([*parts, sql[position:]])


def _quote_edits(query: Query, edits: list[Edit]) -> Iterator[Edit]:
    """Back-quotes for names of letters beyond ASCII, which our language takes without them."""
    taken = {edit.start for edit in edits if edit.end > edit.start}
    for token in query.tokens:
        is_word = token.token_type is TokenType.VAR and not token.text.isascii()
        if is_word and token.start not in taken:
            yield Edit(token.start, token.end + 1, quoted(token.text))


def _table_edits(query: Query, views: Mapping[str, str]) -> Iterator[Edit]:
    for table in table_nodes(query.tree):
        written = joined(parts_of(table))
        view = views.get(written.name.casefold()) if written else None
        if written is None or view is None or view == written.name:
            continue
        yield Edit(written.start, written.end, quoted(view))
        if not table.alias:
            last = parts_of(table)[-1].name
            yield _alias_edit(query, written, last)


def _alias_edit(query: Query, written: Reference, name: str) -> Edit:
    """Insert ``as name`` after a table, where Spark's grammar wants an alias: after its sample."""
    tokens = query.tokens
    index = next(i for i, token in enumerate(tokens) if token.end + 1 == written.end) + 1
    while index < len(tokens) and tokens[index].text.upper() in {"TABLESAMPLE", "REPEATABLE"}:
        index = closing(tokens, index + 1) + 1
    end = tokens[index - 1].end + 1
    return Edit(end, end, f" as {quoted(name)}")


def closing(tokens: tuple[Token, ...], opening: int) -> int:
    """The index of the parenthesis that closes the one at index ``opening``."""
    depth = 0
    for index in range(opening, len(tokens)):
        depth += {"(": 1, ")": -1}.get(tokens[index].text, 0)
        if depth == 0:
            return index
    return len(tokens) - 1


def _call_edits(query: Query, calls: Mapping[str, FunctionCall]) -> Iterator[Edit]:
    for node in query.tree.find_all(exp.Anonymous):
        written = call_reference(node, query.text)
        call = calls.get(written.name.casefold()) if written else None
        if written is None or call is None:
            continue
        yield from _name_edits(query, written, call)
        if call.arguments is not None:
            yield from _star_edits(node, call.arguments)


def _name_edits(query: Query, written: Reference, call: FunctionCall) -> Iterator[Edit]:
    if call.type is not None:
        opening = next(i for i, t in enumerate(query.tokens) if t.end + 1 == written.end) + 1
        end = query.tokens[closing(query.tokens, opening)].end + 1
        yield Edit(written.start, written.end, "if(isnull(struct")
        yield Edit(end, end, f"), null, cast(null as {call.type}))")
    elif call.name.casefold() != written.name.casefold():
        yield Edit(written.start, written.end, quoted(call.name))


def _star_edits(call: exp.Anonymous, arguments: tuple[str, ...]) -> Iterator[Edit]:
    for argument in call.expressions:
        star = star_of(argument)
        if star is not None:
            prefix = "".join(f"{quoted(part)}." for part in star.qualifier)
            text = ", ".join(prefix + quoted(name) for name in arguments)
            yield Edit(star.start, star.end, text)
