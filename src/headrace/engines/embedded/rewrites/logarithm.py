"""``log(x)`` of one argument is the natural logarithm."""

from __future__ import annotations

from collections.abc import Iterator

from headrace.engines.embedded.rewrites.rule import ColumnsOf, Rule
from headrace.engines.embedded.rewrites.statement import Edit, Statement


def edits(statement: Statement, _: ColumnsOf | None) -> Iterator[Edit]:
    for call in statement.calls("log"):
        if len(call.arguments) == 1:
            yield Edit(call.start, call.start + len("log"), "ln")


RULE = Rule("log(x)", "ln(x)", "log", edits)
