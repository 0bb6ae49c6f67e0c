"""What a rule sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from headrace.graph.pipeline import Pipeline
from headrace.graph.schema import Schema
from headrace.graph.step import Step
from headrace.operators.base import Knowledge
from headrace.operators.carried import Carried


@dataclass(frozen=True, slots=True)
class Checked:
    """The blocks of a program, whose steps have been checked, and what is known of outputs.

    ``failed`` are the steps that have errors; ``mentioned`` the words of statements that are
    too wrong to be steps; ``read`` are steps whose tables are read without a link.
    """

    blocks: tuple[Pipeline, ...]
    known: Mapping[tuple[str, str], Knowledge]
    failed: frozenset[str] = frozenset()
    mentioned: frozenset[str] = frozenset()
    read: frozenset[str] = frozenset()

    def steps(self) -> Iterator[Step]:
        """Every step once, in order, without the shown inputs of later blocks."""
        for block in self.blocks:
            yield from (step for step in block if not isinstance(step.operator, Carried))

    def schema_at(self, step: Step, port: str = "table") -> Schema | None:
        """The columns that arrive at a step's port, where they are known."""
        link = step.link(port)
        value = self.known.get((link.step, link.output)) if link else None
        return value if isinstance(value, Schema) else None
