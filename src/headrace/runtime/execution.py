"""Runs the steps of a plan in one engine session.

This is the seam for the durable engine: it will call ``run_step`` for the steps of a stage
from wherever that stage runs, and commit what crosses the stage's edge.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from headrace.errors import Cancelled, HeadraceError, Problem, RunError
from headrace.graph.pipeline import Pipeline
from headrace.graph.ports import TABLE
from headrace.graph.protocols import Sinks, Sources, Tables
from headrace.graph.report import Report
from headrace.graph.span import Span
from headrace.graph.step import Step
from headrace.models.protocols import Fits, Models, OpenModel
from headrace.operators.base import FrameValue, FunctionValue, Operator, Value
from headrace.operators.carried import Carried
from headrace.operators.training import Train
from headrace.runtime.events import (
    Listener,
    StepFailed,
    StepFinished,
    StepProgressed,
    StepShowed,
    StepStarted,
    Warned,
)
from headrace.runtime.services import Services

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


T = TypeVar("T")

INTERRUPTED = "the run was interrupted"


class Values:
    """The values that steps have made, by step and output; they live as long as the session."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], Value] = {}
        self._ran: set[str] = set()

    def ran(self, step: str) -> bool:
        """Whether the step has run to its end."""
        return step in self._ran

    def finish(self, step: str) -> None:
        self._ran.add(step)

    def put(self, step: str, output: str, value: Value) -> None:
        self._values[step, output] = value

    def get(self, step: str, output: str) -> Value:
        """The value.

        Raises
        ------
        RunError : when the step has not made it
        """
        if (step, output) not in self._values:
            raise RunError(f"the step '{step}' has not made its {output}")
        return self._values[step, output]


@dataclass(frozen=True, slots=True)
class StepInputs:
    """The values at one step's ports."""

    step: Step
    values: Values

    def _value(self, port: str) -> Value:
        link = self.step.link(port)
        if link is None:
            raise RunError(f"step '{self.step.id}' has nothing at its input '{port}'")
        return self.values.get(link.step, link.output)

    def has(self, port: str) -> bool:
        return self.step.link(port) is not None

    def frame(self, port: str = "table") -> DataFrame:
        return _expect(self._value(port), FrameValue).frame

    def view(self, port: str = "table") -> str:
        return _expect(self._value(port), FrameValue).view

    def model(self, port: str = "model") -> OpenModel:
        value = self._value(port)
        if isinstance(value, FunctionValue):
            return value.model
        if isinstance(value, FrameValue | Report):
            raise RunError(f"input '{port}' of step '{self.step.id}' is not a model")
        return value

    def function(self, port: str) -> FunctionValue:
        return _expect(self._value(port), FunctionValue)


def _expect(value: object, kind: type[T]) -> T:
    if not isinstance(value, kind):
        raise RunError(f"expected a {kind.__name__}, found a {type(value).__name__}")
    return value


@dataclass
class StepContext:
    """What one step may use while it runs; ``rows`` is how many it says it has done."""

    step: Step
    services: Services
    listener: Listener
    rows: int | None = None

    @property
    def step_id(self) -> str:
        return self.step.id

    @property
    def tables(self) -> Tables:
        return self.services.tables

    @property
    def sources(self) -> Sources:
        return self.services.sources

    @property
    def sinks(self) -> Sinks:
        return self.services.sinks

    @property
    def models(self) -> Models:
        return self.services.models

    @property
    def fits(self) -> Fits:
        return self.services.fits

    @property
    def scratch(self) -> Path:
        return self.services.scratch

    @property
    def script(self) -> str:
        return self.step.span.source.text if self.step.span else ""

    @property
    def root(self) -> Path:
        return self.services.root

    def show(self, report: Report) -> None:
        self.listener(StepShowed(self.step.id, report))

    def warn(self, message: str, hint: str | None = None) -> None:
        self.listener(Warned(Problem(message, self.step.span, hint, "warning", "run")))

    def progress(self, done: int, total: int | None = None, unit: str = "rows") -> None:
        if unit == "rows":
            self.rows = done
        self.listener(StepProgressed(self.step.id, done, total, unit))


