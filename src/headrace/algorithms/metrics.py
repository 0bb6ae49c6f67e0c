"""How good predictions are: numbers from labels and predictions, in numpy alone.

=========  ==============  =====================================================================
symbol     shape           meaning
=========  ==============  =====================================================================
``y``      (n,)            labels: bool for two classes (true = positive), codes 0…k-1 for more,
                           numbers for regression
``p``      (n,)            predictions of the same kind as ``y``
``s``      (n,)            scores of the positive class, any order-preserving scale
``P``      (n, k)          class probabilities, columns in the order of the codes
``w``      (n,)            weights of the rows, at least 0; all 1 where not given
``C``      (k, k)          confusion matrix: weight of the rows of class i predicted as class j
``tp fp``  (m,)            weight of the positives and negatives with a score of at least each of
                           the m distinct scores, from the highest down
=========  ==============  =====================================================================

A metric that the data do not define (AUC of one class only) is NaN; a ratio of nothing by
nothing among predictions (precision where nothing is predicted positive) is 0, as is usual.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]

LOWEST_PROBABILITY = float(np.finfo(np.float64).eps)
"""Log-loss keeps away from the logarithm of 0 by this much."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows ordered by score: all that threshold metrics need, computed once.

    ``thresholds``, ``tp`` and ``fp`` have one entry a distinct score, from the highest down;
    ``positives`` and ``negatives`` are total weights.
    """

    thresholds: Floats
    tp: Floats
    fp: Floats

    @property
    def positives(self) -> float:
        return float(self.tp[-1]) if self.tp.size else 0.0

    @property
    def negatives(self) -> float:
        return float(self.fp[-1]) if self.fp.size else 0.0

    @property
    def tpr(self) -> Floats:
        """(m + 1,) share of the positives found, beginning at 0 (no row is taken)."""
        return np.append(0.0, self.tp) / self.positives if self.positives else self._undefined()

    @property
    def fpr(self) -> Floats:
        """(m + 1,) share of the negatives taken for positive, beginning at 0."""
        return np.append(0.0, self.fp) / self.negatives if self.negatives else self._undefined()

    def _undefined(self) -> Floats:
        return np.full(self.tp.size + 1, np.nan)


def rank(y: Flags, s: Floats, w: Floats | None = None) -> Ranking:
    """Order rows by score; rows of equal score count together.

    Parameters
    ----------
    y : (n,) true for the positive class
    s : (n,) scores, finite
    w : (n,) weights; rows of weight 0 are left out
    """
    if w is not None:
        y, s, w = y[w > 0], s[w > 0], w[w > 0]
    order = np.argsort(-s, kind="stable")
    s, y = s[order], y[order]
    weights = np.ones(s.size) if w is None else w[order]
    last_of_ties = np.append(np.flatnonzero(np.diff(s)), s.size - 1) if s.size else np.arange(0)
    tp = np.cumsum(weights * y)[last_of_ties]
    fp = np.cumsum(weights * ~y)[last_of_ties]
    return Ranking(s[last_of_ties], tp, fp)


def auc(ranking: Ranking) -> float:
    """Area under the ROC curve: P(score of a positive > of a negative), ties half.

    References
    ----------
    Fawcett (2006), "An introduction to ROC analysis", Pattern Recognition Letters 27, section 7.

    Examples
    --------
    >>> auc(rank(np.array([False, True, False, True]), np.array([0.1, 0.4, 0.35, 0.8])))
    1.0
    """
    if not (ranking.positives and ranking.negatives):
        return float("nan")
    return float(np.trapezoid(ranking.tpr, ranking.fpr))


def average_precision(ranking: Ranking) -> float:
    """Area under the precision-recall curve as a sum of steps: mean precision over recall."""
    if not ranking.positives:
        return float("nan")
    taken = ranking.tp + ranking.fp
    precision = np.divide(ranking.tp, taken, out=np.zeros_like(taken), where=taken > 0)
    return float(np.sum(np.diff(ranking.tpr) * precision))


def ks(ranking: Ranking) -> tuple[float, float]:
    """Kolmogorov-Smirnov: the widest gap between the score distributions of the two classes.

    Returns
    -------
    (the gap, the score at which it is reached); NaN for one class only
    """
    gap = ranking.tpr - ranking.fpr
    if gap.size < 2 or np.isnan(gap).any():
        return float("nan"), float("nan")
    best = int(np.argmax(np.abs(gap[1:])))
    return float(abs(gap[1:][best])), float(ranking.thresholds[best])


def confusion(y: Codes, p: Codes, k: int, w: Floats | None = None) -> Floats:
    """The (k, k) confusion matrix: rows are actual classes, columns predicted ones."""
    return np.bincount(y * k + p, weights=w, minlength=k * k).reshape(k, k).astype(np.float64)


def accuracy(C: Floats) -> float:  # noqa: N803 - the matrix of the table above
    """Share of the weight on the diagonal."""
    return _ratio(float(np.trace(C)), float(C.sum()))


def per_class(C: Floats) -> tuple[Floats, Floats, Floats]:  # noqa: N803
    """(k,) precision, recall and F1 of each class against all others."""
    hit = np.diag(C)
    precision = _ratios(hit, C.sum(axis=0))
    recall = _ratios(hit, C.sum(axis=1))
    return precision, recall, _ratios(2 * hit, C.sum(axis=0) + C.sum(axis=1))


def binary_metrics(C: Floats) -> dict[str, float]:  # noqa: N803
    """Accuracy and, for the second class, precision, recall and F1 of a (2, 2) matrix."""
    precision, recall, f1 = per_class(C)
    return {
        "accuracy": accuracy(C),
        "precision": float(precision[1]),
        "recall": float(recall[1]),
        "f1": float(f1[1]),
    }


def multiclass_metrics(C: Floats) -> dict[str, float]:  # noqa: N803
    """Accuracy, and precision, recall and F1 averaged over classes.

    ``macro`` gives every class that occurs (as label or as prediction) the same weight,
    ``weighted`` the weight of its rows.
    """
    present = (C.sum(axis=0) + C.sum(axis=1)) > 0
    support = C.sum(axis=1)
    values = {"accuracy": accuracy(C)}
    for name, each in zip(("precision", "recall", "f1"), per_class(C), strict=True):
        values[f"{name}_macro"] = float(each[present].mean()) if present.any() else float("nan")
        values[f"{name}_weighted"] = _ratio(float(each @ support), float(support.sum()))
    occurs = support > 0
    recall = per_class(C)[1]
    values["balanced_accuracy"] = float(recall[occurs].mean()) if occurs.any() else float("nan")
    return values


def log_loss(y: Codes, P: Floats, w: Floats | None = None) -> float:  # noqa: N803
    """Mean negative logarithm of the probability given to the class that it was."""
    if not y.size:
        return float("nan")
    kept = np.clip(P, LOWEST_PROBABILITY, 1 - LOWEST_PROBABILITY)
    given = kept[np.arange(y.size), y] / kept.sum(axis=1)
    return float(np.average(-np.log(given), weights=w))


def brier(y: Flags, s: Floats, w: Floats | None = None) -> float:
    """Mean squared distance of the probability from what happened (Brier 1950)."""
    return float(np.average((s - y) ** 2, weights=w)) if y.size else float("nan")


def one_vs_rest_auc(y: Codes, P: Floats, w: Floats | None = None) -> Floats:  # noqa: N803
    """(k,) area under the ROC curve of each class against all others; NaN for an absent one."""
    return np.array([auc(rank(y == code, P[:, code], w)) for code in range(P.shape[1])])


def regression_metrics(y: Floats, p: Floats, w: Floats | None = None) -> dict[str, float]:
    """Errors of predicted numbers, in units of the label (``mse`` squared, ``mape`` a share).

    ``mape`` leaves rows with a label of 0 out, where it is not defined; ``r2`` is NaN for a
    constant label. The median takes no weights.
    """
    error = p - y
    mean = np.average(y, weights=w)
    squares = float(np.average(error**2, weights=w))
    spread = float(np.average((y - mean) ** 2, weights=w))
    nonzero = y != 0 if w is None else (y != 0) & (w > 0)
    shares = np.abs(error[nonzero] / y[nonzero])
    return {
        "rmse": squares**0.5,
        "mse": squares,
        "mae": float(np.average(np.abs(error), weights=w)),
        "median_absolute_error": float(np.median(np.abs(error))),
        "r2": 1 - squares / spread if spread > 0 else float("nan"),
        "mape": float(np.average(shares, weights=None if w is None else w[nonzero]))
        if nonzero.any()
        else float("nan"),
    }


def silhouette(X: Floats, y: Codes, limit: int = 2000, seed: int = 42) -> float:  # noqa: N803
    """How much nearer rows are to their own cluster than to the next, from -1 to 1.

    Parameters
    ----------
    X : (n, d) features
    y : (n,) cluster of each row
    limit : rows; of more a sample is taken, the same for the same seed, because the cost is
        quadratic
    seed : of the sample

    Returns
    -------
    The mean over the sampled rows, distances being to sampled rows too; rows alone in their
    cluster count 0; NaN for fewer than two clusters

    References
    ----------
    Rousseeuw (1987), "Silhouettes", J. Computational and Applied Mathematics 20, section 2.
    """
    X = X - X.mean(axis=0)  # noqa: N806 - far from 0 the squares of ``_distance_sums`` lose digits
    if y.size > limit:
        kept = np.random.default_rng(seed).choice(y.size, size=limit, replace=False)
        X, y = X[kept], y[kept]  # noqa: N806
    _, codes, sizes = np.unique(y, return_inverse=True, return_counts=True)
    if sizes.size < 2:
        return float("nan")
    to_cluster = _distance_sums(X, codes, sizes.size)
    rows = np.arange(codes.size)
    own_size = sizes[codes]
    own = to_cluster[rows, codes] / np.maximum(own_size - 1, 1)
    others = to_cluster / sizes
    others[rows, codes] = np.inf
    nearest = others.min(axis=1)
    widest = np.maximum(own, nearest)
    score = np.divide(nearest - own, widest, out=np.zeros_like(own), where=widest > 0)
    return float(np.where(own_size > 1, score, 0.0).mean())


def _distance_sums(X: Floats, codes: Codes, k: int, block: int = 256) -> Floats:  # noqa: N803
    """(n, k) sum of the distances of each row to all rows of each cluster."""
    members = np.eye(k)[codes]
    squares = np.einsum("ij,ij->i", X, X)
    sums = np.empty((codes.size, k))
    for start in range(0, codes.size, block):
        part = slice(start, start + block)
        distance = squares[part, None] - 2 * X[part] @ X.T + squares
        distance[np.arange(distance.shape[0]), np.arange(codes.size)[part]] = 0.0
        sums[part] = np.sqrt(np.maximum(distance, 0.0)) @ members
    return sums


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _ratios(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros_like(part, dtype=np.float64), where=whole > 0)
