"""What happens during a run, told in order: the one source of progress, reports and history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from headrace.errors import HeadraceError, Problem
from headrace.graph.report import Report
from headrace.graph.span import Span


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A text begins to run; ``name`` is its file or cell."""

    name: str


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A step begins; ``title`` says what it does in a few words."""

    step: str
    title: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class StepProgressed:
    """A step has done ``done`` of ``total`` (None where it cannot be known)."""

    step: str
    done: int
    total: int | None
    unit: str


@dataclass(frozen=True, slots=True)
class StepShowed:
    """A step has something to show."""

    step: str
    report: Report


@dataclass(frozen=True, slots=True)
class StepFinished:
    """A step is done; ``rows`` where its table was computed and counted."""

    step: str
    seconds: float
    rows: int | None = None


@dataclass(frozen=True, slots=True)
class StepFailed:
    """A step ended with an error, which the run raises after this event."""

    step: str
    seconds: float
    error: HeadraceError


@dataclass(frozen=True, slots=True)
class Warned:
    """Something looks wrong and did not stop the run."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class RunFinished:
    """The text is done, or has failed (``error``) or was interrupted."""

    seconds: float
    error: HeadraceError | None = None


Event = (
    RunStarted
    | StepStarted
    | StepProgressed
    | StepShowed
    | StepFinished
    | StepFailed
    | Warned
    | RunFinished
)

Listener = Callable[[Event], None]
