"""``register``: a model becomes an SQL function."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor

from headrace.engines.sessions import ConnectTables
from headrace.errors import RunError
from headrace.graph.report import TextItem
from headrace.graph.schema import Column, Schema
from headrace.graph.signature import Signature
from headrace.models.artifact import Fitted, write_artifact
from headrace.models.model import FittedModel
from headrace.models.preparation import Preparation, Treatment
from headrace.models.store import ModelStore
from headrace.operators.base import FunctionValue
from headrace.operators.options import given
from headrace.operators.register import Register, register_operator
from headrace.runtime.fits import FitProcess
from tests.operators.models import ModelBench, model_desk, train_forest

INSTANT = pa.timestamp("us", "UTC")


def register(path: str = "churn", name: str = "RandomForest", **options: str | int) -> Register:
    return register_operator(name, given(options), given({"path": path})[0], "score").unwrap()


@pytest.fixture
def model_bench(tables: ConnectTables, fits: FitProcess, tmp_path: Path) -> ModelBench:
    return ModelBench(tables, fits, ModelStore(tmp_path / "models"), tmp_path)


@pytest.fixture
def churn(model_bench: ModelBench, tmp_path: Path) -> FittedModel:
    return model_bench.models.add(train_forest(tmp_path / "new"), "churn")  # type: ignore[return-value]


@pytest.mark.usefixtures("churn")
class TestRunning:
    PEOPLE = pa.table({"age": [70, 20], "city": ["Oslo", None]})

    def answers(self, bench: ModelBench, call: str) -> list[object]:
        bench.put(self.PEOPLE)
        query = f"select {call} as answer from table_rows order by age"
        answers: list[object] = bench.tables.collect(bench.tables.sql(query))["answer"].to_pylist()
        return answers

    def test_gives_probabilities_in_class_order(self, model_bench: ModelBench) -> None:
        made = model_bench.run(register())["function"]

        young, old = self.answers(model_bench, "score(age, city)")

        assert isinstance(made, FunctionValue)
        assert made.name == "score"
        assert isinstance(young, list)
        assert isinstance(old, list)
        assert (young[0], old[1]) == (1.0, pytest.approx(1.0))

    @pytest.mark.parametrize(
        ("output", "answers"), [("label", ["no", "yes"]), ("positive", [0.0, 1.0])]
    )
    def test_gives_what_output_asks_for(
        self, model_bench: ModelBench, output: str, answers: list[object]
    ) -> None:
        model_bench.run(register(output=output))

        assert self.answers(model_bench, "score(age, city)") == answers

    def test_works_inside_expressions_and_filters(self, model_bench: ModelBench) -> None:
        model_bench.run(register(output="positive"))

        assert self.answers(model_bench, "round(score(age + 0, upper(city)) * 100)") == [0, 100]

    def test_shows_how_to_call_it(self, model_bench: ModelBench) -> None:
        model_bench.run(register())

        assert model_bench.texts() == ["score(age, city) → array<double>: RandomForest churn@1"]
        assert all(isinstance(item, TextItem) for item in model_bench.items)

    def test_a_wrong_argument_says_which(self, model_bench: ModelBench) -> None:
        model_bench.run(register())

        with pytest.raises(RunError, match=r"column 'age' is string.*trained on bigint"):
            self.answers(model_bench, "score(city, city)")


class TestEveryKindOfColumn:
    """What the engine hands over need not have the Arrow type that training saw."""

    ROWS = pa.table(
        {
            "tiny": pa.array([1, 2, None], pa.int8()),
            "price": pa.array([Decimal("1.50"), None, Decimal("2.25")], pa.decimal128(10, 2)),
            "member": [True, None, False],
            "city": ["Oslo", None, "客户"],
            "born": [date(1980, 2, 29), None, date(2001, 1, 1)],
            "seen": pa.array([datetime(2026, 1, 2, 3, 4), None, datetime(1969, 5, 6)], INSTANT),
            "vector": [[1.0, 2.0], [3.0, 4.0], None],
            "spend": [1.0, 2.0, 4.0],
        }
    )

    @pytest.mark.parametrize("treatment", [Treatment(scale=True), Treatment("native", "native")])
    def test_scores_as_in_training(
        self, model_bench: ModelBench, tmp_path: Path, treatment: Treatment
    ) -> None:
        rows = self.ROWS
        columns = rows.column_names[:-1]
        preparation = Preparation.fit(rows, columns, treatment)
        matrix = preparation.transform([rows[name] for name in columns])
        estimator = HistGradientBoostingRegressor(min_samples_leaf=1).fit(matrix, rows["spend"])
        fitted = Fitted("GBTRegressor", "regress", estimator, preparation)
        write_artifact(tmp_path / "new", fitted, rows)
        model = model_bench.models.add(tmp_path / "new", "spend")
        model_bench.run(register("spend", "GBTRegressor"))
        model_bench.put(rows)

        query = (
            f"select spend, score({', '.join(columns)}) as answer from table_rows order by spend"
        )
        answers = model_bench.tables.collect(model_bench.tables.sql(query))

        assert answers["answer"].to_pylist() == model.predict(rows)["prediction"].to_pylist()
        assert (
            model.signature.inputs.columns
            == model_bench.tables.schema(model_bench.frame()).columns[:-1]
        )


class TestChecking:
    def test_the_function_is_known_by_its_one_column(
        self, churn: FittedModel, model_bench: ModelBench
    ) -> None:
        desk = model_desk(model_bench.models)
        operator = register(output="positive")

        assert list(operator.check(desk)) == []
        known = operator.knowledge(desk)["function"]
        assert isinstance(known, Signature)
        assert known.inputs == churn.signature.inputs
        assert known.outputs == Schema((Column("score", "double"),))

    def test_an_output_that_the_model_lacks_is_a_problem(self, model_bench: ModelBench) -> None:
        regression = Signature("regress", Schema.of(size="int"), Schema.of(prediction="double"))
        desk = model_desk(model_bench.models, model=regression)

        problems = list(register(output="positive").check(desk))

        assert [problem.message for problem in problems] == [
            "output 'positive' needs a classifier, and this model is a regression"
        ]

    def test_an_unknown_model_is_a_problem(self, model_bench: ModelBench) -> None:
        problems = list(register("nothing").check(model_desk(model_bench.models)))

        assert [problem.code for problem in problems] == ["unknown-model"]

    def test_offline_knows_nothing_of_the_store(self, model_bench: ModelBench) -> None:
        desk = model_desk(model_bench.models, offline=True)

        assert list(register().check(desk)) == []
        assert register().knowledge(desk) == {"function": None}


class TestBinding:
    def test_an_unknown_output_is_a_problem(self) -> None:
        bound = register_operator("KMeans", given({"output": "best"}), given({"path": "m"})[0], "f")

        assert [problem.code for problem in bound.problems] == ["option-value"]
