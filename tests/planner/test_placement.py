"""Steps find their engine, and the plan says why."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from headrace.errors import GraphError, PlanError
from headrace.graph import Facts, Pipeline
from headrace.planner import Capabilities, make_plan
from tests.planner.steps import pipeline, step

EMBEDDED = Capabilities(memory_bytes=1_000_000_000, bytes_per_second=100e6)
CHAIN = pipeline(
    """
    orders: load.csv
    clean: select orders
    out: save.parquet clean
    """
)
MEASURED = {"orders": Facts(30_000, 4_000_000, 3, "line count", measured=True)}


class TestOneEngine:
    def test_everything_runs_there_in_one_stage(self) -> None:
        plan = make_plan(CHAIN, {"embedded": EMBEDDED}, MEASURED)

        assert [(s.engine, len(s.placements)) for s in plan.stages] == [("embedded", 3)]
        assert plan.stages[0].why == "only engine available"

    def test_a_step_says_that_it_fits(self) -> None:
        plan = make_plan(CHAIN, {"embedded": EMBEDDED}, MEASURED)

        assert plan.placement("clean").why == "fits: ~12 MB of 1.0 GB"

    def test_a_step_that_does_not_fit_says_so(self) -> None:
        huge = {"orders": Facts(data_bytes=2_000_000_000)}

        plan = make_plan(CHAIN, {"embedded": EMBEDDED}, huge)

        assert plan.placement("clean").why.startswith("larger than memory: ~6.0 GB of 1.0 GB")

    def test_an_unknown_size_is_said_to_be_unknown(self) -> None:
        plan = make_plan(CHAIN, {"embedded": EMBEDDED}, {})

        assert plan.placement("clean").why == "size unknown until it runs"
        assert plan.placement("clean").cost_seconds is None

    def test_what_it_costs_follows_from_what_it_reads(self) -> None:
        plan = make_plan(CHAIN, {"embedded": EMBEDDED}, MEASURED)

        assert plan.placement("clean").cost_seconds == pytest.approx(0.04)
        assert plan.stages[0].cost_seconds == pytest.approx(0.12)

    def test_a_step_that_it_refuses_ends_the_plan_with_the_reason(self) -> None:
        refusing = replace(EMBEDDED, refused={"load hive": "it has no metastore"})

        with pytest.raises(PlanError, match="no engine can run 'load hive'") as caught:
            make_plan(pipeline("t: load.hive"), {"embedded": refusing}, {})

        assert caught.value.hint == "embedded: it has no metastore"


class TestTwoEngines:
    def test_the_first_is_preferred(self) -> None:
        plan = make_plan(CHAIN, {"embedded": EMBEDDED, "spark": Capabilities()}, MEASURED)

        assert {placement.engine for placement in plan} == {"embedded"}

    def test_a_refused_step_goes_to_the_other_and_starts_a_stage(self) -> None:
        refusing = replace(EMBEDDED, refused={"load csv": "it has no reader"})

        plan = make_plan(CHAIN, {"embedded": refusing, "spark": Capabilities()}, MEASURED)

        assert [stage.engine for stage in plan.stages] == ["spark", "embedded"]
        assert "embedded: it has no reader" in plan.placement("orders").why

    def test_a_step_too_big_for_the_first_goes_to_the_other(self) -> None:
        huge = {"orders": Facts(data_bytes=2_000_000_000)}

        plan = make_plan(CHAIN, {"embedded": EMBEDDED, "spark": Capabilities()}, huge)

        assert plan.placement("clean").engine == "spark"


class TestStages:
    def test_a_step_with_its_own_retry_is_a_stage_of_its_own(self) -> None:
        steps = [step("a: load.csv"), replace(step("b: select a"), retry=2), step("c: save b")]

        plan = make_plan(Pipeline(tuple(steps)), {"embedded": EMBEDDED}, {})

        assert [[p.step for p in s.placements] for s in plan.stages] == [["a"], ["b"], ["c"]]

    def test_a_pipeline_without_steps_has_no_stages(self) -> None:
        assert make_plan(Pipeline(), {"embedded": EMBEDDED}, {}).stages == ()


class TestPlan:
    def test_it_names_what_is_kept(self) -> None:
        shared = pipeline("a: load.csv\nb: select a\nc: save b\nd: RandomForest b")

        assert make_plan(shared, {"embedded": EMBEDDED}, {}).materialise == {"b"}

    def test_it_is_plain_json(self) -> None:
        plan = make_plan(CHAIN, {"embedded": EMBEDDED}, MEASURED)

        stages = json.loads(json.dumps(plan.to_json()))["stages"]

        assert stages[0]["placements"][0]["facts"]["rows"] == 30_000

    def test_an_unknown_step_is_told_with_the_nearest(self) -> None:
        plan = make_plan(CHAIN, {"embedded": EMBEDDED}, {})

        with pytest.raises(GraphError) as caught:
            plan.placement("claen")

        assert caught.value.hint == "did you mean 'clean'? Steps: orders, clean, out"

    def test_plans_of_equal_arguments_are_equal(self) -> None:
        first = make_plan(CHAIN, {"embedded": EMBEDDED}, MEASURED)

        assert first == make_plan(CHAIN, {"embedded": EMBEDDED}, MEASURED)
