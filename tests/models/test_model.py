"""An open model predicts tables and becomes a function that travels."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from headrace.errors import ModelError
from headrace.graph.signature import FunctionOutput
from headrace.models import model as model_module
from headrace.models.artifact import Fitted, Loaded, load_artifact, write_artifact
from headrace.models.model import FittedModel, ServedFunction, loaded
from headrace.models.preparation import Preparation
from tests.models.conftest import FEATURES

Opener = Callable[[str], FittedModel]


@pytest.fixture
def opened(fitted: dict[str, Fitted], rows: pa.Table, tmp_path: Path) -> Opener:
    def open_family(family: str) -> FittedModel:
        directory = tmp_path / family
        return FittedModel(family, directory, write_artifact(directory, fitted[family], rows))

    return open_family


class TestPredict:
    def test_a_classifier_gives_label_and_probability(self, opened: Opener, rows: pa.Table) -> None:
        predicted = opened("LogisticRegression").predict(rows)

        assert predicted.schema.field("prediction").type == pa.string()
        assert predicted.schema.field("probability").type == pa.list_(pa.float64())
        likeliest = np.array(predicted["probability"].to_pylist()).argmax(axis=1)
        assert predicted["prediction"].to_pylist() == [["no", "yes"][code] for code in likeliest]

    def test_labels_keep_their_type(self, opened: Opener, rows: pa.Table) -> None:
        predicted = opened("HistGradientBoostingClassifier").predict(rows)

        assert predicted["prediction"].type == rows["tier"].type
        assert set(predicted["prediction"].to_pylist()) <= {10, 20, 30}

    @pytest.mark.parametrize("family", ["multinomial", "KMeans"])
    def test_a_row_with_an_infinity_gets_no_label(
        self, opened: Opener, rows: pa.Table, family: str
    ) -> None:
        three = rows.slice(0, 3)
        broken = three.set_column(1, "income", pa.array([40.0, float("inf"), None]))

        predicted = opened(family).predict(broken)["prediction"]

        assert [value is None for value in predicted.to_pylist()] == [False, True, False]

    def test_a_regression_gives_a_number(self, opened: Opener, rows: pa.Table) -> None:
        predicted = opened("LinearRegression").predict(rows)

        known = rows["income"].is_valid().to_numpy()
        error = predicted["prediction"].to_numpy() - rows["spend"].to_numpy()
        assert predicted.column_names == ["prediction"]
        assert np.abs(error[known]).mean() < 2

    def test_a_clustering_gives_number_and_distance(self, opened: Opener, rows: pa.Table) -> None:
        predicted = opened("KMeans").predict(rows)

        assert predicted.schema.types == [pa.int32(), pa.float64()]
        assert min(predicted["distance"].to_pylist()) >= 0

    def test_columns_are_found_by_name_whatever_order_and_case(
        self, opened: Opener, rows: pa.Table
    ) -> None:
        model = opened("Ridge")
        shuffled = rows.select(["city", "spend", "income", "member", "age"])
        shouted = shuffled.rename_columns([name.upper() for name in shuffled.column_names])

        assert model.predict(shouted).equals(model.predict(rows))

    def test_a_batch_is_as_good_as_a_table(self, opened: Opener, rows: pa.Table) -> None:
        model = opened("Ridge")

        assert model.predict(rows.to_batches()[0]).equals(model.predict(rows))

    def test_no_rows_give_no_rows(self, opened: Opener, rows: pa.Table) -> None:
        predicted = opened("HistGradientBoostingClassifier").predict(rows.slice(0, 0))

        assert (predicted.num_rows, predicted.num_columns) == (0, 2)

    def test_missing_columns_are_all_named(self, opened: Opener, rows: pa.Table) -> None:
        with pytest.raises(ModelError, match="needs the columns age, city"):
            opened("Ridge").predict(rows.drop_columns(["age", "city"]))

    def test_skipped_rows_have_no_prediction(
        self, fitted: dict[str, Fitted], rows: pa.Table, tmp_path: Path
    ) -> None:
        made = fitted["LogisticRegression"]
        strict = Preparation.fit(rows, FEATURES, replace(made.preparation.treatment, unseen="skip"))
        model = replace(made, preparation=strict)
        opened = FittedModel("m", tmp_path / "m", write_artifact(tmp_path / "m", model, rows))
        unseen = rows.slice(0, 2).set_column(3, "city", pa.array(["Rome", "Atlantis"]))

        predicted = opened.predict(unseen)

        assert predicted["prediction"].is_valid().to_pylist() == [True, False]
        assert predicted["probability"].is_valid().to_pylist() == [True, False]


class TestFunction:
    @pytest.mark.parametrize(
        ("family", "output", "type_name", "arrow"),
        [
            ("LogisticRegression", "default", "array<double>", pa.list_(pa.float64())),
            ("LogisticRegression", "positive", "double", pa.float64()),
            ("LogisticRegression", "label", "string", pa.string()),
            ("RandomForestRegressor", "default", "double", pa.float64()),
            ("KMeans", "default", "int", pa.int32()),
        ],
    )
    def test_returns_what_it_promises(
        self,
        opened: Opener,
        rows: pa.Table,
        family: str,
        output: FunctionOutput,
        type_name: str,
        arrow: pa.DataType,
    ) -> None:
        made = opened(family).function(output)

        answer = made.function(*(rows[name].combine_chunks() for name in made.argument_names))

        assert (made.return_type, answer.type) == (type_name, arrow)
        assert made.argument_names == FEATURES
        assert made.argument_types == ("bigint", "double", "boolean", "string")

    def test_positive_is_the_last_probability(self, opened: Opener, rows: pa.Table) -> None:
        model = opened("LogisticRegression")
        arrays = [rows[name].combine_chunks() for name in FEATURES]

        positive = model.function("positive").function(*arrays).to_pylist()

        assert positive == [pair[1] for pair in model.predict(rows)["probability"].to_pylist()]

    def test_the_predictor_returns_every_column_as_one_struct(
        self, opened: Opener, rows: pa.Table
    ) -> None:
        model = opened("LogisticRegression")
        made = model.predictor()

        answer = made.function(*(rows[name].combine_chunks() for name in FEATURES))

        assert made.return_type == "struct<prediction:string,probability:array<double>>"
        assert pa.Table.from_struct_array(answer).equals(model.predict(rows))

    def test_travels_as_place_and_digest_alone(self, opened: Opener, rows: pa.Table) -> None:
        made = opened("RandomForestClassifier").function()

        content = pickle.dumps(made.function)

        arrays = [rows[name].combine_chunks() for name in FEATURES]
        assert len(content) < 1000
        assert pickle.loads(content)(*arrays).equals(made.function(*arrays))

    def test_answers_the_same_in_another_process(
        self, opened: Opener, rows: pa.Table, tmp_path: Path
    ) -> None:
        served = opened("RandomForestClassifier").function("positive").function
        (tmp_path / "served").write_bytes(pickle.dumps(served))
        with pa.ipc.new_file(tmp_path / "rows.arrow", rows.schema) as file:
            file.write_table(rows)
        script = (
            "import pickle, sys, pyarrow as pa\n"
            "served = pickle.load(open(sys.argv[1], 'rb'))\n"
            "rows = pa.ipc.open_file(sys.argv[2]).read_all()\n"
            f"arrays = [rows[n].combine_chunks() for n in {FEATURES!r}]\n"
            "print(served(*arrays).to_pylist())"
        )

        done = subprocess.run(
            [sys.executable, "-c", script, tmp_path / "served", tmp_path / "rows.arrow"],
            capture_output=True, text=True, check=True, env={**os.environ},
        )  # fmt: skip

        arrays = [rows[name].combine_chunks() for name in FEATURES]
        assert done.stdout.strip() == str(served(*arrays).to_pylist())

    def test_an_error_is_one_line_for_the_engine(self, opened: Opener) -> None:
        served = opened("Ridge").function().function
        arrays = [pa.array(["x"]), pa.array([1.0]), pa.array([True]), pa.array(["Rome"])]

        with pytest.raises(ValueError, match=r"^column 'age' is string, .*\(cast it") as caught:
            served(*arrays)

        assert "\n" not in str(caught.value)


class TestLoading:
    def test_many_threads_load_once(
        self, opened: Opener, rows: pa.Table, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        model = opened("RandomForestClassifier")
        loads: list[Path] = []

        def counted(directory: Path, digest: str) -> Loaded:
            loads.append(directory)
            return load_artifact(directory, digest)

        monkeypatch.setattr(model_module, "load_artifact", counted)
        served = ServedFunction(str(model.directory), model.digest, "default")
        arrays = [rows[name].combine_chunks() for name in FEATURES]

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(lambda _: served(*arrays), range(16)))

        assert len(loads) == 1
        assert all(answer.equals(answers[0]) for answer in answers)

    def test_the_longest_unused_is_dropped(
        self, opened: Opener, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(model_module, "OPEN_MODELS", 1)
        first, second = opened("Ridge"), opened("ElasticNet")

        kept = loaded(first.directory, first.digest)
        loaded(second.directory, second.digest)

        assert loaded(first.directory, first.digest) is not kept

    def test_a_digest_that_is_not_the_directorys_is_refused(self, opened: Opener) -> None:
        model = opened("Ridge")

        with pytest.raises(ModelError, match="MANIFEST was changed"):
            loaded(model.directory, "0" * 64)
