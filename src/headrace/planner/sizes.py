"""How big each step's table will be: measured where it can be, estimated from its inputs else."""

from __future__ import annotations

from collections.abc import Mapping

from headrace.graph.facts import Facts
from headrace.graph.pipeline import Pipeline
from headrace.graph.ports import TABLE
from headrace.graph.step import Step


def estimated_facts(pipeline: Pipeline, measured: Mapping[str, Facts]) -> dict[str, Facts]:
    """Facts of every step that gives a table; those in ``measured`` are taken as they are.

    Until a step has run, its table is taken to be as big as the biggest that it reads: filters
    and aggregates make it smaller, and joins on a key rarely make it bigger.
    """
    known: dict[str, Facts] = {}
    for step in pipeline:
        if step.id in measured:
            known[step.id] = measured[step.id]
        elif any(port.type == TABLE for port in step.operator.outputs()):
            known[step.id] = _like_the_biggest_input(step, known)
    return known


def input_bytes(step: Step, facts: Mapping[str, Facts]) -> int | None:
    """Bytes of all tables that a step reads, or of its own where it reads none."""
    read = dict.fromkeys(link.step for link in step.inputs if link.step in facts)
    sizes = [facts[source].data_bytes for source in read or [step.id] if source in facts]
    known = [size for size in sizes if size is not None]
    return sum(known) if known and len(known) == len(sizes) else None


def _like_the_biggest_input(step: Step, known: Mapping[str, Facts]) -> Facts:
    sources = [link.step for link in step.inputs if link.step in known]
    sized = [source for source in sources if known[source].data_bytes is not None]
    if not sized:
        return Facts()
    biggest = max(sized, key=lambda source: known[source].data_bytes or 0)
    facts = known[biggest]
    return Facts(facts.rows, facts.data_bytes, source=f"as big as {biggest}")
