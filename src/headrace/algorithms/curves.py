"""Curves of a scored table, thinned for drawing. Symbols as in ``metrics``.

Every function returns columns of equal length, ready for a chart: plain lists, at most
``POINTS`` long.
"""

from __future__ import annotations

import numpy as np

from headrace.algorithms.metrics import Flags, Floats, Ranking

POINTS = 200
"""More would not be seen on a chart, and would make the report heavy."""

Columns = dict[str, list[float]]


def roc(ranking: Ranking) -> Columns:
    """``fpr``, ``tpr`` and the ``threshold`` of each point; the first takes no row."""
    kept = _thinned(ranking)
    above_all = ranking.thresholds[0] if ranking.thresholds.size else 1.0
    thresholds = np.append(above_all, ranking.thresholds)
    return _columns(fpr=ranking.fpr[kept], tpr=ranking.tpr[kept], threshold=thresholds[kept])


def precision_recall(ranking: Ranking) -> Columns:
    """``recall``, ``precision`` and the ``threshold`` of each point."""
    kept = _thinned(ranking)[1:] - 1
    tp, fp = ranking.tp[kept], ranking.fp[kept]
    recall = tp / ranking.positives
    return _columns(recall=recall, precision=_precision(tp, fp), threshold=ranking.thresholds[kept])


def lift(ranking: Ranking) -> Columns:
    """``share`` of the rows taken, from the highest score down; ``gain`` and ``lift`` there.

    ``gain`` is the share of the positives among them, ``lift`` the gain by the share: how many
    times better than taking rows at random.
    """
    kept = _thinned(ranking)[1:] - 1
    share = (ranking.tp[kept] + ranking.fp[kept]) / (ranking.positives + ranking.negatives)
    gain = ranking.tp[kept] / ranking.positives
    return _columns(share=share, gain=gain, lift=gain / share)


def threshold(ranking: Ranking) -> Columns:
    """What deciding for the positive class at each ``threshold`` and above gives.

    ``precision``, ``recall``, ``f1``, ``accuracy`` and the four cells ``tp fp fn tn``.
    """
    kept = _thinned(ranking)[1:] - 1
    tp, fp = ranking.tp[kept], ranking.fp[kept]
    fn, tn = ranking.positives - tp, ranking.negatives - fp
    total = ranking.positives + ranking.negatives
    return _columns(
        threshold=ranking.thresholds[kept],
        precision=_precision(tp, fp),
        recall=tp / ranking.positives,
        f1=2 * tp / (2 * tp + fp + fn),
        accuracy=(tp + tn) / total,
        tp=tp,
        fp=fp,
        fn=fn,
        tn=tn,
    )


def best_f1(ranking: Ranking) -> tuple[float, float]:
    """The highest F1 that any threshold gives, and the threshold."""
    f1 = 2 * ranking.tp / (ranking.tp + ranking.fp + ranking.positives)
    best = int(np.argmax(f1))
    return float(f1[best]), float(ranking.thresholds[best])


def calibration(y: Flags, s: Floats, w: Floats | None = None, bins: int = 10) -> Columns:
    """Mean probability ``predicted`` and share ``observed`` in bins of equal numbers of rows.

    Rows of equal probability stay together, so there may be fewer bins; ``count`` is their
    weight.
    """
    weights = np.ones(s.size) if w is None else w
    edges = np.unique(np.quantile(s, np.linspace(0, 1, bins + 1)))
    index = np.clip(np.searchsorted(edges, s, side="right") - 1, 0, max(edges.size - 2, 0))
    count = np.bincount(index, weights=weights).astype(np.float64)
    filled = count > 0
    predicted = np.bincount(index, weights=weights * s)[filled] / count[filled]
    observed = np.bincount(index, weights=weights * y)[filled] / count[filled]
    return _columns(predicted=predicted, observed=observed, count=count[filled])


def _thinned(ranking: Ranking) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Indices of at most ``POINTS`` points, evenly spaced along the ROC curve, ends included."""
    along = np.append(0.0, ranking.tp / ranking.positives + ranking.fp / ranking.negatives)
    if along.size <= POINTS:
        return np.arange(along.size, dtype=np.int64)
    return np.unique(np.searchsorted(along, np.linspace(0.0, along[-1], POINTS)))


def _precision(tp: Floats, fp: Floats) -> Floats:
    taken = tp + fp
    return np.divide(tp, taken, out=np.zeros_like(taken), where=taken > 0)


def _columns(**arrays: Floats) -> Columns:
    return {name: values.tolist() for name, values in arrays.items()}
