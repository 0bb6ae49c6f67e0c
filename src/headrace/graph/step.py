"""One operation in a pipeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from headrace.errors import GraphError, suggest
from headrace.graph.ports import Port
from headrace.graph.span import Origin, Span

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]


@runtime_checkable
class OperatorRecord(Protocol):
    """What the graph knows of an operator: its name, its ports and its parameters.

    An adapter is frozen and equal to another with the same name and parameters.
    """

    @property
    def operator_name(self) -> str: ...

    def inputs(self) -> tuple[Port, ...]:
        """The ports that links may fill; they may depend on the parameters."""

    def outputs(self) -> tuple[Port, ...]:
        """The values that running it gives; the first is what a bare reference means."""

    def parameters(self) -> Mapping[str, Json]:
        """The parameters that are not defaults, as plain values."""


@dataclass(frozen=True, slots=True)
class Resources:
    """What one attempt of a step may use; ``memory_bytes`` of None means the run's budget."""

    cpu: float = 1.0
    memory_bytes: int | None = None
    gpu: int = 0
    workers: int = 1

    def __post_init__(self) -> None:
        if self.cpu <= 0 or self.gpu < 0 or self.workers < 1:
            raise GraphError(f"resources must be positive: {self}")


@dataclass(frozen=True, slots=True)
class Link:
    """The value that an input port receives: an output port of another step."""

    port: str
    step: str
    output: str


@dataclass(frozen=True, slots=True)
class Step:
    """One operation in a pipeline.

    ``id`` is unique in its pipeline and is the name under which an engine knows the
    step's table; ``retry`` is how many attempts may follow a failed one.
    """

    id: str
    operator: OperatorRecord
    inputs: tuple[Link, ...] = ()
    resources: Resources = Resources()
    retry: int = 0
    timeout_seconds: float | None = None
    origin: Origin | None = field(default=None, compare=False)  # equality ignores where it stood

    def __post_init__(self) -> None:
        if not self.id:
            raise GraphError("a step needs an id", span=self.span)
        if self.retry < 0 or (self.timeout_seconds is not None and self.timeout_seconds <= 0):
            raise GraphError(f"step '{self.id}': retry and timeout are positive", span=self.span)
        ports = {port.name: port for port in self.operator.inputs()}
        filled: set[str] = set()
        for link in self.inputs:
            if link.port not in ports:
                raise GraphError(
                    f"step '{self.id}' has no input '{link.port}'",
                    span=self.span,
                    hint=suggest(link.port, list(ports), "inputs"),
                )
            if link.port in filled:
                raise GraphError(
                    f"step '{self.id}' has two links into '{link.port}'", span=self.span
                )
            filled.add(link.port)
        missing = [p.name for p in ports.values() if not p.optional and p.name not in filled]
        if missing:
            raise GraphError(
                f"step '{self.id}' lacks its input {', '.join(missing)}", span=self.span
            )

    @property
    def span(self) -> Span | None:
        return self.origin.span if self.origin else None

    def link(self, port: str) -> Link | None:
        return next((link for link in self.inputs if link.port == port), None)

    def input_port(self, name: str) -> Port:
        return next(port for port in self.operator.inputs() if port.name == name)

    def output_port(self, name: str) -> Port:
        ports = {port.name: port for port in self.operator.outputs()}
        if name not in ports:
            raise GraphError(
                f"step '{self.id}' has no output '{name}'",
                span=self.span,
                hint=suggest(name, list(ports), "outputs"),
            )
        return ports[name]
