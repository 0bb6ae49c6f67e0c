"""What an engine can do, as data: the planner asks it, the engine's rewrites are listed in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from headrace.graph.step import Step


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What of Spark SQL an engine lacks or does otherwise, and how fast it is.

    Parameters
    ----------
    lowered : feature → what the engine is given in its place
    refused : feature → why the engine cannot do it; a feature is an SQL function or clause,
        an operator's name, or ``load`` or ``save`` and a format's name
    differs : feature → how its result differs from Spark's, where no rewrite mends it
    memory_bytes : what its queries may hold at once; None where it is not known
    start_seconds : what a run pays once for using it
    bytes_per_second : how fast it works through a table, to compare placements by
    """

    lowered: Mapping[str, str] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    differs: Mapping[str, str] = field(default_factory=dict)
    memory_bytes: int | None = None
    start_seconds: float = 0.0
    bytes_per_second: float = 100e6

    def refusal(self, step: Step) -> str | None:
        """Why this engine cannot run a step; None where it can."""
        return next((self.refused[f] for f in features_of(step) if f in self.refused), None)


def features_of(step: Step) -> tuple[str, ...]:
    """What a step asks of an engine: its operator, and the format that it reads or writes."""
    operator = step.operator.operator_name
    format_name = step.operator.parameters().get("format")
    return (operator, f"{operator} {format_name}") if format_name else (operator,)
