"""A save over the very place that its rows come from loses what cannot be made again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from headrace.checks.rules.checked import Checked
from headrace.errors import Problem
from headrace.graph.pipeline import Pipeline
from headrace.graph.step import Step
from headrace.operators.load import Load
from headrace.operators.save import Save


def overwritten_sources(checked: Checked) -> Iterable[Problem]:
    """Warn of saves that overwrite what an earlier load of the same program reads."""
    earlier: list[Step] = []
    for step in checked.steps():
        if isinstance(step.operator, Load):
            earlier.append(step)
        if not isinstance(step.operator, Save) or step.operator.mode != "overwrite":
            continue
        for load in earlier:
            if place_of(step) == place_of(load):
                yield Problem(
                    f"this overwrites {step.operator.path}, which '{load.id}' is read from",
                    step.origin.of("path") if step.origin else None,
                    "a second run would read its own output; save to another place",
                    severity="warning",
                    code="overwrites-source",
                )


def place_of(step: Step) -> tuple[str, str]:
    """What a load or save reads or writes: its format's kind of place, and its path."""
    operator = step.operator
    if not isinstance(operator, (Load, Save)):
        return ("", step.id)
    path = operator.path.removeprefix("file://").removeprefix("./").rstrip("/")
    return ("jdbc" if operator.format == "jdbc" else "files", path)


def saves(block: Pipeline) -> Iterator[tuple[Step, Save]]:
    """The saves of a block, in order."""
    for step in block:
        if isinstance(step.operator, Save):
            yield step, step.operator
