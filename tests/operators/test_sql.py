"""SQL steps: their ports, the text that the engine gets, and what they give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

import pyarrow as pa
import pytest

from headrace.engines.embedded import EmbeddedEngine
from headrace.engines.sessions import ConnectTables
from headrace.errors import HeadraceError
from headrace.graph import Schema
from headrace.graph.ports import MODEL, TABLE
from headrace.graph.signature import Signature, Task
from headrace.models.protocols import OpenModel
from headrace.operators.base import Context, FunctionValue, Inputs
from headrace.operators.sql import SqlCommand, SqlQuery
from headrace.operators.sql_check import function_type


@dataclass(frozen=True)
class KnownModel:
    """A model as far as SQL asks: the columns that it takes."""

    signature: Signature


@dataclass(frozen=True)
class SqlInputs:
    """Views and functions under the names that the engine knows them by."""

    views: Mapping[str, str]
    functions: Mapping[str, FunctionValue]

    def has(self, port: str) -> bool:
        return port in self.views or port in self.functions

    def view(self, port: str = "table") -> str:
        return self.views[port]

    def function(self, port: str) -> FunctionValue:
        return self.functions[port]


@dataclass(frozen=True)
class SqlContext:
    tables: ConnectTables


def inputs(functions: Mapping[str, FunctionValue] | None = None, **views: str) -> Inputs:
    return cast("Inputs", SqlInputs(views, functions or {}))


def model(*columns: str) -> OpenModel:
    signature = Signature("regress", Schema.of(**dict.fromkeys(columns, "bigint")), Schema())
    return cast("OpenModel", KnownModel(signature))


@pytest.fixture(scope="module")
def tables() -> Iterator[ConnectTables]:
    with EmbeddedEngine() as engine:
        tables = engine.session()
        tables.create_view("orders_2", tables.from_arrow(pa.table({"id": [1, 2], "n": [10, 20]})))
        yield tables


class TestPorts:
    def test_one_for_each_table_and_each_registered_function(self) -> None:
        query = SqlQuery.reading(
            "select churn(*), upper(a) from Orders join b using (id) join orders",
            ["Churn", "other"],
        )

        assert [(port.name, port.type, port.optional) for port in query.inputs()] == [
            ("Orders", TABLE, True),
            ("b", TABLE, True),
            ("churn()", MODEL, True),
        ]

    def test_a_command_gives_no_table(self) -> None:
        command = SqlCommand.reading("insert into s select * from t")

        assert [port.name for port in command.inputs()] == ["t"]
        assert command.outputs() == ()

    def test_text_that_is_no_sql_is_refused_with_its_place(self) -> None:
        with pytest.raises(HeadraceError, match="unexpected 'b'"):
            SqlQuery.reading("select a from t x b")


class TestRun:
    def test_tables_are_found_under_the_names_of_their_views(self, tables: ConnectTables) -> None:
        query = SqlQuery.reading(
            "select orders.id, Orders.n * 2 as m from Orders where ORDERS.n > 10"
        )

        frame = query.run(inputs(Orders="orders_2"), cast("Context", SqlContext(tables)))["table"]

        assert tables.collect(frame).to_pylist() == [{"id": 2, "m": 40}]  # type: ignore[arg-type]

    def test_a_star_call_passes_the_models_columns_by_name(self, tables: ConnectTables) -> None:
        def total(a: pa.Array, b: pa.Array) -> pa.Array:
            return pa.array(
                [100 * x + y for x, y in zip(a.to_pylist(), b.to_pylist(), strict=True)]
            )

        tables.register_function("score_2", total, ["bigint", "bigint"], "bigint")
        query = SqlQuery.reading("select score(*) as s, score(o.*) as t from orders o", ["score"])
        functions = {"score()": FunctionValue("score_2", model("n", "id"))}

        frame = query.run(
            inputs(functions, orders="orders_2"), cast("Context", SqlContext(tables))
        )["table"]

        rows = tables.collect(frame).to_pylist()  # type: ignore[arg-type]
        assert sorted(row["s"] for row in rows) == [1001, 2002]
        assert all(row["s"] == row["t"] for row in rows)

    def test_what_is_not_linked_keeps_its_name(self) -> None:
        command = SqlCommand.reading("insert into db.s select * from other join orders")

        assert command.lowered(inputs(orders="orders_2")) == (
            "insert into db.s select * from other join orders_2 as orders"
        )


class TestFunctionType:
    @pytest.mark.parametrize(
        ("task", "expected"),
        [("classify", "array<double>"), ("regress", "double"), ("cluster", "int")],
    )
    def test_a_models_default_output(self, task: Task, expected: str) -> None:
        both = Schema.of(prediction="string", probability="array<double>")

        assert function_type(Signature(task, Schema(), both)) == expected

    def test_a_registered_functions_only_output(self) -> None:
        signature = Signature("classify", Schema(), Schema.of(churn="string"))

        assert function_type(signature) == "string"
