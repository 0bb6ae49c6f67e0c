"""A plan: stages in order, each on one engine. Explaining prints the value that running executes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

from headrace.errors import GraphError, suggest
from headrace.graph.facts import Facts
from headrace.graph.step import Json


@dataclass(frozen=True, slots=True)
class Placement:
    """One step on its engine: how big its result is, what it should cost, and why there.

    ``materialised`` means that its tables are computed once and kept, because several read them.
    """

    step: str
    operator: str
    engine: str
    facts: Facts
    cost_seconds: float | None
    materialised: bool
    why: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A maximal run of steps on one engine; what crosses its edge is committed (DESIGN 8)."""

    engine: str
    placements: tuple[Placement, ...]
    why: str

    @property
    def cost_seconds(self) -> float:
        """The known part of what its steps should cost."""
        return sum(p.cost_seconds for p in self.placements if p.cost_seconds is not None)


@dataclass(frozen=True, slots=True)
class Plan:
    """Stages in the order in which they run."""

    stages: tuple[Stage, ...] = ()

    def __iter__(self) -> Iterator[Placement]:
        return (placement for stage in self.stages for placement in stage.placements)

    @property
    def materialise(self) -> frozenset[str]:
        """The steps whose tables are computed once and kept; all others stay lazy."""
        return frozenset(placement.step for placement in self if placement.materialised)

    def placement(self, step_id: str) -> Placement:
        found = next((placement for placement in self if placement.step == step_id), None)
        if found is None:
            names = [placement.step for placement in self]
            raise GraphError(f"no step '{step_id}'", hint=suggest(step_id, names, "steps"))
        return found

    def to_json(self) -> Json:
        """The plan as plain values, for programs."""
        return {"stages": [asdict(stage) for stage in self.stages]}
