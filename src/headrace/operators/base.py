"""What every operator is: a frozen record of parameters that knows its ports and its work."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from headrace.errors import Problem
from headrace.graph.ports import ANY, TABLE, Port
from headrace.graph.protocols import Analyzer, Sinks, Sources, Tables
from headrace.graph.report import Report
from headrace.graph.schema import Schema
from headrace.graph.signature import Signature
from headrace.graph.span import Span
from headrace.graph.step import Json
from headrace.models.protocols import Fits, Models, OpenModel
from headrace.operators.options import Options

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

WRITTEN = Port("written", ANY)
"""The output of an operator that writes: nothing flows, but who reads the place waits for it."""

Knowledge = Schema | Signature | None
"""What the check knows of a value: a table's columns, a model's signature, or nothing."""


@dataclass(frozen=True, slots=True)
class FrameValue:
    """A table in an engine session: the frame and the view name under which SQL finds it."""

    frame: DataFrame
    view: str


@dataclass(frozen=True, slots=True)
class FunctionValue:
    """A model that SQL can call by ``name``."""

    name: str
    model: OpenModel


Value = FrameValue | FunctionValue | OpenModel | Report
"""What flows at run time; one class per port type."""


class Site(Protocol):
    """What an operator may ask while it is checked; nothing here runs any work."""

    @property
    def sources(self) -> Sources: ...

    @property
    def sinks(self) -> Sinks: ...

    @property
    def models(self) -> Models: ...

    @property
    def analyzer(self) -> Analyzer: ...

    @property
    def offline(self) -> bool:
        """Read nothing: unknown schemas stay unknown."""

    def linked(self, port: str) -> bool:
        """Whether something is linked to an optional port, be it known or not."""

    def schema(self, port: str = "table") -> Schema | None:
        """The columns that arrive at a table port; None while they cannot be known."""

    def signature(self, port: str = "model") -> Signature | None:
        """The model that arrives at a model port; None while it cannot be known."""

    def place(self, parameter: str) -> Span | None:
        """Where the parameter's value was written, for a problem's span."""

    def within(self, parameter: str, start: int, end: int) -> Span | None:
        """Where characters of a parameter's value were written."""

    def column_problem(self, name: str, parameter: str, port: str = "table") -> Problem | None:
        """An ``unknown-column`` problem with nearest names, unless the column exists or
        the columns are not known."""


class Context(Protocol):
    """What an operator may use while it runs."""

    @property
    def step_id(self) -> str: ...

    @property
    def tables(self) -> Tables: ...

    @property
    def sources(self) -> Sources: ...

    @property
    def sinks(self) -> Sinks: ...

    @property
    def models(self) -> Models: ...

    @property
    def fits(self) -> Fits: ...

    @property
    def scratch(self) -> Path:
        """A directory of this run's own, removed when it ends."""

    @property
    def script(self) -> str:
        """The text that the step was written in; empty where it was not."""

    @property
    def root(self) -> Path:
        """The project's folder: what commands on files may touch."""

    def show(self, report: Report) -> None:
        """Put items into the report of this step, in the terminal and in HTML."""

    def warn(self, message: str, hint: str | None = None) -> None: ...

    def progress(self, done: int, total: int | None = None, unit: str = "rows") -> None: ...


class Inputs(Protocol):
    """The values at a step's input ports."""

    def has(self, port: str) -> bool:
        """Whether something is linked to an optional port."""

    def frame(self, port: str = "table") -> DataFrame: ...

    def view(self, port: str = "table") -> str: ...

    def model(self, port: str = "model") -> OpenModel: ...

    def function(self, port: str) -> FunctionValue: ...


class Operator(Options):
    """An operation: declared once, checked before a run, run on any engine session.

    ``operator_name`` is what scripts call it, ``aliases`` other names for it; ``verbs`` the
    statements that may name it. A subclass is a file of its own in this folder (or another
    package's, found by the entry point ``headrace.operators``).
    """

    operator_name: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    category: ClassVar[str] = "plumbing"
    verbs: ClassVar[tuple[str, ...]] = ("run", "train")

    def inputs(self) -> tuple[Port, ...]:
        return (Port("table"),)

    def outputs(self) -> tuple[Port, ...]:
        return (Port("table", TABLE),)

    def written_paths(self) -> tuple[str, ...]:
        """The places that running it writes, as a later ``load`` names them.

        An operator that writes has the output ``WRITTEN``, by which that load comes after it.
        """
        return ()

    def parameters(self) -> Mapping[str, Json]:
        return self.model_dump(mode="json", exclude_defaults=True)

    def check(self, site: Site) -> Iterable[Problem]:
        """What can be known to be wrong before any work; all of it, not the first."""
        return ()

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        """What is known of each output, by port; called only when ``check`` found no error."""
        return {port.name: None for port in self.outputs()}

    @abstractmethod
    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        """Do the work; the outputs by port. A plain frame is given its view by the runtime."""
