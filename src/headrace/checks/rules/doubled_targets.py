"""Two saves to one place: the later one fails, does nothing, or destroys the earlier."""

from __future__ import annotations

from collections.abc import Iterable

from headrace.checks.rules.checked import Checked
from headrace.checks.rules.overwritten_sources import place_of, saves
from headrace.errors import Problem
from headrace.graph.protocols import SaveMode
from headrace.graph.step import Step

OUTCOMES: dict[SaveMode, str] = {
    "errorIfExists": "this will fail: {place} has been saved already at {first}",
    "overwrite": "this destroys what was saved to {place} at {first}",
    "ignore": "this does nothing: {place} has been saved already at {first}",
}


def doubled_targets(checked: Checked) -> Iterable[Problem]:
    """Warn of a second save to one place, inside one block: of two branches one is taken."""
    for block in checked.blocks:
        first: dict[tuple[str, str], Step] = {}
        for step, save in saves(block):
            earlier = first.setdefault(place_of(step), step)
            if earlier is step or save.mode not in OUTCOMES:
                continue
            where = f"line {earlier.span.line}" if earlier.span else f"step '{earlier.id}'"
            yield Problem(
                OUTCOMES[save.mode].format(place=save.path, first=where),
                step.origin.of("path") if step.origin else None,
                "save to another place, or append",
                severity="warning",
                code="doubled-save",
            )
