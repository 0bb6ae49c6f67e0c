"""Types of queries over empty tables, and refusals in our words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from headrace.engines.embedded import EmbeddedAnalyzer, EmbeddedEngine
from headrace.errors import CheckError
from headrace.graph import Schema

ORDERS = Schema.of(id="bigint", name="string", price="double", tags="array<string>")


@pytest.fixture(scope="module")
def analyzer(engine: EmbeddedEngine) -> Iterator[EmbeddedAnalyzer]:
    analyzer = EmbeddedAnalyzer(engine.session())
    yield analyzer
    analyzer.close()


class TestQuerySchema:
    def test_it_gives_names_and_types(self, analyzer: EmbeddedAnalyzer) -> None:
        schema = analyzer.query_schema(
            "select id, price * 2 as twice, tags from orders", {"orders": ORDERS}
        )

        assert {c.name: c.type for c in schema} == {
            "id": "bigint",
            "twice": "double",
            "tags": "array<string>",
        }

    @pytest.mark.parametrize(
        "type_name",
        ["decimal(10,2)", "timestamp", "timestamp_ntz", "date", "boolean", "binary", "float",
         "tinyint", "smallint", "map<string,int>", "struct<a:int,b:array<string>>", "void"],
    )  # fmt: skip
    def test_every_type_comes_back(self, analyzer: EmbeddedAnalyzer, type_name: str) -> None:
        schema = analyzer.query_schema("select c from t", {"t": Schema.of(c=type_name)})

        assert schema.columns[0].type == type_name

    def test_a_table_may_change_its_columns_between_queries(
        self, analyzer: EmbeddedAnalyzer
    ) -> None:
        analyzer.query_schema("select a from t", {"t": Schema.of(a="int")})

        schema = analyzer.query_schema("select b from t", {"t": Schema.of(b="string")})

        assert schema.names == ("b",)

    def test_a_table_of_an_earlier_query_is_unknown(self, analyzer: EmbeddedAnalyzer) -> None:
        analyzer.query_schema("select a from earlier", {"earlier": Schema.of(a="int")})

        with pytest.raises(CheckError, match="unknown table 'earlier'"):
            analyzer.query_schema("select a from earlier", {})

    def test_comments_and_parentheses_may_come_first(self, analyzer: EmbeddedAnalyzer) -> None:
        schema = analyzer.query_schema("-- note\n/* more */ ((select 1 as a))", {})

        assert schema.names == ("a",)

    def test_what_is_no_query_is_never_run(self, analyzer: EmbeddedAnalyzer) -> None:
        with pytest.raises(CheckError, match="not a query"):
            analyzer.query_schema("create table made as select 1 as a", {})

    def test_a_function_is_typed_by_its_stub(self, analyzer: EmbeddedAnalyzer) -> None:
        analyzer.register_stub_function("churn", ["double", "string"], "array<double>")

        schema = analyzer.query_schema("select churn(price, name) as p from t", {"t": ORDERS})

        assert schema.columns[0].type == "array<double>"

    def test_a_stub_may_be_called_with_constants(self, analyzer: EmbeddedAnalyzer) -> None:
        analyzer.register_stub_function("scale", ["double"], "double")

        assert analyzer.query_schema("select scale(1.0D) as s", {}).columns[0].type == "double"


REFUSALS = {
    "select nope from orders": ("unknown-column", "unknown column 'nope'"),
    "select orders.nope from orders": ("unknown-column", "unknown column 'orders.nope'"),
    "select 1 from nowhere": ("unknown-table", "unknown table 'nowhere'"),
    "select nope(id) from orders": ("unknown-function", "the engine has no function 'nope'"),
    "select id + tags from orders": ("type-mismatch", "cannot calculate bigint + array<string>"),
    "select id = tags from orders": ("type-mismatch", "cannot compare bigint = array<string>"),
    "select name and true from orders": ("type-mismatch", "string and boolean have no common type"),
    "select id from orders where name": ("type-mismatch", "a condition is a string, not a boolean"),
    "select id from orders union select tags from orders": (
        "type-mismatch",
        "bigint and array<string> have no common type",
    ),
    "select id from orders union select id, name from orders": (
        "column-count",
        "the two sides of a union, intersect or except have 1 and 2 columns",
    ),
    "select id, sum(price) from orders": (
        "ungrouped-column",
        "a column is neither grouped nor inside an aggregate",
    ),
    "select upper(name, 1) from orders": (
        "arguments",
        "a function has a wrong number of arguments",
    ),
    "select avg(tags) from orders": (
        "arguments",
        "the function avg does not take arguments of these types or number",
    ),
    "select lag(id) from orders": ("arguments", "lag is a window function"),
    "select explode(id) from orders": ("type-mismatch", "explode takes an array or a map"),
    "select length(tags) from orders": (
        "type-mismatch",
        "the function length does not take a array<string>",
    ),
    "select a.id from orders a join orders b on a.id = b.id where id = 1": (
        "ambiguous-column",
        "the column 'id' is ambiguous: several of the tables have it",
    ),
    "select 1/0": ("division-by-zero", "division by zero"),
    "select cast('abc' as int)": ("cast", "the text 'abc' is not a int"),
    "select id from orders group by": ("syntax", "the query ends too soon"),
    "select id fro orders": ("syntax", "unexpected 'orders'"),
}


@pytest.mark.parametrize("sql", REFUSALS)
def test_a_refusal_is_in_our_words(analyzer: EmbeddedAnalyzer, sql: str) -> None:
    with pytest.raises(CheckError) as caught:
        analyzer.query_schema(sql, {"orders": ORDERS})

    problem = caught.value.problems[0]
    assert (problem.code, problem.message) == REFUSALS[sql]
