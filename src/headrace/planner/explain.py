"""A plan in words: one row a step, as a value, and as a plain-text tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from headrace.graph.facts import Facts
from headrace.planner.plan import Placement, Plan, Stage
from headrace.planner.units import human_bytes, human_seconds


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """One step of a plan, every cell as text; ``size_from`` says how its size is known."""

    step: str
    operator: str
    engine: str
    rows: str
    size: str
    size_from: str
    kept: str
    cost: str
    why: str


def explain(plan: Plan) -> tuple[ExplainedStep, ...]:
    """A row for each step, in the order in which they run."""
    return tuple(_explained(placement) for placement in plan)


def plan_text(plan: Plan) -> str:
    """The plan as a tree of plain text: stages, and under each its steps in columns."""
    return "\n".join(line for n, stage in enumerate(plan.stages, 1) for line in _lines(n, stage))


def _explained(placement: Placement) -> ExplainedStep:
    facts = placement.facts
    cost = placement.cost_seconds
    return ExplainedStep(
        placement.step,
        placement.operator,
        placement.engine,
        _about(facts, "?" if facts.rows is None else f"{facts.rows:,}"),
        _about(facts, "?" if facts.data_bytes is None else human_bytes(facts.data_bytes)),
        facts.source,
        "kept" if placement.materialised else "",
        "?" if cost is None else human_seconds(cost),
        placement.why,
    )


def _about(facts: Facts, text: str) -> str:
    return text if facts.measured or text == "?" else f"~{text}"


def _lines(number: int, stage: Stage) -> Iterator[str]:
    cost = human_seconds(stage.cost_seconds)
    yield f"stage {number} on {stage.engine} ({stage.why}), about {cost}"
    rows = [_cells(_explained(placement)) for placement in stage.placements]
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    for index, row in enumerate(rows):
        branch = "└─" if index == len(rows) - 1 else "├─"
        yield f"{branch} {_padded(row, widths)}".rstrip()


def _cells(row: ExplainedStep) -> tuple[str, ...]:
    size = f"{row.rows} rows, {row.size}" if row.size != "?" or row.rows != "?" else ""
    size_from = f"({row.size_from})" if size else ""
    return row.step, row.operator, size, size_from, row.kept, row.cost, row.why


def _padded(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
