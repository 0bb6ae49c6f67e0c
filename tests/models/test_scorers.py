"""Direct scoring gives what scikit-learn's own methods give."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression

from headrace.models.artifact import Fitted
from headrace.models.preparation import Preparation, Treatment
from headrace.models.scorers import (
    BoostingScorer,
    CentreScorer,
    EstimatorScorer,
    ForestScorer,
    LinearScorer,
    estimator_scores,
    make_scorer,
    softmax,
)
from tests.models.conftest import FAMILIES, FEATURES

DIRECT = {
    "LogisticRegression": LinearScorer,
    "multinomial": LinearScorer,
    "LinearRegression": LinearScorer,
    "Ridge": LinearScorer,
    "ElasticNet": LinearScorer,
    "RandomForestClassifier": ForestScorer,
    "RandomForestRegressor": ForestScorer,
    "HistGradientBoostingClassifier": BoostingScorer,
    "HistGradientBoostingRegressor": BoostingScorer,
    "KMeans": CentreScorer,
    "DecisionTree": EstimatorScorer,
}


@pytest.mark.parametrize("family", FAMILIES)
class TestEveryFamily:
    def test_has_its_own_scorer(self, fitted: dict[str, Fitted], family: str) -> None:
        made = fitted[family]

        scorer = make_scorer(made.estimator, made.preparation, made.task)

        assert type(scorer) is DIRECT[family]

    def test_scores_as_scikit_learn_does(
        self, fitted: dict[str, Fitted], rows: pa.Table, family: str
    ) -> None:
        made = fitted[family]
        arrays = [rows[name] for name in FEATURES]
        wanted = estimator_scores(made.estimator, made.preparation.transform(arrays), made.task)

        scores = make_scorer(made.estimator, made.preparation, made.task).score(arrays)

        np.testing.assert_allclose(scores, wanted, rtol=1e-12, atol=1e-12)

    def test_more_threads_give_the_same_bits(
        self, fitted: dict[str, Fitted], rows: pa.Table, family: str
    ) -> None:
        made = fitted[family]
        arrays = [rows[name] for name in FEATURES]
        scorer = make_scorer(made.estimator, made.preparation, made.task)

        np.testing.assert_array_equal(scorer.score(arrays, threads=3), scorer.score(arrays))


def far_away(rows: int = 60) -> np.ndarray:
    """Three groups of Unix microseconds and of numbers around them, (n, 2)."""
    random = np.random.default_rng(0)
    group = np.arange(rows) % 3
    return np.column_stack([1.6e12 + 50 * group, 1.6e12 - 50 * group]) + random.normal(
        size=(rows, 2)
    )


class TestNumbersFarFromZero:
    """Differences of large, nearly equal numbers keep the digits that they have."""

    def test_a_linear_model_keeps_its_scaling_apart(self) -> None:
        points = far_away()
        table = pa.table({"a": points[:, 0], "b": points[:, 1]})
        preparation = Preparation.fit(table, ["a", "b"], Treatment(scale=True))
        matrix = preparation.transform(table.columns)
        model = LinearRegression().fit(matrix, np.arange(60) % 3)

        scores = make_scorer(model, preparation, "regress").score(table.columns)

        np.testing.assert_allclose(scores[:, 0], model.predict(matrix), atol=1e-12)

    def test_clusters_are_found_without_scaling(self) -> None:
        points = far_away()
        table = pa.table({"a": points[:, 0], "b": points[:, 1]})
        preparation = Preparation.fit(table, ["a", "b"], Treatment())
        model = KMeans(3, n_init=1, random_state=0).fit(points)

        scores = make_scorer(model, preparation, "cluster").score(table.columns)

        assert scores[:, 0].tolist() == model.labels_.tolist()
        distances = np.linalg.norm(points - model.cluster_centers_[model.labels_], axis=1)
        np.testing.assert_allclose(scores[:, 1], distances, rtol=1e-3)

    def test_near_zero_clusters_are_scikit_learns(
        self, fitted: dict[str, Fitted], rows: pa.Table
    ) -> None:
        made = fitted["KMeans"]
        arrays = [rows[name] for name in FEATURES]
        matrix = made.preparation.transform(arrays)

        scores = make_scorer(made.estimator, made.preparation, "cluster").score(arrays)

        assert scores[:, 0].tolist() == made.estimator.predict(matrix).tolist()
        np.testing.assert_allclose(scores[:, 1], made.estimator.transform(matrix).min(axis=1))


class TestSoftmax:
    def test_large_sums_do_not_overflow(self) -> None:
        assert softmax(np.array([[1000.0, 1000.0]])).tolist() == [[0.5, 0.5]]


class TestForests:
    def test_a_number_beyond_float32_is_no_error(
        self, fitted: dict[str, Fitted], rows: pa.Table
    ) -> None:
        made = fitted["RandomForestClassifier"]
        arrays = [rows[name].slice(0, 1) for name in FEATURES]
        arrays[1] = pa.array([1e300])

        scores = make_scorer(made.estimator, made.preparation, made.task).score(arrays)

        assert scores.sum() == pytest.approx(1)
