"""Rewrites by offsets: pairs in text, and both sides of each are run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from headrace.engines.embedded import EmbeddedEngine
from headrace.engines.sessions import ConnectTables
from headrace.queries import FunctionCall, expand_star_call, rename, rewrite

VIEWS = {"orders": "orders_2", "客户": "kunden"}
SAME = {"orders": "orders"}
"""Sail tells the case of tables, Spark and we do not."""


def pairs() -> Iterator[tuple[str, str, str]]:
    """Title, text before and text after."""
    text = Path(__file__).parent.joinpath("rewrites", "tables.txt").read_text("utf-8")
    for pair in text.split("=== ")[1:]:
        head, _, after = pair.partition("\n---\n")
        title, _, before = head.partition("\n")
        yield title, before.strip(), after.strip()


PAIRS = tuple(pairs())


@pytest.fixture(scope="module")
def tables() -> Iterator[ConnectTables]:
    """The same rows under the old names and under the new."""
    with EmbeddedEngine() as engine:
        tables = engine.session()
        orders = tables.from_arrow(pa.table({"id": [1, 2, 3], "amount": [1.0, 2.0, 3.0]}))
        customers = tables.from_arrow(pa.table({"id": [2, 3], "name": ["b", "c"]}))
        for name in ("orders", "orders_2"):
            tables.create_view(name, orders)
        for name in ("客户", "kunden"):
            tables.create_view(name, customers)
        yield tables


class TestRename:
    @pytest.mark.parametrize(
        ("before", "after"), [pair[1:] for pair in PAIRS], ids=[p[0] for p in PAIRS]
    )
    def test_only_tables_change(self, before: str, after: str) -> None:
        assert rename(before, VIEWS) == after

    @pytest.mark.parametrize(
        ("before", "after"), [pair[1:] for pair in PAIRS], ids=[p[0] for p in PAIRS]
    )
    def test_both_texts_give_the_same_rows(
        self, before: str, after: str, tables: ConnectTables
    ) -> None:
        def rows(sql: str) -> list[str]:
            return sorted(
                map(str, tables.collect(tables.sql(rewrite(sql, tables=SAME))).to_pylist())
            )

        assert rows(before) == rows(after)

    def test_a_name_that_is_the_same_changes_nothing(self) -> None:
        assert rename("select id from orders", {"orders": "orders"}) == "select id from orders"

    def test_a_qualified_name(self) -> None:
        renamed = rename("select o.id from sales.orders o", {"sales.orders": "sales_orders"})

        assert renamed == "select o.id from sales_orders o"


class TestExpandStarCall:
    def test_star_becomes_the_named_columns(self) -> None:
        text = expand_star_call(
            "select churn(*) as p, count(*) from t", {"churn": ["age", "客户 id"]}
        )

        assert text == "select churn(age, `客户 id`) as p, count(*) from t"

    def test_a_qualified_star_keeps_its_qualifier(self) -> None:
        text = expand_star_call("select CHURN(`t`.*) from t", {"churn": ["age", "income"]})

        assert text == "select CHURN(t.age, t.income) from t"

    def test_a_call_with_arguments_stays(self) -> None:
        text = "select churn(a, b) from t"

        assert expand_star_call(text, {"churn": ["age", "income"]}) == text


class TestRewrite:
    def test_a_function_under_another_name(self) -> None:
        text = rewrite(
            "select Churn(*) from t", functions={"churn": FunctionCall("churn_2", ("a",))}
        )

        assert text == "select churn_2(a) from t"

    def test_a_function_as_its_type_keeps_its_arguments(self, tables: ConnectTables) -> None:
        call = FunctionCall("churn", ("id", "amount"), "array<double>")
        text = rewrite(
            "select churn(*)[0] as p, churn(id, (amount + 1)) as q from orders",
            functions={"churn": call},
        )

        assert tables.schema(tables.sql(text)).ddl() == "`p` double, `q` array<double>"

    def test_everything_at_once(self) -> None:
        text = rewrite(
            "select f(*), x.f(1) from orders x /* f(orders) */",
            tables={"ORDERS": "orders_2"},
            functions={"F": FunctionCall("f_3", ("id",))},
        )

        assert text == "select f_3(id), x.f_3(1) from orders_2 x /* f(orders) */"
