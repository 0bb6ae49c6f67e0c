"""What a run did, gathered from its events: the value that reports and programs read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from headrace.errors import Cancelled, HeadraceError, Problem
from headrace.graph.report import Report
from headrace.graph.span import Span
from headrace.runtime.events import (
    Event,
    RunFinished,
    RunStarted,
    StepFailed,
    StepFinished,
    StepShowed,
    StepStarted,
    Warned,
)

Status = Literal["running", "succeeded", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class StepRecord:
    """One step of a run: what it was, how it ended, what it showed."""

    step: str
    title: str
    span: Span | None = None
    status: Status = "running"
    seconds: float = 0.0
    rows: int | None = None
    reports: tuple[Report, ...] = ()


@dataclass
class History:
    """Listens to the events of one run."""

    name: str = ""
    status: Status = "running"
    seconds: float = 0.0
    error: HeadraceError | None = None
    warnings: list[Problem] = field(default_factory=list)
    steps: dict[str, StepRecord] = field(default_factory=dict)

    def __call__(self, event: Event) -> None:
        match event:
            case RunStarted(name):
                self.name = name
            case StepStarted(step, title, span):
                self.steps[step] = StepRecord(step, title, span)
            case StepShowed(step, report):
                record = self.steps[step]
                self.steps[step] = replace(record, reports=(*record.reports, report))
            case StepFinished(step, seconds, rows):
                self._end(step, "succeeded", seconds, rows)
            case StepFailed(step, seconds, error):
                status: Status = "cancelled" if isinstance(error, Cancelled) else "failed"
                self._end(step, status, seconds, None)
            case Warned(problem):
                self.warnings.append(problem)
            case RunFinished(seconds, error):
                self.seconds, self.error = seconds, error
                self.status = _status_of(error)
                self._end_what_runs()

    def _end(self, step: str, status: Status, seconds: float, rows: int | None) -> None:
        record = self.steps[step]
        self.steps[step] = replace(record, status=status, seconds=seconds, rows=rows)

    def _end_what_runs(self) -> None:
        """A step that an exception left behind ended as the run did."""
        for step, record in self.steps.items():
            if record.status == "running":
                self.steps[step] = replace(record, status=self.status)


def _status_of(error: HeadraceError | None) -> Status:
    if error is None:
        return "succeeded"
    return "cancelled" if isinstance(error, Cancelled) else "failed"
