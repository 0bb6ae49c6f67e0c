"""Exploding a map ends Sail's query in a panic; its entries as rows do not."""

from __future__ import annotations

from collections.abc import Iterator

from headrace.engines.embedded.rewrites.rule import ColumnsOf, Rule
from headrace.engines.embedded.rewrites.star_except import source_of, visible_queries
from headrace.engines.embedded.rewrites.statement import Call, Edit, Statement
from headrace.errors import HeadraceError

INSTEAD = {"explode": "inline", "explode_outer": "inline_outer"}


def edits(statement: Statement, columns_of: ColumnsOf | None) -> Iterator[Edit]:
    for call in statement.calls(*INSTEAD):
        if len(call.arguments) == 1 and _takes_a_map(statement, call, columns_of):
            name = INSTEAD[statement.words[call.token]]
            yield Edit(call.start, call.end, f"{name}(map_entries({call.arguments[0].text}))")


def _takes_a_map(statement: Statement, call: Call, columns_of: ColumnsOf | None) -> bool:
    """Two names for its columns tell it; without names the engine is asked."""
    if statement.has(call.close + 1, "as"):
        return _names_after(statement, call) == 2
    source = source_of(statement, call.token)
    if columns_of is None or source is None or statement.has(call.token - 1, "lateral"):
        return False
    queries = visible_queries(statement, call.token)
    try:
        schema = columns_of(f"{queries}select {call.arguments[0].text} as exploded {source}")
    except HeadraceError:  # it is wrong in itself, which the engine says of the whole text
        return False
    return schema.columns[0].type.startswith("map<")


def _names_after(statement: Statement, call: Call) -> int:
    """How many columns the call is given names for: only a map gives two."""
    openings = (i for i in range(call.close + 1, call.close + 4) if statement.has(i, "("))
    opening = next(openings, None)
    close = statement.closing(opening) if opening is not None else None
    if opening is None or close is None:
        return 0
    return len(statement.split(opening + 1, close - 1))


RULE = Rule("explode(map)", "inline(map_entries(map))", "explode|explode_outer", edits)
