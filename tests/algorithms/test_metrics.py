"""Every metric against scikit-learn's, on random data with ties and weights."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn import metrics as reference

from headrace.algorithms import metrics
from headrace.algorithms.directions import DEFAULT_METRICS, HIGHER_IS_BETTER

Case = tuple[metrics.Flags, metrics.Floats, metrics.Floats | None]


def two_classes(seed: int, *, weighted: bool, ties: bool) -> Case:
    rng = np.random.default_rng(seed)
    y = rng.random(400) < 0.3
    s = np.clip(rng.normal(0.4 + 0.2 * y, 0.2), 0.001, 0.999)
    if ties:
        s = np.round(s, 1)
    return y, s, rng.integers(0, 4, 400).astype(float) if weighted else None


CASES = [
    pytest.param(two_classes(seed, weighted=weighted, ties=ties), id=f"{seed}-{weighted}-{ties}")
    for seed in range(3)
    for weighted in (False, True)
    for ties in (False, True)
]


@pytest.mark.parametrize("case", CASES)
class TestTwoClasses:
    def test_auc(self, case: Case) -> None:
        y, s, w = case

        wanted = reference.roc_auc_score(y, s, sample_weight=w)

        assert metrics.auc(metrics.rank(y, s, w)) == pytest.approx(wanted)

    def test_average_precision(self, case: Case) -> None:
        y, s, w = case

        wanted = reference.average_precision_score(y, s, sample_weight=w)

        assert metrics.average_precision(metrics.rank(y, s, w)) == pytest.approx(wanted)

    def test_ks_is_the_widest_gap_of_the_roc_curve(self, case: Case) -> None:
        y, s, w = case
        fpr, tpr, thresholds = reference.roc_curve(y, s, sample_weight=w, drop_intermediate=False)

        gap, at = metrics.ks(metrics.rank(y, s, w))

        assert gap == pytest.approx(np.abs(tpr - fpr).max())
        assert at in thresholds

    def test_brier(self, case: Case) -> None:
        y, s, w = case

        wanted = reference.brier_score_loss(y, s, sample_weight=w)

        assert metrics.brier(y, s, w) == pytest.approx(wanted)

    def test_log_loss(self, case: Case) -> None:
        y, s, w = case

        wanted = reference.log_loss(y, s, sample_weight=w)

        found = metrics.log_loss(y.astype(np.int64), np.column_stack([1 - s, s]), w)
        assert found == pytest.approx(wanted)

    def test_precision_recall_and_f1(self, case: Case) -> None:
        y, s, w = case
        p = s >= 0.5
        matrix = metrics.confusion(y.astype(np.int64), p.astype(np.int64), 2, w)

        found = metrics.binary_metrics(matrix)

        options = {"sample_weight": w}
        assert found == pytest.approx(
            {
                "accuracy": reference.accuracy_score(y, p, **options),
                "precision": reference.precision_score(y, p, **options),
                "recall": reference.recall_score(y, p, **options),
                "f1": reference.f1_score(y, p, **options),
            }
        )
        assert np.array_equal(matrix, reference.confusion_matrix(y, p, **options))


class TestManyClasses:
    @pytest.mark.parametrize("weighted", [False, True])
    def test_averages_over_classes(self, weighted: bool) -> None:
        rng = np.random.default_rng(0)
        y, p = rng.integers(0, 4, 300), rng.integers(0, 4, 300)
        w = rng.random(300) if weighted else None

        found = metrics.multiclass_metrics(metrics.confusion(y, p, 5, w))

        assert found["accuracy"] == pytest.approx(reference.accuracy_score(y, p, sample_weight=w))
        assert found["balanced_accuracy"] == pytest.approx(
            reference.balanced_accuracy_score(y, p, sample_weight=w)
        )
        for name, function in (
            ("precision", reference.precision_score),
            ("recall", reference.recall_score),
            ("f1", reference.f1_score),
        ):
            for average in ("macro", "weighted"):
                wanted = function(y, p, average=average, sample_weight=w)
                assert found[f"{name}_{average}"] == pytest.approx(wanted)

    def test_one_against_the_rest(self) -> None:
        rng = np.random.default_rng(1)
        y = rng.integers(0, 3, 200)
        proba = rng.dirichlet([1, 1, 1], 200)

        found = metrics.one_vs_rest_auc(y, proba).mean()

        wanted = reference.roc_auc_score(y, proba, multi_class="ovr", average="macro")
        assert found == pytest.approx(wanted)

    def test_log_loss(self) -> None:
        rng = np.random.default_rng(2)
        y = rng.integers(0, 3, 200)
        proba = rng.dirichlet([1, 1, 1], 200)

        assert metrics.log_loss(y, proba) == pytest.approx(reference.log_loss(y, proba))

    def test_a_certain_mistake_costs_much_but_not_everything(self) -> None:
        found = metrics.log_loss(np.array([0]), np.array([[0.0, 1.0]]))

        assert 30 < found < 40


class TestNumbers:
    @pytest.mark.parametrize("weighted", [False, True])
    def test_errors(self, weighted: bool) -> None:
        rng = np.random.default_rng(0)
        y = rng.normal(10, 3, 200)
        p = y + rng.normal(size=200)
        w = rng.random(200) if weighted else None

        found = metrics.regression_metrics(y, p, w)

        options = {"sample_weight": w}
        wanted = {
            "mse": reference.mean_squared_error(y, p, **options),
            "rmse": reference.root_mean_squared_error(y, p, **options),
            "mae": reference.mean_absolute_error(y, p, **options),
            "median_absolute_error": reference.median_absolute_error(y, p),
            "r2": reference.r2_score(y, p, **options),
            "mape": reference.mean_absolute_percentage_error(y, p, **options),
        }
        assert found == pytest.approx(wanted)

    def test_a_label_of_zero_has_no_share(self) -> None:
        found = metrics.regression_metrics(np.array([0.0, 2.0]), np.array([1.0, 3.0]))

        assert found["mape"] == 0.5

    def test_a_constant_label_explains_nothing(self) -> None:
        found = metrics.regression_metrics(np.ones(3), np.array([1.0, 1.0, 2.0]))

        assert math.isnan(found["r2"])

    def test_a_share_of_rows_that_do_not_count_is_not_defined(self) -> None:
        y, p = np.array([0.0, 2.0]), np.array([1.0, 1.0])

        found = metrics.regression_metrics(y, p, np.array([1.0, 0.0]))

        assert np.isnan(found["mape"])
        assert found["rmse"] == 1


class TestSilhouette:
    def test_equals_the_reference(self) -> None:
        rng = np.random.default_rng(0)
        points = rng.normal(size=(400, 3)) + np.repeat(np.arange(4), 100)[:, None]
        clusters = np.repeat([5, 6, 7, 9], 100)

        found = metrics.silhouette(points, clusters)

        assert found == pytest.approx(reference.silhouette_score(points, clusters))

    def test_a_cluster_of_one_counts_nothing(self) -> None:
        points = np.array([[0.0], [1.0], [9.0]])

        found = metrics.silhouette(points, np.array([0, 0, 1]))

        assert found == pytest.approx(reference.silhouette_score(points, [0, 0, 1]))

    def test_a_sample_is_the_same_every_time(self) -> None:
        rng = np.random.default_rng(0)
        points = rng.normal(size=(3000, 2))
        clusters = (points[:, 0] > 0).astype(np.int64)

        found = [metrics.silhouette(points, clusters, limit=500, seed=3) for _ in range(2)]

        assert found[0] == found[1]
        assert found[0] == pytest.approx(reference.silhouette_score(points, clusters), abs=0.05)

    def test_one_cluster_has_none(self) -> None:
        assert math.isnan(metrics.silhouette(np.zeros((3, 1)), np.zeros(3, np.int64)))


class TestNothing:
    def test_one_class_only_has_no_auc(self) -> None:
        ranking = metrics.rank(np.array([True, True]), np.array([0.1, 0.2]))

        assert math.isnan(metrics.auc(ranking))
        assert math.isnan(metrics.ks(ranking)[0])

    def test_no_rows(self) -> None:
        ranking = metrics.rank(np.empty(0, bool), np.empty(0))

        assert math.isnan(metrics.auc(ranking))
        assert math.isnan(metrics.average_precision(ranking))
        assert math.isnan(metrics.ks(ranking)[0])

    def test_what_is_never_predicted_has_a_precision_of_zero(self) -> None:
        matrix = metrics.confusion(np.array([0, 1]), np.array([0, 0]), 2)

        assert metrics.binary_metrics(matrix)["precision"] == 0


class TestDirections:
    def test_every_metric_has_one(self) -> None:
        two = metrics.binary_metrics(np.eye(2))
        many = metrics.multiclass_metrics(np.eye(3))
        numbers = metrics.regression_metrics(np.arange(3.0), np.arange(3.0))

        assert {*two, *many, *numbers, *DEFAULT_METRICS.values()} <= set(HIGHER_IS_BETTER)
