"""Direct scoring gives what scikit-learn's own methods give."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from headrace.models.artifact import Fitted
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
