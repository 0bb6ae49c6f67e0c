"""``decode(x, s1, r1, …, default)`` compares and takes nulls for equal."""

from __future__ import annotations

from collections.abc import Iterator

from headrace.engines.embedded.rewrites.rule import ColumnsOf, Rule
from headrace.engines.embedded.rewrites.statement import Call, Edit, Statement


def edits(statement: Statement, _: ColumnsOf | None) -> Iterator[Edit]:
    for call in statement.calls("decode"):
        if len(call.arguments) > 2:  # with two it decodes bytes by a character set
            yield Edit(call.start, call.end, _case(call))


def _case(call: Call) -> str:
    value, *rest = (argument.text for argument in call.arguments)
    pairs = zip(rest[::2], rest[1::2], strict=False)
    arms = "".join(f" when ({value}) <=> ({search}) then {result}" for search, result in pairs)
    default = f" else {rest[-1]}" if len(rest) % 2 else ""
    return f"(case{arms}{default} end)"


RULE = Rule("decode(x, s1, r1, …)", "case when x <=> s1 then r1 … end", "decode", edits)
