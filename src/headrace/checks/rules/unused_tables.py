"""A table that nothing reads is work for nothing, or a name that was misspelt elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from headrace.checks.rules.checked import Checked
from headrace.errors import Problem, closest

TABLE_MAKERS = frozenset({"load", "select", "RateSampler"})
"""Operators of which nothing comes but their table; others also show, save or train."""


def unused_tables(checked: Checked) -> Iterable[Problem]:
    """Warn of tables that no step reads; the last one is what the script is for."""
    steps = list(checked.steps())
    names = [step.id for step in steps if step.operator.operator_name in TABLE_MAKERS]
    read = {link.step for block in checked.blocks for step in block for link in step.inputs}
    read |= checked.read
    # A statement that is wrong elsewhere may have meant the table, perhaps by a misspelt name.
    read |= {near for word in checked.mentioned if (near := closest(word, names))}
    for step in steps[:-1]:
        if step.id in names and step.id not in read | checked.failed:
            span = step.origin.of("table") if step.origin else None
            yield Problem(
                f"nothing reads the table '{step.id}'",
                span,
                "remove the statement, or save or show its table",
                severity="warning",
                code="unused-table",
            )
