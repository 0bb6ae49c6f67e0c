"""Fits from Arrow files: what is learnt, decided, refused, and written."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score
from threadpoolctl import threadpool_limits

from headrace.algorithms.fitting import MEASURED_ROWS, fit, thread_limits
from headrace.algorithms.training_data import MOST_CLASSES
from headrace.errors import FitError
from headrace.models.artifact import load_artifact, read_description
from headrace.models.protocols import FitResult
from tests.algorithms.tables import request, write

CREDIT_LABEL = "default.payment.next.month"


def mixed(rows: int = 300, seed: int = 0) -> pa.Table:
    """The label depends on a text, a number with gaps and a date; one column is noise."""
    rng = np.random.default_rng(seed)
    age = rng.normal(40, 10, rows)
    city = rng.integers(0, 3, rows)
    year = rng.integers(2000, 2020, rows)
    log_odds = (age - 40) / 5 + (city - 1) * 2 + (year - 2010) / 5
    return pa.table(
        {
            "age": pa.array(age, mask=rng.random(rows) < 0.1),
            "city": np.array(["Lima", "Oslo", "Rome"])[city].tolist(),
            "since": [date(int(each), 3, 1) for each in year],
            "noise": rng.normal(size=rows),
            "label": (rng.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(int),
        }
    )


def predictions(result: FitResult, table: pa.Table) -> np.ndarray[Any, Any]:
    """Scores of raw rows by the model that a fit wrote."""
    loaded = load_artifact(result.artifact)
    return loaded.scorer.score([table[name] for name in loaded.preparation.columns])


class TestLearning:
    @pytest.mark.parametrize("name", ["LogisticRegression", "RandomForest", "GBTClassifier"])
    def test_classifiers_learn_mixed_columns(self, name: str, tmp_path: Path) -> None:
        other = mixed(seed=1)
        result = fit(
            request(name, mixed(1000), tmp_path, min_samples_leaf=5)
            if name == "GBTClassifier"
            else request(name, mixed(1000), tmp_path)
        )

        auc = roc_auc_score(other["label"], predictions(result, other)[:, 1])

        assert auc > 0.85
        assert result.metrics["auc"] > 0.85

    @pytest.mark.parametrize("name", ["LinearRegression", "RandomForestRegressor", "GBTRegressor"])
    def test_regressions_learn_mixed_columns(self, name: str, tmp_path: Path) -> None:
        table = mixed(1000)
        amount = table["noise"].to_numpy() * 3 + (np.array(table["city"].to_pylist()) == "Oslo") * 5
        table = table.append_column("amount", pa.array(amount))

        result = fit(request(name, table, tmp_path, "amount"))

        assert result.metrics["r2"] > 0.8
        assert result.importance is not None
        assert next(iter(result.importance)) in ("noise", "city")

    def test_the_training_is_scikit_learns_on_the_prepared_matrix(self, tmp_path: Path) -> None:
        rng = np.random.default_rng(0)
        x = rng.normal(size=(200, 3))
        y = (x[:, 0] + rng.normal(size=200) > 0).astype(int)
        table = pa.table({"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "label": y})
        direct = LogisticRegression(C=0.5, max_iter=1000).fit(x, y)

        result = fit(request("LogisticRegression", table, tmp_path, c=0.5, standardize=False))

        assert predictions(result, table) == pytest.approx(direct.predict_proba(x))

    def test_sparks_penalty_is_beside_the_mean_loss(self, tmp_path: Path) -> None:
        rng = np.random.default_rng(0)
        x = rng.normal(size=(200, 2))
        y = x @ [1.0, 2.0] + rng.normal(size=200)
        table = pa.table({"a": x[:, 0], "b": x[:, 1], "label": y})
        direct = Ridge(alpha=0.1 * 200).fit(x, y)

        result = fit(
            request("LinearRegression", table, tmp_path, regularization=0.1, standardize=False)
        )

        assert predictions(result, table)[:, 0] == pytest.approx(direct.predict(x))

    def test_many_classes_of_text(self, tmp_path: Path) -> None:
        table = mixed(600)

        result = fit(request("GBTClassifier", table, tmp_path, "city", n_trees=20))

        assert predictions(result, table).shape == (600, 3)
        assert {"auc", "f1_macro", "log_loss"} <= set(result.metrics)
        assert load_artifact(result.artifact).signature.classes == ("Lima", "Oslo", "Rome")

    def test_clusters(self, tmp_path: Path) -> None:
        points = np.concatenate([np.zeros(50), np.ones(50)])
        table = pa.table({"x": points, "y": points * 3})

        result = fit(request("KMeans", table, tmp_path, None, k=2))

        assert result.metrics["inertia"] == pytest.approx(0)
        assert set(predictions(result, table)[:, 0]) == {0, 1}

    def test_vectors_dense_and_sparse(self, tmp_path: Path) -> None:
        x = np.random.default_rng(0).normal(size=(200, 3))
        label = (x[:, 2] > 0).astype(int)
        sparse = [{"size": 3, "indices": [0, 1, 2], "values": row} for row in x.tolist()]

        dense_fit = fit(
            request(
                "LogisticRegression", pa.table({"v": x.tolist(), "label": label}), tmp_path / "d"
            )
        )
        sparse_fit = fit(
            request("LogisticRegression", pa.table({"v": sparse, "label": label}), tmp_path / "s")
        )

        assert dense_fit.metrics == pytest.approx(sparse_fit.metrics)
        assert dense_fit.coefficients is not None
        assert list(dense_fit.coefficients) == ["v[0]", "v[1]", "v[2]", "(intercept)"]


class TestRepeatable:
    @pytest.mark.parametrize("name", ["RandomForest", "GBTClassifier", "KMeans"])
    def test_the_same_seed_gives_the_same_model(self, name: str, tmp_path: Path) -> None:
        table = mixed()
        label = None if name == "KMeans" else "label"

        first = fit(request(name, table, tmp_path / "1", label, seed=3))
        second = fit(request(name, table, tmp_path / "2", label, seed=3))

        assert np.array_equal(predictions(first, table), predictions(second, table))

    def test_another_seed_gives_another_forest(self, tmp_path: Path) -> None:
        table = mixed()

        first = fit(request("RandomForest", table, tmp_path / "1", seed=3))
        second = fit(request("RandomForest", table, tmp_path / "2", seed=4))

        assert not np.array_equal(predictions(first, table), predictions(second, table))
        assert "seed 3" in first.choices


class TestThreads:
    @pytest.mark.parametrize(
        ("threads", "cells", "limits"),
        [
            (None, 1000, {"blas": 1, "openmp": 1}),
            (None, 10_000_000, {"blas": 1}),
            (3, 1000, {"blas": 3, "openmp": 3}),
        ],
    )
    def test_a_blas_has_one_unless_more_are_wanted(
        self, threads: int | None, cells: int, limits: dict[str, int]
    ) -> None:
        assert thread_limits(threads, cells) == limits


class TestWeights:
    def test_a_weight_of_two_is_the_row_twice(self, tmp_path: Path) -> None:
        table = mixed(100).select(["noise", "label"])
        w = np.random.default_rng(0).integers(1, 3, 100)
        twice = table.take(np.repeat(np.arange(100), w))
        options: dict[str, Any] = {"standardize": False, "regularization": 0.0}

        weighted = fit(
            request(
                "LogisticRegression",
                table.append_column("w", pa.array(w)),
                tmp_path / "w",
                weight="w",
                **options,
            )
        )
        repeated = fit(request("LogisticRegression", twice, tmp_path / "r", **options))

        assert predictions(weighted, table) == pytest.approx(predictions(repeated, table), abs=1e-4)

    @pytest.mark.parametrize("class_weight", ["balanced", {"1": 3.0, "0": 1.0}])
    def test_class_weights_are_scikit_learns(self, class_weight: Any, tmp_path: Path) -> None:
        table = mixed().select(["noise", "label"])
        theirs = class_weight if class_weight == "balanced" else {1: 3.0, 0: 1.0}
        x, y = table["noise"].to_numpy()[:, None], table["label"].to_numpy()
        direct = RandomForestClassifier(
            20, class_weight=theirs, min_samples_leaf=5, random_state=42
        ).fit(x, y)

        result = fit(
            request("RandomForest", table, tmp_path, n_trees=20, class_weight=class_weight)
        )

        # a forest of theirs weighs the bootstrap's rows, as ours does
        assert predictions(result, table) == pytest.approx(direct.predict_proba(x))

    def test_class_weights_do_not_weigh_the_metrics(self, tmp_path: Path) -> None:
        table = mixed().select(["noise", "label"])

        result = fit(request("RandomForest", table, tmp_path, class_weight="balanced"))

        right = predictions(result, table).argmax(axis=1) == table["label"].to_numpy()
        assert result.metrics["accuracy"] == pytest.approx(right.mean())

    @pytest.mark.parametrize("name", ["GBTClassifier", "GBTRegressor"])
    def test_metrics_are_of_the_rows_that_count(self, name: str, tmp_path: Path) -> None:
        rows = 3 * MEASURED_ROWS
        few = np.arange(rows) % 151 == 1
        table = pa.table(
            {"x": np.arange(rows) % 7, "label": np.arange(rows) % 2, "w": few.astype(float)}
        )

        result = fit(request(name, table, tmp_path, weight="w", n_trees=5))

        assert not np.isnan(result.metrics["auc" if name == "GBTClassifier" else "rmse"])

    def test_no_class_with_a_weight(self, tmp_path: Path) -> None:
        with pytest.raises(FitError, match="no row that counts"):
            fit(request("RandomForest", mixed(), tmp_path, class_weight={"0": 0, "1": 0}))

    def test_a_class_that_does_not_occur(self, tmp_path: Path) -> None:
        with pytest.raises(FitError, match="class_weight names 'yes'"):
            fit(request("RandomForest", mixed(), tmp_path, class_weight={"yes": 2}))

    @pytest.mark.parametrize(
        ("weight", "fault"),
        [([-1.0, 1.0], "negative"), ([0.0, 0.0], "0 in every row"), ([None, 1.0], "missing in 1")],
    )
    def test_bad_weights(self, weight: list[float], fault: str, tmp_path: Path) -> None:
        table = pa.table({"x": [1.0, 2.0], "label": [0, 1], "w": weight})

        with pytest.raises(FitError, match=fault):
            fit(request("LogisticRegression", table, tmp_path, weight="w"))


class TestChoices:
    def test_a_column_without_values_is_left_out(self, tmp_path: Path) -> None:
        table = mixed().append_column("empty", pa.nulls(300, pa.float64()))

        result = fit(request("GBTClassifier", table, tmp_path))

        assert "empty: left out, every value is missing" in result.choices
        assert "empty" not in load_artifact(result.artifact).preparation.columns

    def test_identifiers_are_left_out_unless_named(self, tmp_path: Path) -> None:
        table = mixed().append_column("ID", pa.array(range(300)))
        table = table.append_column("name", pa.array([f"n{i}" for i in range(300)]))

        free = fit(request("GBTClassifier", table, tmp_path / "1"))
        named = fit(request("GBTClassifier", table, tmp_path / "2", named=True))

        assert any(choice.startswith("ID: left out") for choice in free.choices)
        assert any(choice.startswith("name: left out, 300 diff") for choice in free.choices)
        assert {"ID", "name"} <= set(load_artifact(named.artifact).preparation.columns)

    def test_nothing_is_left(self, tmp_path: Path) -> None:
        table = pa.table({"x": pa.nulls(2, pa.float64()), "label": [0, 1]})

        with pytest.raises(FitError, match="no column is left to learn from: x"):
            fit(request("GBTClassifier", table, tmp_path))

    def test_a_solver_that_did_not_converge_says_so(self, tmp_path: Path) -> None:
        result = fit(request("LogisticRegression", mixed(), tmp_path, max_iter=1))

        assert any("before it had converged" in choice for choice in result.choices)

    def test_the_model_keeps_them(self, tmp_path: Path) -> None:
        result = fit(request("LogisticRegression", mixed(), tmp_path))

        description = read_description(result.artifact)
        assert description["extra"]["choices"] == list(result.choices)
        assert description["seed"] == 42
        assert description["parameters"]["max_iter"] == 1000

    def test_rows_that_are_fewer_than_clusters_are_told(self, tmp_path: Path) -> None:
        result = fit(request("KMeans", pa.table({"x": [1.0, 2.0] * 20}), tmp_path, None, k=3))

        assert any("fewer different rows than clusters" in choice for choice in result.choices)

    def test_an_amount_paid_is_no_identifier(self, tmp_path: Path) -> None:
        table = mixed().append_column("amount_paid", pa.array(range(300)))

        result = fit(request("GBTClassifier", table, tmp_path))

        assert "amount_paid" in load_artifact(result.artifact).preparation.columns

    def test_small_tables_are_split_too(self, tmp_path: Path) -> None:
        x = np.arange(60.0)
        table = pa.table({"x": x, "label": (x > 30).astype(int)})

        result = fit(request("GBTClassifier", table, tmp_path))

        assert result.metrics["auc"] == 1


class TestImportance:
    def test_what_decides_comes_first_even_as_a_category(self, tmp_path: Path) -> None:
        rng = np.random.default_rng(0)
        city = rng.integers(0, 4, 500)
        table = pa.table(
            {
                "a": rng.normal(size=500),
                "city": np.array(list("wxyz"))[city].tolist(),
                "b": rng.normal(size=500),
                "label": (city == 2).astype(int),
            }
        )

        for name in ("GBTClassifier", "RandomForest", "LogisticRegression"):
            importance = fit(request(name, table, tmp_path / name)).importance
            assert importance is not None
            assert next(iter(importance)) == "city"
            assert sum(importance.values()) == pytest.approx(1)


class TestRefusals:
    def refused(self, table: pa.Table, folder: Path, name: str = "GBTClassifier") -> FitError:
        with pytest.raises(FitError) as caught:
            fit(request(name, table, folder))
        return caught.value

    def test_no_rows(self, tmp_path: Path) -> None:
        assert "has no rows" in self.refused(mixed().slice(0, 0), tmp_path).message

    def test_one_row(self, tmp_path: Path) -> None:
        assert "only the class" in self.refused(mixed().slice(0, 1), tmp_path).message

    def test_a_measurement_is_no_class(self, tmp_path: Path) -> None:
        table = pa.table({"x": np.arange(2000.0), "label": np.random.default_rng(0).random(2000)})

        error = self.refused(table, tmp_path)

        assert "2,000 different values, too many classes" in error.message
        assert "GBTRegressor" in str(error.hint)

    def test_an_identifier_is_no_class(self, tmp_path: Path) -> None:
        names = [f"n{i}" for i in range(MOST_CLASSES + 1)]

        error = self.refused(pa.table({"x": range(len(names)), "label": names}), tmp_path)

        assert "too many classes" in error.message

    def test_fractions_are_fine_where_they_are_few(self, tmp_path: Path) -> None:
        table = pa.table({"x": np.arange(100.0), "label": [0.5, 1.5] * 50})

        result = fit(request("GBTClassifier", table, tmp_path))

        assert load_artifact(result.artifact).signature.classes == (0.5, 1.5)

    @pytest.mark.parametrize("name", ["GBTClassifier", "GBTRegressor"])
    def test_missing_labels_are_counted(self, name: str, tmp_path: Path) -> None:
        table = pa.table({"x": [1.0, 2.0, 3.0], "label": pa.array([0.0, None, float("nan")])})

        assert "missing in 2" in self.refused(table, tmp_path, name).message

    def test_infinite_labels_are_counted(self, tmp_path: Path) -> None:
        table = pa.table({"x": [1.0, 2.0], "label": [1.0, float("inf")]})

        assert "infinite in 1 of 2" in self.refused(table, tmp_path, "GBTRegressor").message

    def test_infinite_features_name_their_column(self, tmp_path: Path) -> None:
        table = pa.table({"x": [1.0, float("inf"), 0.0], "label": [0, 1, 0]})

        error = self.refused(table, tmp_path)

        assert "column 'x' holds 1 infinite value" in error.message

    def test_a_text_is_no_quantity(self, tmp_path: Path) -> None:
        table = pa.table({"x": [1.0, 2.0], "label": ["a", "b"]})

        assert "is string, not a number" in self.refused(table, tmp_path, "GBTRegressor").message

    def test_more_clusters_than_rows(self, tmp_path: Path) -> None:
        with pytest.raises(FitError, match="50 clusters of 3 rows"):
            fit(request("KMeans", pa.table({"x": [1.0, 2.0, 3.0]}), tmp_path, None, k=50))

    @pytest.mark.parametrize(
        ("name", "label", "options", "fault"),
        [
            ("GBTRegressor", [1.0, -1.0] * 20, {"loss": "poisson"}, "label goes down to -1"),
            ("GBTRegressor", [0.0] * 40, {"loss": "poisson"}, "label is always 0"),
            ("GBTRegressor", [1.0, 0.0] * 20, {"loss": "gamma"}, "label goes down to 0"),
            ("GBTRegressor", [1.0, 0.0], {"early_stopping": True}, "there are only 2"),
            ("GBTClassifier", [0] * 39 + [1], {"early_stopping": True}, "rarest there are 1"),
            ("LogisticRegression", [0, 1, 2, 3] * 10, {"solver": "liblinear"}, "label has 4"),
        ],
    )
    def test_parameters_that_cannot_learn_this_label(
        self, name: str, label: list[float], options: dict[str, Any], fault: str, tmp_path: Path
    ) -> None:
        table = pa.table({"x": np.arange(float(len(label))), "label": label})

        with pytest.raises(FitError, match=fault):
            fit(request(name, table, tmp_path, **options))


class TestEvaluation:
    def test_other_rows_are_measured(self, tmp_path: Path) -> None:
        other = mixed(500, seed=1)
        path = write(other, tmp_path / "other.arrow")

        result = fit(request("GBTClassifier", mixed(500), tmp_path / "m", evaluation_table=path))

        assert result.evaluation is not None
        found = roc_auc_score(other["label"], predictions(result, other)[:, 1])
        assert result.evaluation["auc"] == pytest.approx(found)

    def test_a_label_that_training_did_not_see(self, tmp_path: Path) -> None:
        other = mixed(20).set_column(4, "label", pa.array([5] * 20))
        path = write(other, tmp_path / "other.arrow")

        with pytest.raises(FitError, match="evaluation table: label 'label' holds 5"):
            fit(request("GBTClassifier", mixed(), tmp_path / "m", evaluation_table=path))


class TestCredit:
    """The public default-of-credit-card table: GBT with our defaults, from raw columns."""

    @pytest.mark.timeout(300)
    def test_gbt_is_good_and_equals_scikit_learn_on_the_same_rows(
        self, shared_data: Path, tmp_path: Path
    ) -> None:
        credit = pyarrow.csv.read_csv(shared_data / "credit" / "UCI_Credit_Card.csv")

        ours = [held_out_auc(credit, seed, tmp_path) for seed in range(10)]
        theirs = [scikit_learns_auc(credit, seed) for seed in range(2)]

        assert np.mean(ours) >= 0.777
        assert ours[:2] == pytest.approx(theirs, abs=0.001)


def in_training(credit: pa.Table, seed: int) -> np.ndarray[Any, Any]:
    """Four rows of five, at random."""
    return np.asarray(np.random.default_rng(seed).random(credit.num_rows) < 0.8)


def held_out_auc(credit: pa.Table, seed: int, folder: Path) -> float:
    train = pa.array(in_training(credit, seed))
    held_out = credit.filter(pc.invert(train))
    result = fit(
        request("GBTClassifier", credit.filter(train), folder / str(seed), CREDIT_LABEL, threads=1)
    )
    return float(roc_auc_score(held_out[CREDIT_LABEL], predictions(result, held_out)[:, 1]))


def scikit_learns_auc(credit: pa.Table, seed: int) -> float:
    """The same rows and parameters, without anything of ours."""
    names = [name for name in credit.column_names if name not in ("ID", CREDIT_LABEL)]
    x = np.column_stack([credit[name].to_numpy() for name in names]).astype(float)
    y, train = credit[CREDIT_LABEL].to_numpy(), in_training(credit, seed)
    direct = HistGradientBoostingClassifier(
        max_iter=150,
        learning_rate=0.05,
        max_leaf_nodes=15,
        min_samples_leaf=50,
        l2_regularization=5.0,
        max_features=0.5,
        early_stopping=False,
        random_state=42,
    )
    with threadpool_limits(1):
        direct.fit(x[train], y[train])
        return float(roc_auc_score(y[~train], direct.predict_proba(x[~train])[:, 1]))
