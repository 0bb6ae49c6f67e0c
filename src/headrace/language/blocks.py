"""A block: straight-line statements that become one pipeline."""

from __future__ import annotations

from collections.abc import Mapping

from headrace.graph.pipeline import Pipeline
from headrace.graph.span import MappedText, Origin, Span
from headrace.graph.step import Link, OperatorRecord, Step
from headrace.language.scope import Definition, StepIds
from headrace.operators.carried import Carried


class Block:
    """Collects steps; what an earlier block made enters as a shown ``Carried`` step.

    It remembers, for the whole session, the outputs of every step ever made.
    """

    def __init__(self, ids: StepIds) -> None:
        self._ids = ids
        self._steps: dict[str, Step] = {}
        self._outputs: dict[str, tuple[tuple[str, str], ...]] = {}

    def add(
        self,
        name: str,
        operator: OperatorRecord,
        links: Mapping[str, Definition],
        span: Span,
        texts: Mapping[str, MappedText] | None = None,
    ) -> Step:
        """A new step named after what it makes; ``links`` fill its ports."""
        inputs = tuple(self._link(port, definition) for port, definition in links.items())
        outputs = tuple((port.name, port.type.name) for port in operator.outputs())
        step_id = self._ids.new(name, [f"__{port}" for port, _ in outputs[1:]])
        step = Step(step_id, operator, inputs, origin=Origin(span, texts or {}))
        self._outputs[step.id] = outputs
        self._steps[step.id] = step
        return step

    def _link(self, port: str, definition: Definition) -> Link:
        if definition.step not in self._steps:
            carried = Step(definition.step, Carried(ports=self._outputs[definition.step]))
            self._steps = {carried.id: carried, **self._steps}
        return Link(port, definition.step, definition.output)

    def placeholder(self, name: str) -> str:
        """The id of a step that is never made: links to it carry nothing that is known."""
        step_id = self._ids.new(name)
        self._outputs[step_id] = (("table", "table"), ("model", "model"), ("function", "model"))
        return step_id

    def take(self) -> Pipeline:
        """The pipeline of all steps since the last call."""
        steps, self._steps = tuple(self._steps.values()), {}
        return Pipeline(steps)

    def drop(self) -> None:
        """Forget the steps since the last ``take``: a statement after them failed."""
        self._steps = {}

    def __bool__(self) -> bool:
        return bool(self._steps)
