"""A pipeline: steps and their links. One that exists is valid."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from headrace.errors import GraphError, suggest
from headrace.graph.step import Step


@dataclass(frozen=True)
class Pipeline:
    """Steps in the order in which they were written, which is an order that they can run in.

    Two pipelines are equal when they have the same steps, whatever the order.
    ``+`` joins two; ``upto``, ``after`` and ``only`` give part-runs.

    Raises
    ------
    GraphError : on a doubled id, a dangling link, a link between ports of different
        types, or a cycle
    """

    steps: tuple[Step, ...] = ()
    by_id: Mapping[str, Step] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_id: dict[str, Step] = {}
        for step in self.steps:
            if step.id in by_id:
                raise GraphError(f"two steps have the id '{step.id}'", span=step.span)
            by_id[step.id] = step
        object.__setattr__(self, "by_id", by_id)
        for step in self.steps:
            self._check_links(step)
        object.__setattr__(self, "steps", self._ordered())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pipeline) and set(self.steps) == set(other.steps)

    def __hash__(self) -> int:
        return hash(frozenset(self.steps))

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __add__(self, other: Pipeline) -> Pipeline:
        """Both pipelines' steps; a step that both hold is taken once."""
        new = tuple(step for step in other.steps if self.by_id.get(step.id) != step)
        return Pipeline(self.steps + new)

    def step(self, step_id: str) -> Step:
        if step_id not in self.by_id:
            raise GraphError(
                f"no step '{step_id}'", hint=suggest(step_id, list(self.by_id), "steps")
            )
        return self.by_id[step_id]

    def parents(self, step_id: str) -> tuple[Step, ...]:
        """The steps whose values this one reads."""
        ids = dict.fromkeys(link.step for link in self.step(step_id).inputs)
        return tuple(self.by_id[parent] for parent in ids)

    def consumers(self, step_id: str) -> tuple[Step, ...]:
        """The steps that read a value of this one."""
        return tuple(s for s in self.steps if any(link.step == step_id for link in s.inputs))

    def upto(self, *step_ids: str) -> Pipeline:
        """These steps and all that they need."""
        return self._kept(
            self._reach(step_ids, {s.id: [link.step for link in s.inputs] for s in self})
        )

    def after(self, *step_ids: str) -> Pipeline:
        """These steps, all that depends on them, and all that those need."""
        children: dict[str, list[str]] = defaultdict(list)
        for step in self.steps:
            for link in step.inputs:
                children[link.step].append(step.id)
        return self.upto(*self._reach(step_ids, children))

    def only(self, *step_ids: str) -> Pipeline:
        """Just these steps; each link must lead to one of them."""
        return self._kept({self.step(step_id).id for step_id in step_ids})

    def _reach(self, step_ids: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
        waiting = [self.step(step_id).id for step_id in step_ids]
        reached: set[str] = set()
        while waiting:
            step_id = waiting.pop()
            if step_id not in reached:
                reached.add(step_id)
                waiting.extend(edges.get(step_id, ()))
        return reached

    def _kept(self, step_ids: set[str]) -> Pipeline:
        return Pipeline(tuple(step for step in self.steps if step.id in step_ids))

    def _check_links(self, step: Step) -> None:
        for link in step.inputs:
            if link.step not in self.by_id:
                raise GraphError(
                    f"step '{step.id}' reads '{link.step}', which is not in the pipeline",
                    span=step.span,
                    hint=suggest(link.step, list(self.by_id), "steps"),
                )
            given = self.by_id[link.step].output_port(link.output)
            wanted = step.input_port(link.port)
            if not wanted.type.accepts(given.type):
                raise GraphError(
                    f"step '{step.id}' takes a {wanted.type.name} at '{link.port}', "
                    f"and '{link.step}.{link.output}' is a {given.type.name}",
                    span=step.span,
                )

    def _ordered(self) -> tuple[Step, ...]:
        """The steps as written, moved back only where one reads a later one (Kahn 1962)."""
        unmet = {step.id: len({link.step for link in step.inputs}) for step in self.steps}
        children: dict[str, set[str]] = defaultdict(set)
        for step in self.steps:
            for link in step.inputs:
                children[link.step].add(step.id)
        position = {step.id: index for index, step in enumerate(self.steps)}
        if all(position[link.step] < position[s.id] for s in self.steps for link in s.inputs):
            return self.steps
        ready = deque(step.id for step in self.steps if not unmet[step.id])
        ordered: list[Step] = []
        while ready:
            step_id = ready.popleft()
            ordered.append(self.by_id[step_id])
            for child in sorted(children[step_id], key=position.__getitem__):
                unmet[child] -= 1
                if not unmet[child]:
                    ready.append(child)
        if len(ordered) < len(self.steps):
            stuck = [step for step in self.steps if unmet[step.id]]
            names = ", ".join(step.id for step in stuck)
            raise GraphError(f"these steps wait for each other: {names}", span=stuck[0].span)
        return tuple(ordered)
