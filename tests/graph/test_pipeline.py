"""A pipeline that exists is valid; part-runs and joins give pipelines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import GraphError
from headrace.graph import MODEL, TABLE, Link, Pipeline, Port, Source, Step, fingerprints
from headrace.graph.span import Origin
from headrace.graph.step import Json, Resources


@dataclass(frozen=True)
class Work:
    """An operator of the tests: any number of table inputs, one table and one model out."""

    operator_name: str = "work"
    reads: tuple[str, ...] = ()
    value: int = 0

    def inputs(self) -> tuple[Port, ...]:
        return tuple(Port(name, TABLE) for name in self.reads)

    def outputs(self) -> tuple[Port, ...]:
        return (Port("table", TABLE), Port("model", MODEL))

    def parameters(self) -> Mapping[str, Json]:
        return {"value": self.value}


def step(step_id: str, *parents: str, value: int = 0) -> Step:
    reads = tuple(f"in{index}" for index in range(len(parents)))
    links = tuple(Link(p, parent, "table") for p, parent in zip(reads, parents, strict=True))
    return Step(step_id, Work("work", reads, value), links)


def ids(pipeline: Pipeline) -> list[str]:
    return [each.id for each in pipeline]


DIAMOND = Pipeline((step("a"), step("b", "a"), step("c", "a"), step("d", "b", "c")))


class TestStep:
    def test_an_unknown_port_is_refused_with_those_that_exist(self) -> None:
        with pytest.raises(GraphError, match="no input 'tabel'") as caught:
            Step("b", Work(reads=("table",)), (Link("tabel", "a", "table"),))

        assert caught.value.hint == "did you mean 'table'? Inputs: table"

    def test_a_port_that_nothing_fills_is_refused(self) -> None:
        with pytest.raises(GraphError, match="lacks its input in0"):
            Step("b", Work(reads=("in0",)))

    def test_two_links_into_one_port_are_refused(self) -> None:
        links = (Link("in0", "a", "table"), Link("in0", "b", "table"))

        with pytest.raises(GraphError, match="two links into 'in0'"):
            Step("c", Work(reads=("in0",)), links)

    def test_equality_ignores_where_it_was_written(self) -> None:
        here = Origin(Source("x.mlsql", "select 1 as t;").whole)

        assert Step("a", Work(), origin=here) == Step("a", Work())

    @pytest.mark.parametrize("wrong", [{"cpu": 0}, {"gpu": -1}, {"workers": 0}])
    def test_resources_are_positive(self, wrong: dict[str, int]) -> None:
        with pytest.raises(GraphError, match="positive"):
            Resources(**wrong)


class TestPipeline:
    def test_steps_keep_the_order_they_were_written_in(self) -> None:
        assert ids(DIAMOND) == ["a", "b", "c", "d"]

    def test_a_step_before_its_input_moves_behind_it(self) -> None:
        assert ids(Pipeline((step("b", "a"), step("a")))) == ["a", "b"]

    def test_a_doubled_id_is_refused(self) -> None:
        with pytest.raises(GraphError, match="two steps have the id 'a'"):
            Pipeline((step("a"), step("a", value=1)))

    def test_a_dangling_link_names_the_steps_that_exist(self) -> None:
        with pytest.raises(GraphError, match="reads 'oders'") as caught:
            Pipeline((step("orders"), step("b", "oders")))

        assert caught.value.hint == "did you mean 'orders'? Steps: orders, b"

    def test_a_cycle_names_its_steps(self) -> None:
        with pytest.raises(GraphError, match="wait for each other: a, b"):
            Pipeline((step("a", "b"), step("b", "a")))

    def test_a_step_that_reads_itself_is_a_cycle(self) -> None:
        with pytest.raises(GraphError, match="wait for each other: a"):
            Pipeline((step("a", "a"),))

    def test_a_link_between_ports_of_different_types_is_refused(self) -> None:
        reader = Step("b", Work(reads=("in0",)), (Link("in0", "a", "model"),))

        with pytest.raises(GraphError, match=r"takes a table at 'in0', and 'a\.model' is a model"):
            Pipeline((step("a"), reader))

    def test_order_of_writing_does_not_matter_for_equality(self) -> None:
        assert Pipeline((step("a"), step("b"))) == Pipeline((step("b"), step("a")))

    def test_parents_and_consumers(self) -> None:
        assert [s.id for s in DIAMOND.parents("d")] == ["b", "c"]
        assert [s.id for s in DIAMOND.consumers("a")] == ["b", "c"]

    def test_joining_takes_a_common_step_once(self) -> None:
        joined = Pipeline((step("a"), step("b", "a"))) + Pipeline((step("a"), step("c", "a")))

        assert ids(joined) == ["a", "b", "c"]

    def test_joining_refuses_two_meanings_of_one_id(self) -> None:
        with pytest.raises(GraphError, match="two steps have the id 'a'"):
            Pipeline((step("a"),)) + Pipeline((step("a", value=1),))


class TestPartRuns:
    def test_upto_holds_what_a_step_needs(self) -> None:
        assert ids(DIAMOND.upto("b")) == ["a", "b"]

    def test_after_holds_what_depends_on_a_step_and_its_needs(self) -> None:
        assert ids(DIAMOND.after("b")) == ["a", "b", "c", "d"]
        assert ids(DIAMOND.after("d")) == ["a", "b", "c", "d"]

    def test_only_keeps_the_named_steps(self) -> None:
        assert ids(DIAMOND.only("a", "b")) == ["a", "b"]

    def test_only_refuses_to_leave_a_link_dangling(self) -> None:
        with pytest.raises(GraphError, match="reads 'a'"):
            DIAMOND.only("b")

    def test_an_unknown_step_is_named_with_the_nearest(self) -> None:
        with pytest.raises(GraphError, match="no step 'e'"):
            DIAMOND.upto("e")


@st.composite
def pipelines(draw: st.DrawFn) -> Pipeline:
    steps: list[Step] = []
    for index in range(draw(st.integers(1, 12))):
        names = [each.id for each in steps]
        parents = draw(st.lists(st.sampled_from(names), unique=True, max_size=3)) if names else []
        steps.append(step(f"s{index}", *parents))
    return Pipeline(tuple(draw(st.permutations(steps))))


class TestProperties:
    @given(pipelines())
    def test_every_step_comes_after_what_it_reads(self, pipeline: Pipeline) -> None:
        position = {each.id: index for index, each in enumerate(pipeline)}

        assert all(position[link.step] < position[s.id] for s in pipeline for link in s.inputs)

    @given(pipelines())
    def test_upto_every_step_joined_is_the_whole(self, pipeline: Pipeline) -> None:
        joined = Pipeline()
        for each in pipeline:
            joined = joined + pipeline.upto(each.id)

        assert joined == pipeline


class TestFingerprints:
    def test_equal_work_has_equal_keys(self) -> None:
        assert fingerprints(DIAMOND) == fingerprints(Pipeline(tuple(reversed(DIAMOND.steps))))

    def test_a_parameter_changes_its_step_and_all_that_follow(self) -> None:
        changed = Pipeline(
            (step("a"), step("b", "a", value=1), step("c", "a"), step("d", "b", "c"))
        )
        before, after = fingerprints(DIAMOND), fingerprints(changed)

        assert {name for name in before if before[name] != after[name]} == {"b", "d"}

    def test_other_source_data_changes_all_that_read_it(self) -> None:
        before = fingerprints(DIAMOND, {"a": ["x.csv", 10, 1.0]})
        after = fingerprints(DIAMOND, {"a": ["x.csv", 10, 2.0]})

        assert all(before[name] != after[name] for name in before)
