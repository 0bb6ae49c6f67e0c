"""Checking block after block, what is remembered between them, and the order of problems."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from headrace.checks import Checker, CheckServices
from headrace.checks.analysis import RememberingAnalyzer
from headrace.checks.pipeline import in_order
from headrace.checks.site import StepSite
from headrace.errors import Problem
from headrace.graph import Link, MappedText, Origin, Pipeline, Schema, Source, Step
from headrace.graph.protocols import Analyzer
from headrace.operators.base import Knowledge
from headrace.operators.carried import Carried
from headrace.operators.sql import SqlQuery
from tests.checks.cases import Offline, script


@dataclass
class CountingAnalyzer:
    """Gives one schema to all, and counts the questions."""

    schema: Schema
    asked: list[str] = field(default_factory=list)

    def query_schema(self, sql: str, tables: object) -> Schema:
        self.asked.append(sql)
        return self.schema


def services(analyzer: object = None) -> CheckServices:
    return Offline(cast("Analyzer", analyzer or CountingAnalyzer(Schema.of(id="bigint"))))


class TestChecker:
    def test_each_query_is_analysed_once(self) -> None:
        analyzer = CountingAnalyzer(Schema.of(id="bigint"))
        checker = Checker(services(analyzer))

        checker.add(script("t: id bigint", "select id from t as a; select id from a as b;"))

        assert len(analyzer.asked) == 2

    def test_a_later_block_knows_what_an_earlier_one_made(self) -> None:
        checker = Checker(services())
        checker.add(script("t: id bigint", "select id from t as a;"))
        carried = Step("a", Carried(ports=(("table", "table"),)))
        query = Step("b", SqlQuery.reading("select nr from a"), (Link("a", "a", "table"),))

        found = checker.add(Pipeline((carried, query)))

        assert [problem.message for problem in found] == ["unknown column 'nr' in 'a'"]
        assert checker.knowledge("a", "table") == Schema.of(id="bigint")

    def test_a_table_read_in_a_later_block_is_used(self) -> None:
        checker = Checker(services())
        checker.add(script("t: id bigint", "select id from t as a;"))
        carried = Step("a", Carried(ports=(("table", "table"),)))
        query = Step("b", SqlQuery.reading("select id from a"), (Link("a", "a", "table"),))
        checker.add(Pipeline((carried, query)))

        assert checker.result().problems == ()

    def test_a_table_that_a_wrong_statement_may_mean_is_not_called_unused(self) -> None:
        checker = Checker(services())
        checker.add(
            script(
                "t: id bigint", "select id from t as orders; select id from t as x; select 1 as o;"
            )
        )
        checker.mention(["select", "from", "ordres"])

        assert [p.message for p in checker.result().warnings] == ["nothing reads the table 'x'"]


class TestRememberingAnalyzer:
    def test_other_schemas_are_another_question(self) -> None:
        analyzer = CountingAnalyzer(Schema())
        remembering = RememberingAnalyzer(cast("Analyzer", analyzer))

        for schema in (Schema.of(a="int"), Schema.of(a="int"), Schema.of(a="string")):
            remembering.query_schema("select a from t", {"t": schema})

        assert len(analyzer.asked) == 2


class TestOrder:
    def test_problems_come_in_the_order_of_the_text(self) -> None:
        source = Source("a", "0123456789")
        late, early = Problem("late", source.span(7, 8)), Problem("early", source.span(2, 3))

        assert in_order([late, Problem("nowhere"), early]) == (early, late, Problem("nowhere"))

    def test_an_included_text_stands_where_it_was_included(self) -> None:
        main = Source("main", "0123456789")
        included = Source("part", "x" * 100, caller=main.span(5, 6))
        before, inside, after = (
            Problem("before", main.span(4, 5)),
            Problem("inside", included.span(90, 91)),
            Problem("after", main.span(6, 7)),
        )

        assert in_order([after, inside, before]) == (before, inside, after)

    def test_what_a_loop_repeats_is_told_once(self) -> None:
        span = Source("a", "0123").span(1, 2)

        assert in_order([Problem("p", span), Problem("p", span)]) == (Problem("p", span),)


class TestSite:
    def site(self, text: str) -> StepSite:
        source = Source("script", f"train t as X where features = '{text}';")
        start = source.text.index(text)
        origin = Origin(
            source.whole, {"features": MappedText.copy_of(source.span(start, start + len(text)))}
        )
        step = Step(
            "s", SqlQuery(sql="select 1", tables=("table",)), (Link("table", "t", "table"),),
            origin=origin,
        )  # fmt: skip
        known: dict[tuple[str, str], Knowledge] = {
            ("t", "table"): Schema.of(age="int", income="double")
        }
        return StepSite(step, services(), known, services().analyzer)

    def test_a_column_is_marked_inside_the_list_that_names_it(self) -> None:
        problem = self.site("age, incom, ag").column_problem("ag", "features")

        assert problem is not None
        assert problem.span is not None
        assert (problem.span.label, problem.message) == (
            "script:1:44",
            "unknown column 'ag' in 't'",
        )
        assert problem.hint == "did you mean 'age'? Columns: age, income"

    def test_a_column_that_exists_is_no_problem_whatever_its_case(self) -> None:
        assert self.site("AGE").column_problem("AGE", "features") is None

    def test_unknown_columns_are_no_problem(self) -> None:
        assert self.site("x").column_problem("x", "features", port="other") is None
