"""``percentile_approx(x, array(p, q))`` gives several percentiles at once."""

from __future__ import annotations

from collections.abc import Iterator

from headrace.engines.embedded.rewrites.rule import ColumnsOf, Rule
from headrace.engines.embedded.rewrites.statement import Edit, Part, Statement

NAMES = ("percentile_approx", "approx_percentile")


def edits(statement: Statement, _: ColumnsOf | None) -> Iterator[Edit]:
    for call in statement.calls(*NAMES):
        if len(call.arguments) < 2 or not _is_array(statement, call.arguments[1]):
            continue
        value, shares, *accuracy = call.arguments
        rest = "".join(f", {part.text}" for part in accuracy)
        each = (
            f"percentile_approx({value.text}, {share.text}{rest})"
            for share in statement.split(shares.first + 2, shares.last - 1)
        )
        yield Edit(call.start, call.end, f"array({', '.join(each)})")


def _is_array(statement: Statement, part: Part) -> bool:
    return (
        statement.has(part.first, "array", "(") and statement.closing(part.first + 1) == part.last
    )


RULE = Rule(
    "percentile_approx(x, array(p, q))",
    "array(percentile_approx(x, p), percentile_approx(x, q))",
    "percentile_approx|approx_percentile",
    edits,
)
