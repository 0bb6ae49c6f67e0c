"""``predict``: a table with what a model says of each row."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pyarrow as pa
import pytest

from headrace.engines.sessions import ConnectTables
from headrace.errors import HeadraceError, ModelError
from headrace.graph.schema import Schema
from headrace.graph.signature import Signature
from headrace.models.model import FittedModel
from headrace.models.store import ModelStore
from headrace.operators.options import given
from headrace.operators.predict import Predict, predict_operator
from headrace.runtime.fits import FitProcess
from tests.operators.models import ModelBench, model_desk, train_forest


def predict(path: str = "churn", name: str = "RandomForest", **options: str | int) -> Predict:
    return predict_operator(name, given(options), given({"path": path})[0]).unwrap()


@pytest.fixture
def people() -> pa.Table:
    return pa.table({"id": [1, 2], "City": ["Oslo", "Rome"], "age": pa.array([70, 20], pa.int32())})


@pytest.fixture
def model_bench(tables: ConnectTables, fits: FitProcess, tmp_path: Path) -> ModelBench:
    return ModelBench(tables, fits, ModelStore(tmp_path / "models"), tmp_path)


@pytest.fixture
def churn(model_bench: ModelBench, tmp_path: Path) -> FittedModel:
    """A forest that learned: 50 and older churn."""
    return model_bench.models.add(train_forest(tmp_path / "new"), "churn")  # type: ignore[return-value]


@pytest.mark.usefixtures("churn")
class TestRunning:
    def test_adds_label_and_probability(self, model_bench: ModelBench, people: pa.Table) -> None:
        result = model_bench.put(people).table(predict())

        assert result.column_names == ["id", "City", "age", "prediction", "probability"]
        assert dict(
            zip(*map(pa.ChunkedArray.to_pylist, (result["id"], result["prediction"])), strict=True)
        ) == {
            1: "yes",
            2: "no",
        }
        assert result.schema.field("probability").type.value_type == pa.float64()

    def test_takes_the_place_of_columns_of_the_same_name(
        self, model_bench: ModelBench, people: pa.Table
    ) -> None:
        older = people.add_column(0, "Prediction", pa.array([0, 0]))

        result = model_bench.put(older).table(predict())

        assert result.column_names == ["prediction", "id", "City", "age", "probability"]
        assert set(result["prediction"].to_pylist()) == {"yes", "no"}

    def test_scores_nothing_before_somebody_reads(
        self, model_bench: ModelBench, people: pa.Table, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from headrace.models import model as module

        frame = model_bench.put(people).run(predict())["table"]
        monkeypatch.setattr(module, "loaded", lambda *_: 1 / 0)

        model_bench.tables.create_view("predicted", frame)  # type: ignore[arg-type]
        ages = model_bench.tables.collect(model_bench.tables.sql("select age from predicted"))

        assert ages.num_rows == 2

    def test_a_model_of_this_script_needs_no_store(
        self, model_bench: ModelBench, people: pa.Table, tmp_path: Path
    ) -> None:
        artifact = train_forest(tmp_path / "run-only")
        model_bench.open_models["model"] = model_bench.models.open_artifact(artifact, "run-only")

        result = model_bench.put(people).table(predict(""))

        assert result.num_rows == 2

    def test_a_version_is_the_stores_even_beside_a_link(
        self, model_bench: ModelBench, people: pa.Table
    ) -> None:
        operator = predict(modelVersion=1)

        assert [port.name for port in operator.inputs()] == ["table"]
        assert model_bench.put(people).table(operator).num_rows == 2

    def test_no_rows_give_no_rows(self, model_bench: ModelBench, people: pa.Table) -> None:
        result = model_bench.put(people.slice(0, 0)).table(predict())

        assert result.num_rows == 0
        assert result.column_names[-2:] == ["prediction", "probability"]

    def test_another_algorithms_name_is_refused_with_the_right_one(
        self, model_bench: ModelBench, people: pa.Table
    ) -> None:
        with pytest.raises(ModelError, match="'churn' is a RandomForest, not a KMeans") as caught:
            model_bench.put(people).run(predict(name="KMeans"))

        assert caught.value.hint == "write RandomForest.`churn`"

    def test_missing_and_unfit_columns_are_all_named(self, model_bench: ModelBench) -> None:
        table = {"age": ["old"]}

        with pytest.raises(ModelError) as caught:
            model_bench.put(table).run(predict())

        messages = [problem.message for problem in caught.value.problems]
        assert messages == [
            "the model 'churn@1' reads the column city, which the table lacks",
            "the model 'churn@1' was trained with age as bigint, and the table has it as string",
        ]

    def test_an_unknown_model_has_the_nearest_as_hint(
        self, model_bench: ModelBench, people: pa.Table
    ) -> None:
        with pytest.raises(ModelError, match="no model 'chrun'") as caught:
            model_bench.put(people).run(predict("chrun"))

        assert caught.value.hint == "did you mean 'churn'? Models: churn"


class TestChecking:
    PEOPLE = Schema.of(id="bigint", city="string", age="int")

    def test_a_fitting_table_has_no_problem(
        self, churn: FittedModel, model_bench: ModelBench
    ) -> None:
        desk = model_desk(model_bench.models, table=self.PEOPLE)

        assert list(predict().check(desk)) == []
        assert predict().knowledge(desk)["table"] == self.PEOPLE.with_columns(
            *churn.signature.outputs
        )

    @pytest.mark.usefixtures("churn")
    def test_missing_and_unfit_columns_are_problems(self, model_bench: ModelBench) -> None:
        desk = model_desk(model_bench.models, table=Schema.of(age="string"))

        problems = list(predict().check(desk))

        assert [problem.code for problem in problems] == ["unknown-column", "type"]
        assert problems[1].hint == "cast it: cast(age as bigint)"

    @pytest.mark.usefixtures("churn")
    def test_another_algorithms_name_is_a_problem(self, model_bench: ModelBench) -> None:
        desk = model_desk(model_bench.models, table=self.PEOPLE)

        problems = list(predict(name="KMeans").check(desk))

        assert [(problem.code, problem.hint) for problem in problems] == [
            ("algorithm", "write RandomForest.`churn`")
        ]

    def test_an_unknown_model_is_a_problem(self, model_bench: ModelBench) -> None:
        problems = list(predict().check(model_desk(model_bench.models, table=self.PEOPLE)))

        assert [problem.code for problem in problems] == ["unknown-model"]

    def test_a_linked_model_is_not_sought_in_the_store(self, model_bench: ModelBench) -> None:
        desk = model_desk(model_bench.models, table=self.PEOPLE, model=None)

        assert list(predict().check(desk)) == []
        assert predict().knowledge(desk) == {"table": None}

    def test_a_linked_models_signature_is_used(self, model_bench: ModelBench) -> None:
        signature = Signature(
            "regress", Schema.of(size="double"), Schema.of(prediction="double"), algorithm="Other"
        )
        desk = model_desk(model_bench.models, table=self.PEOPLE, model=signature)

        problems = list(predict().check(desk))

        assert [problem.code for problem in problems] == ["algorithm"]

    def test_offline_asks_nobody(self, model_bench: ModelBench) -> None:
        desk = model_desk(model_bench.models, table=self.PEOPLE, offline=True)

        assert list(predict().check(desk)) == []

    def test_an_empty_path_without_a_training_is_a_problem(self, model_bench: ModelBench) -> None:
        desk = model_desk(model_bench.models, table=self.PEOPLE)

        assert [problem.code for problem in predict("").check(desk)] == ["unknown-model"]

    @pytest.mark.usefixtures("churn")
    def test_options_of_older_scripts_without_effect_are_warned_of(
        self, model_bench: ModelBench
    ) -> None:
        desk = model_desk(model_bench.models, table=self.PEOPLE)
        operator = predict(algIndex=0, autoSelectByMetric="f1")

        problems = list(operator.check(desk))

        assert [problem.severity for problem in problems] == ["warning", "warning"]


class TestBinding:
    def test_the_path_loses_its_outer_slashes(self) -> None:
        assert predict("/tmp/rf").reference == "tmp/rf"

    def test_an_alias_means_its_algorithm(self) -> None:
        assert predict(name="randomforestclassifier").algorithm == "RandomForest"

    def test_an_unknown_option_is_a_problem(self) -> None:
        bound = predict_operator("KMeans", given({"modelVersoin": 1}), given({"path": "m"})[0])

        assert [problem.code for problem in bound.problems] == ["unknown-option"]
        assert "model_version" in (bound.problems[0].hint or "")

    def test_a_version_that_is_none_is_refused(self) -> None:
        with pytest.raises(HeadraceError, match="modelVersion"):
            predict(modelVersion=0)

    def test_a_wide_table_streams_in_order(
        self, model_bench: ModelBench, churn: FittedModel
    ) -> None:
        rows = pa.table(
            {"age": [20 + i % 60 for i in range(20_000)], "city": ["Oslo", "Rome"] * 10_000}
        )

        result = model_bench.put(rows).table(predict())

        wanted = churn.predict(result.select(["age", "city"]))
        assert result["prediction"].to_pylist() == wanted["prediction"].to_pylist()
        assert cast("int", result.num_rows) == 20_000
