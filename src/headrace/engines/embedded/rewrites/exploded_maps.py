"""Exploding a map ends Sail's query in a panic; its entries as rows do not."""

from __future__ import annotations

from collections.abc import Iterator

from headrace.engines.embedded.rewrites.rule import ColumnsOf, Rule
from headrace.engines.embedded.rewrites.statement import Call, Edit, Statement

INSTEAD = {"explode": "inline", "explode_outer": "inline_outer"}


def edits(statement: Statement, _: ColumnsOf | None) -> Iterator[Edit]:
    for call in statement.calls(*INSTEAD):
        if len(call.arguments) == 1 and _names_after(statement, call) == 2:
            name = INSTEAD[statement.words[call.token]]
            yield Edit(call.start, call.end, f"{name}(map_entries({call.arguments[0].text}))")


def _names_after(statement: Statement, call: Call) -> int:
    """How many columns the call is given names for: only a map gives two."""
    opening = next(
        (i for i in range(call.close + 1, call.close + 4) if statement.has(i, "(")), None
    )
    named = statement.has(call.close + 1, "as")
    close = statement.closing(opening) if named and opening is not None else None
    if opening is None or close is None:
        return 0
    return len(statement.split(opening + 1, close - 1))


RULE = Rule(
    "explode(map) as (k, v)", "inline(map_entries(map)) as (k, v)", "explode|explode_outer", edits
)
