"""Chooses an engine for every step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from headrace.errors import PlanError
from headrace.graph.facts import Facts
from headrace.graph.pipeline import Pipeline
from headrace.graph.step import Resources, Step
from headrace.planner.capabilities import Capabilities
from headrace.planner.plan import Placement, Plan, Stage
from headrace.planner.sharing import shared_tables
from headrace.planner.sizes import estimated_facts, input_bytes
from headrace.planner.units import human_bytes

WORKING_SPACE = 3
"""Memory that a query over a table needs, as a multiple of the table's size in a file.

Compressed columns grow about threefold in memory; a sort or join that still does not fit
spills to disk, so this decides placements, not whether a step runs.
"""


def make_plan(
    pipeline: Pipeline,
    capabilities: Mapping[str, Capabilities],
    facts: Mapping[str, Facts],
) -> Plan:
    """Place every step, and say which tables are kept.

    Parameters
    ----------
    pipeline : what to run
    capabilities : engine → what it can do, the preferred engine first
    facts : step id → what is measured of its table

    Raises
    ------
    PlanError : when a step runs on no engine, with each engine's reason
    """
    known = estimated_facts(pipeline, facts)
    kept = shared_tables(pipeline)
    placed = [
        (step, _placed(step, capabilities, known, materialised=step.id in kept))
        for step in pipeline
    ]
    return Plan(tuple(_stages(placed, only_engine=len(capabilities) == 1)))


def _placed(
    step: Step,
    capabilities: Mapping[str, Capabilities],
    facts: Mapping[str, Facts],
    *,
    materialised: bool,
) -> Placement:
    able = {name: c for name, c in capabilities.items() if c.refusal(step) is None}
    if not able:
        raise _nowhere(step, capabilities)
    size = input_bytes(step, facts)
    engine = next((name for name, c in able.items() if _fits(size, c)), next(iter(able)))
    return Placement(
        step.id,
        _title(step),
        engine,
        facts.get(step.id, Facts()),
        None if size is None else size / able[engine].bytes_per_second,
        materialised,
        _why(size, able[engine], _others(step, engine, capabilities)),
    )


def _nowhere(step: Step, capabilities: Mapping[str, Capabilities]) -> PlanError:
    reasons = "; ".join(f"{name}: {c.refusal(step)}" for name, c in capabilities.items())
    message = f"no engine can run '{_title(step)}' (step '{step.id}')"
    return PlanError(message, span=step.span, hint=reasons or "no engine is configured")


def _title(step: Step) -> str:
    name = step.operator.operator_name
    format_name = step.operator.parameters().get("format")
    return f"{name} {format_name}" if format_name else name


def _fits(size: int | None, engine: Capabilities) -> bool:
    if size is None or engine.memory_bytes is None:
        return True
    return size * WORKING_SPACE <= engine.memory_bytes


def _others(step: Step, chosen: str, capabilities: Mapping[str, Capabilities]) -> str:
    """What keeps a step from the engines that come before the chosen one."""
    reasons = []
    for name, engine in capabilities.items():
        if name == chosen:
            break
        reasons.append(f"{name}: {engine.refusal(step) or 'too small'}")
    return "; ".join(reasons)


def _why(size: int | None, engine: Capabilities, others: str) -> str:
    if size is None:
        fit = "size unknown until it runs"
    elif engine.memory_bytes is None:
        fit = f"reads {human_bytes(size)}"
    elif _fits(size, engine):
        need, have = human_bytes(size * WORKING_SPACE), human_bytes(engine.memory_bytes)
        fit = f"fits: ~{need} of {have}"
    else:
        need, have = human_bytes(size * WORKING_SPACE), human_bytes(engine.memory_bytes)
        fit = f"larger than memory: ~{need} of {have}, it may spill to disk"
    return f"{fit}; {others}" if others else fit


def _stages(placed: Iterable[tuple[Step, Placement]], *, only_engine: bool) -> list[Stage]:
    groups: list[list[Placement]] = []
    apart = True
    for step, placement in placed:
        own = _has_own_execution(step)
        if apart or own or groups[-1][-1].engine != placement.engine:
            groups.append([])
        groups[-1].append(placement)
        apart = own
    why = "only engine available" if only_engine else "preferred engine that can"
    return [Stage(group[0].engine, tuple(group), why) for group in groups]


def _has_own_execution(step: Step) -> bool:
    """Whether a step's retry, timeout or resources make it a stage of its own (DESIGN 8)."""
    return bool(step.retry or step.timeout_seconds) or step.resources != Resources()
