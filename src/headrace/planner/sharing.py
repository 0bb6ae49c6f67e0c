"""Which tables several steps compute from: those are worth computing once."""

from __future__ import annotations

from headrace.graph.pipeline import Pipeline
from headrace.graph.ports import TABLE
from headrace.graph.step import Step

SOURCES = frozenset({"load", "inline", "carried"})
"""Operators whose table is at hand; reading it again costs no more than keeping a copy."""

DEFERRED = SOURCES | {"select"}
"""Operators that only describe work: whoever reads their table does it.

Leaving one out is harmless: its table counts as computed by itself, once.
"""


def shared_tables(pipeline: Pipeline) -> frozenset[str]:
    """The steps whose tables would be computed more than once if nothing were kept.

    A table is computed each time that a step which works (trains, saves, measures, shows) reaches
    it through steps that only describe; a kept one on the way is computed once for all.
    """
    times: dict[str, int] = {}
    kept: set[str] = set()
    readers = _readers(pipeline)
    for step in reversed(pipeline.steps):
        counts = [
            times[reader.id] if _defers(reader) and reader.id not in kept else 1
            for reader in readers[step.id]
        ]
        times[step.id] = sum(counts) or 1  # a table that nobody reads is shown
        if times[step.id] > 1 and _has_work(step):
            kept.add(step.id)
    return frozenset(kept)


def _readers(pipeline: Pipeline) -> dict[str, list[Step]]:
    """Who reads a table of each step; a model or function that it also gives is at hand."""
    readers: dict[str, list[Step]] = {step.id: [] for step in pipeline}
    for step in pipeline:
        tables = (link.step for link in step.inputs if step.input_port(link.port).type == TABLE)
        for source in dict.fromkeys(tables):
            readers[source].append(step)
    return readers


def _defers(step: Step) -> bool:
    return step.operator.operator_name in DEFERRED


def _has_work(step: Step) -> bool:
    gives_tables = any(port.type == TABLE for port in step.operator.outputs())
    return gives_tables and step.operator.operator_name not in SOURCES
