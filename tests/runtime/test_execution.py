"""Steps of a plan in one session: what is told of them, and what becomes of faults."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from headrace.errors import Cancelled, HeadraceError, RunError
from headrace.graph.pipeline import Pipeline
from headrace.graph.ports import Port
from headrace.graph.span import Origin, Source
from headrace.graph.step import Step
from headrace.operators.base import Context, Inputs, Operator, Value
from headrace.runtime.events import Event, StepFailed, StepFinished
from headrace.runtime.execution import Execution, Values
from headrace.runtime.session import Session, trained_algorithms
from tests.sessions import Run

SPAN = Source("test.mlsql", "run t;").whole


class Faulty(Operator):
    """Fails with an exception that is not ours."""

    operator_name = "faulty"
    kind: str

    def inputs(self) -> tuple[Port, ...]:
        return ()

    def outputs(self) -> tuple[Port, ...]:
        return ()

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value]:
        raise {"key": KeyError("gone"), "memory": MemoryError(), "stop": KeyboardInterrupt()}[
            self.kind
        ]


def run_faulty(session: Session, kind: str, events: list[Event]) -> None:
    execution = Execution(session.services, events.append, Values())
    step = Step("f", Faulty(kind=kind), origin=Origin(SPAN))
    execution.run(Pipeline((step,)), frozenset())


class TestFaults:
    def test_a_foreign_exception_becomes_an_error_with_its_place(self, session: Session) -> None:
        with pytest.raises(RunError, match="faulty f failed: KeyError: 'gone'") as caught:
            run_faulty(session, "key", [])

        assert caught.value.span == SPAN
        assert isinstance(caught.value.__cause__, KeyError)

    def test_memory_that_runs_out_is_named(self, session: Session) -> None:
        with pytest.raises(RunError, match="memory ran out"):
            run_faulty(session, "memory", [])

    def test_an_interruption_ends_the_step_as_cancelled(self, session: Session) -> None:
        events: list[Event] = []

        with pytest.raises(KeyboardInterrupt):
            run_faulty(session, "stop", events)

        (failed,) = [event for event in events if isinstance(event, StepFailed)]
        assert isinstance(failed.error, Cancelled)

    def test_after_an_interruption_nothing_starts(self, session: Session) -> None:
        events: list[Event] = []
        execution = Execution(session.services, events.append, Values())
        execution.interrupt()

        with pytest.raises(Cancelled):
            execution.run(Pipeline((Step("f", Faulty(kind="key")),)), frozenset())

        assert events == []


class TestRows:
    def test_saved_trained_and_kept_tables_are_counted(
        self, session: Session, tmp_path: Path
    ) -> None:
        events: list[Event] = []
        session.run(
            Source("t", """
                select cast(id as double) as x, id % 2 as y from range(40) as t;
                !cache t;
                save t as parquet.`out`;
                train t as LogisticRegression.`` where labelCol="y" as fit;
            """),
            {},
            events.append,
        )  # fmt: skip

        rows = {event.step: event.rows for event in events if isinstance(event, StepFinished)}
        assert rows["save_t"] == 40
        assert rows["fit"] == 40


class TestValues:
    def test_a_value_that_no_step_made_is_an_error_of_ours(self) -> None:
        with pytest.raises(HeadraceError, match="has not made"):
            Values().get("s", "table")


class TestWarmUp:
    def test_what_a_script_may_train_is_known_before_it_runs(self) -> None:
        from headrace.language.parser import parse

        script = parse(Source("t", """
            train t as RandomForestClassifier.`m` where labelCol="y";
            !if '''true'''; run t as KMeans.`k`; !fi; run t as DataSummary.``;
            predict t as LinearRegression.`l` as p;
        """))  # fmt: skip

        assert list(trained_algorithms(script.statements)) == ["RandomForest", "KMeans"]

    def test_each_algorithm_is_announced_once(self, session: Session, run: Run) -> None:
        announced: list[object] = []
        session.services.fits.warm_up = announced.append  # type: ignore[assignment, method-assign]

        run("""
            select cast(id as double) as x from range(40) as t;
            !for k in [2, 3]; train t as KMeans.`` where k="${k}"; !done;
        """)

        assert announced == [["KMeans"]]
