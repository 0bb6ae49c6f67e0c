"""Curves against scikit-learn's, whole and thinned."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as reference

from headrace.algorithms import curves, metrics


def scored(rows: int, seed: int = 0) -> tuple[metrics.Flags, metrics.Floats]:
    rng = np.random.default_rng(seed)
    y = rng.random(rows) < 0.3
    return y, np.clip(rng.normal(0.4 + 0.2 * y, 0.2), 0, 1)


class TestShortCurves:
    y, s = scored(100)
    ranking = metrics.rank(y, s)

    def test_roc(self) -> None:
        fpr, tpr, _ = reference.roc_curve(self.y, self.s, drop_intermediate=False)

        found = curves.roc(self.ranking)

        assert found["fpr"] == pytest.approx(fpr.tolist())
        assert found["tpr"] == pytest.approx(tpr.tolist())

    def test_precision_recall(self) -> None:
        precision, recall, _ = reference.precision_recall_curve(self.y, self.s)

        found = curves.precision_recall(self.ranking)

        # theirs goes up by threshold and ends at recall 0
        assert found["precision"] == pytest.approx(precision[:-1][::-1].tolist())
        assert found["recall"] == pytest.approx(recall[:-1][::-1].tolist())

    def test_lift_ends_at_all_rows(self) -> None:
        found = curves.lift(self.ranking)

        assert (found["share"][-1], found["gain"][-1], found["lift"][-1]) == (1, 1, 1)
        assert found["lift"][0] > 1

    def test_threshold_cells_add_up(self) -> None:
        found = curves.threshold(self.ranking)

        cells = np.array([found[name] for name in ("tp", "fp", "fn", "tn")])
        assert np.allclose(cells.sum(axis=0), 100)
        at = found["threshold"][30]
        assert found["f1"][30] == pytest.approx(reference.f1_score(self.y, self.s >= at))

    def test_best_f1(self) -> None:
        f1, at = curves.best_f1(self.ranking)

        assert f1 == pytest.approx(max(curves.threshold(self.ranking)["f1"]))
        assert reference.f1_score(self.y, self.s >= at) == pytest.approx(f1)


class TestThinning:
    y, s = scored(50_000)
    ranking = metrics.rank(y, s)

    @pytest.mark.parametrize("name", ["roc", "precision_recall", "lift", "threshold"])
    def test_long_curves_are_thinned(self, name: str) -> None:
        columns = getattr(curves, name)(self.ranking)

        lengths = {len(column) for column in columns.values()}
        assert len(lengths) == 1
        assert 150 <= lengths.pop() <= curves.POINTS

    def test_a_thinned_curve_has_the_same_area(self) -> None:
        found = curves.roc(self.ranking)

        area = np.trapezoid(found["tpr"], found["fpr"])
        assert area == pytest.approx(metrics.auc(self.ranking), abs=0.001)

    def test_the_ends_are_kept(self) -> None:
        found = curves.roc(self.ranking)

        assert (found["fpr"][0], found["tpr"][0]) == (0, 0)
        assert (found["fpr"][-1], found["tpr"][-1]) == (1, 1)


class TestCalibration:
    def test_bins_hold_equal_numbers_of_rows(self) -> None:
        y, s = scored(1000)

        found = curves.calibration(y, s)

        assert sum(found["count"]) == 1000
        assert max(found["count"]) - min(found["count"]) <= 60  # clipped scores tie at the ends
        assert found["predicted"] == sorted(found["predicted"])

    def test_honest_probabilities_lie_on_the_diagonal(self) -> None:
        rng = np.random.default_rng(0)
        s = rng.random(100_000)

        found = curves.calibration(rng.random(100_000) < s, s)

        assert found["observed"] == pytest.approx(found["predicted"], abs=0.02)

    def test_one_probability_makes_one_bin(self) -> None:
        found = curves.calibration(np.array([True, False]), np.array([0.5, 0.5]))

        assert (found["predicted"], found["observed"], found["count"]) == ([0.5], [0.5], [2.0])
