"""``weekday`` counts from Monday = 0; Sail's gives -1 for Sunday."""

from __future__ import annotations

from collections.abc import Iterator

from headrace.engines.embedded.rewrites.rule import ColumnsOf, Rule
from headrace.engines.embedded.rewrites.statement import Edit, Statement


def edits(statement: Statement, _: ColumnsOf | None) -> Iterator[Edit]:
    for call in statement.calls("weekday"):
        if len(call.arguments) == 1:
            day = call.arguments[0].text
            yield Edit(call.start, call.end, f"((dayofweek({day}) + 5) % 7)")


RULE = Rule("weekday(d)", "(dayofweek(d) + 5) % 7", "weekday", edits)
