"""Events as listeners get them: without secrets."""

from __future__ import annotations

import pytest

from headrace.errors import Problem, RunError
from headrace.graph.report import Report, TableItem, TextItem
from headrace.graph.span import Source
from headrace.language.secrets import Secrets
from headrace.runtime.events import (
    Event,
    RunFinished,
    RunStarted,
    StepFailed,
    StepShowed,
    StepStarted,
    Warned,
)
from headrace.runtime.masking import masked

SPAN = Source("a", "!println 's3cret';").whole
SECRETS = Secrets()
SECRETS.add("s3cret")


@pytest.mark.parametrize(
    "event",
    [
        StepStarted("s", "println s3cret", SPAN),
        StepShowed("s", Report("s3cret", (TextItem("the s3cret"),))),
        StepShowed("s", Report("", (TableItem(("a", "b"), (("s3cret", 1),), "s3cret"),))),
        Warned(Problem("s3cret", SPAN, "s3cret")),
        StepFailed("s", 1.0, RunError("s3cret", span=SPAN, hint="s3cret")),
        RunFinished(1.0, RunError("s3cret", span=SPAN)),
    ],
)
def test_no_event_holds_a_secret(event: Event) -> None:
    shown = masked(event, SECRETS)

    assert "s3cret" not in repr(shown)
    assert "s3cret" not in str(getattr(shown, "error", ""))


def test_other_cells_stay_what_they_are() -> None:
    event = StepShowed("s", Report("", (TableItem(("a",), ((1,), (None,), ("x",))),)))

    assert masked(event, SECRETS) == event


def test_without_secrets_an_event_is_itself() -> None:
    event = RunStarted("a")

    assert masked(event, Secrets()) is event
