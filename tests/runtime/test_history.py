"""What a run did, gathered from its events."""

from __future__ import annotations

import pytest

from headrace.errors import Cancelled, HeadraceError, RunError
from headrace.graph.report import Report
from headrace.runtime.events import (
    RunFinished,
    RunStarted,
    StepFailed,
    StepFinished,
    StepShowed,
    StepStarted,
)
from headrace.runtime.history import History, Status


def history(*events: object) -> History:
    made = History()
    for event in events:
        made(event)  # type: ignore[arg-type]
    return made


def test_a_step_has_its_rows_and_what_it_showed() -> None:
    report = Report("r")

    found = history(
        RunStarted("a"),
        StepStarted("s", "save s"),
        StepShowed("s", report),
        StepFinished("s", 0.5, 10),
        RunFinished(1.0),
    )

    record = found.steps["s"]
    assert (record.status, record.seconds, record.rows) == ("succeeded", 0.5, 10)
    assert record.reports == (report,)
    assert (found.name, found.status, found.seconds) == ("a", "succeeded", 1.0)


@pytest.mark.parametrize(
    ("error", "status"), [(RunError("no"), "failed"), (Cancelled("stop"), "cancelled")]
)
def test_a_step_that_ends_with_an_error(error: HeadraceError, status: Status) -> None:
    found = history(StepStarted("s", "s"), StepFailed("s", 0.1, error), RunFinished(0.2, error))

    assert (found.steps["s"].status, found.status, found.error) == (status, status, error)


def test_a_step_that_nothing_ended_ends_as_the_run_did() -> None:
    found = history(StepStarted("s", "s"), RunFinished(0.2, Cancelled("stop")))

    assert found.steps["s"].status == "cancelled"