class Execution:
    """Runs pipelines in one session, keeping the values that later blocks read."""

    def __init__(self, services: Services, listener: Listener, values: Values) -> None:
        self.services = services
        self.listener = listener
        self.values = values
        self._interrupted = False
        self._warmed: set[str] = set()

    @property
    def interrupted(self) -> bool:
        return self._interrupted

    def interrupt(self) -> None:
        """End what runs, and start nothing more; callable from another thread."""
        self._interrupted = True
        self.services.tables.cancel()
        self.services.fits.cancel()

    def warm_up(self, algorithms: Iterable[str]) -> None:
        """Let the fitting process load what these need, while other steps run."""
        new = set(algorithms) - self._warmed
        if new:
            self._warmed |= new
            self.services.fits.warm_up(sorted(new))

    def run(self, pipeline: Pipeline, materialised: frozenset[str]) -> None:
        """Run every step in order.

        Parameters
        ----------
        pipeline : the steps; ``Carried`` ones stand for values of earlier blocks
        materialised : steps whose tables are computed once, because several others read them

        Raises
        ------
        HeadraceError : of the first step that fails, placed at its statement
        """
        self.warm_up(s.operator.operator_name for s in pipeline if isinstance(s.operator, Train))
        for step in pipeline:
            if not isinstance(step.operator, Carried):
                self._run(step, step.id in materialised)

    def observe(
        self, step_id: str, title: str, span: Span | None, work: Callable[[], int | None]
    ) -> None:
        """Do the work of a step, and tell how it begins and ends.

        Parameters
        ----------
        work : what to do; returns the row count where it counted

        Raises
        ------
        HeadraceError : what the work raised, placed at ``span``; anything that is none becomes a
            ``RunError`` which says whose fault it is not
        """
        if self._interrupted:
            raise Cancelled(INTERRUPTED)
        started = time.perf_counter()
        self.listener(StepStarted(step_id, title, span))
        try:
            rows = work()
        except BaseException as error:
            known = self._as_known(error, title).at(span)
            self.listener(StepFailed(step_id, time.perf_counter() - started, known))
            if isinstance(error, Exception):
                raise known from error
            raise
        self.listener(StepFinished(step_id, time.perf_counter() - started, rows))

    def run_step(self, step: Step, materialise: bool) -> int | None:
        """Run one step and keep its outputs; the row count where the table was computed."""
        operator = step.operator
        if not isinstance(operator, Operator):
            raise RunError(f"'{operator.operator_name}' cannot be run", span=step.span)
        context = StepContext(step, self.services, self.listener)
        self.services.notices.receiver = context.warn
        outputs = operator.run(StepInputs(step, self.values), context)
        staged = self._keep(step, outputs, materialise)
        self.values.finish(step.id)
        return context.rows if staged is None else staged

    def _run(self, step: Step, materialise: bool) -> None:
        self.observe(step.id, title_of(step), step.span, lambda: self.run_step(step, materialise))

    def _as_known(self, error: BaseException, title: str) -> HeadraceError:
        """An error of ours for whatever a step raised."""
        if self._interrupted or not isinstance(error, Exception):
            return Cancelled(INTERRUPTED)
        if isinstance(error, HeadraceError):
            return error
        if isinstance(error, MemoryError):
            return RunError(f"{title}: memory ran out", hint="work on fewer rows or columns")
        message = f"{title} failed: {type(error).__name__}: {error}"
        hint = "this is a fault of headrace or of a package that extends it; please report it"
        return RunError(message, hint=hint, code="internal")

    def _keep(
        self, step: Step, outputs: Mapping[str, Value | DataFrame], materialise: bool
    ) -> int | None:
        rows = None
        tables = [port.name for port in step.operator.outputs() if port.type is TABLE]
        for output, value in outputs.items():
            if output not in tables:
                self.values.put(step.id, output, cast(Value, value))
                continue
            view = view_name(step.id, output, first=output == tables[0])
            frame = value.frame if isinstance(value, FrameValue) else cast("DataFrame", value)
            if materialise:
                frame = self.services.tables.stage(frame, view)
                facts = self.services.tables.staged_facts(view)
                rows = facts.rows if facts else None
            self.services.tables.create_view(view, frame)
            named = self.services.tables.table(view)
            self.values.put(step.id, output, FrameValue(named, view))
        return rows


def view_name(step_id: str, output: str, *, first: bool) -> str:
    """The engine's name of a table: the step's id, or for its further tables also the port."""
    return step_id if first else f"{step_id}__{output}"


def title_of(step: Step) -> str:
    """A few words on what a step does: its operator, and what it makes."""
    return f"{step.operator.operator_name} {step.id}"
