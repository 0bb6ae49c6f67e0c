"""Names at one place of a script, after branches, and after a failure."""

from __future__ import annotations

from datetime import datetime

from headrace.graph.span import Source, Span
from headrace.language.parser import parse
from headrace.language.scope import (
    Definition,
    Kind,
    Scope,
    Skipped,
    StepIds,
    definitions_in,
    variables_set_in,
)
from headrace.language.variables import Surroundings, Variable, Variables

NOW = Surroundings(datetime(2024, 5, 1), "/home/ann", "ann", lambda: "id")


def scope(**tables: str) -> Scope:
    """A scope with tables that these steps make."""
    made = Scope(Variables(NOW))
    for name, step in tables.items():
        made.define("table", Definition(name, step, "table"))
    return made


def unknown(kind: Kind, name: str, span: Span | None) -> Definition:
    return Definition(name, "?", kind, span)


class TestFinding:
    def test_tables_are_found_whatever_their_case(self) -> None:
        found = scope(Orders="s1").find("table", "oRDERS")

        assert found is not None
        assert found.step == "s1"

    def test_an_unknown_name_comes_with_the_nearest(self) -> None:
        problem = scope(orders="s1").unknown("table", "oders", None)

        assert problem.hint == "did you mean 'orders'? Tables: orders"

    def test_a_skipped_name_says_where(self) -> None:
        here, span = scope(), Source("a", "!if").whole
        here.skip(
            parse(Source("a", "select 1 as x as t;")).statements,
            Skipped("a branch that was not taken", span),
        )

        problem = here.unknown("table", "T", None)

        assert problem.message == "table 'T' is defined only in a branch that was not taken"
        assert problem.hint == "that is at a:1:1"


class TestCopies:
    def test_what_is_defined_in_a_copy_stays_there(self) -> None:
        here = scope()
        here.copy().define("table", Definition("t", "s", "table"))

        assert here.find("table", "t") is None

    def test_secrets_are_shared(self) -> None:
        here = scope()
        here.copy().set(Variable("k", "s3cret", hidden=True))

        assert here.secrets.mask("s3cret") == "(hidden)"


class TestMerging:
    def test_what_all_arms_agree_on_stays(self) -> None:
        here = scope()
        here.merge([scope(t="s1"), scope(t="s1")], unknown)

        assert here.tables["t"].step == "s1"

    def test_what_they_differ_in_is_unknown(self) -> None:
        here = scope()
        here.merge([scope(t="s1"), scope(t="s2")], unknown)

        assert here.tables["t"].step == "?"

    def test_an_arm_without_the_name_does_not_count(self) -> None:
        here = scope()
        here.merge([scope(t="s1"), scope()], unknown)

        assert here.tables["t"].step == "s1"

    def test_what_any_arm_wrote_may_be_there(self) -> None:
        here, arm = scope(), scope()
        arm.written["out"] = Definition("out", "s1", "written")
        here.merge([arm, scope()], unknown)

        assert here.writer_of("out/part") is not None


class TestKeeping:
    def test_names_of_steps_that_did_not_run_mean_what_they_did(self) -> None:
        before, after = scope(t="t", u="u"), scope(t="t_2", u="u", v="v")

        after.keeping(lambda step: step in ("t", "u"), before)

        assert {name: made.step for name, made in after.tables.items()} == {"t": "t", "u": "u"}


class TestWrittenPlaces:
    def test_a_file_below_a_written_folder_is_written(self) -> None:
        here = scope()
        here.written["out"] = Definition("out", "s", "written")

        assert here.writer_of("out/a.csv") is not None
        assert here.writer_of("out/") is not None
        assert here.writer_of("outer") is None


class TestStatements:
    SCRIPT = """
        select 1 as a as t; set x = "1";
        !if '''true'''; load csv.`a` as u; set y = "2"; !else; register KMeans.`m` as f; !fi;
        !for i in [1]; run t as DataSummary.`` as v; set z = "3"; !done;
    """

    def test_definitions_are_found_inside_branches_and_loops(self) -> None:
        found = set(definitions_in(parse(Source("a", self.SCRIPT)).statements))

        assert found == {("table", "t"), ("table", "u"), ("function", "f"), ("table", "v")}

    def test_so_are_variables(self) -> None:
        assert variables_set_in(parse(Source("a", self.SCRIPT)).statements) == {"x", "y", "z"}


class TestStepIds:
    def test_a_second_one_is_numbered_whatever_its_case(self) -> None:
        ids = StepIds()

        assert [ids.new("t"), ids.new("t"), ids.new("T")] == ["t", "t_2", "T_3"]

    def test_what_further_outputs_are_called_is_taken(self) -> None:
        ids = StepIds()
        ids.new("split", ["__b"])

        assert ids.new("split__b") == "split__b_2"
        assert ids.new("other", ["__b"]) == "other"
