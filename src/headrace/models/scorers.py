"""From a matrix to scores, as fast as the estimator's arithmetic allows.

scikit-learn's own ``predict_proba`` checks its input, copies it into another order and starts
threads, on every call. Called a few thousand rows at a time from several threads of an engine
that costs more than the arithmetic, so the common families are evaluated directly. That these
give what scikit-learn gives is proved on the golden rows whenever a model is written or loaded.

    n rows, p features, k classes (or centres)
    scores: (n, k) probabilities of a classifier, (n, 1) values of a regression,
            (n, 2) cluster number and distance, (n, p) features of a feature step
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, reduce
from typing import Any, Literal, Protocol

import numpy as np

from headrace.graph.signature import Task
from headrace.models.encoders import Matrix
from headrace.models.preparation import Arrays, Preparation
from headrace.models.threads import one_openmp_thread, pool

TREES_A_BLOCK = 10

FARTHEST_CENTRE = 1e4
"""Scaling is folded into weights up to this mean, in deviations: then it costs 4 of 16 digits.

A column of Unix seconds within one day has its mean 60,000 deviations away, and more."""


class Scorer(Protocol):
    """Scores of raw rows; safe to call from several threads at once."""

    def score(self, arrays: Arrays, threads: int = 1) -> Matrix:
        """(n, k) float64 for the raw columns of n rows; the same, whatever ``threads``."""


def make_scorer(estimator: Any, preparation: Preparation, task: Task) -> Scorer:
    """The fastest scorer that is exact for this estimator."""
    if task == "transform":
        return PreparationScorer(preparation)
    if task == "cluster" and hasattr(estimator, "cluster_centers_"):
        return _centres(estimator, preparation)
    if hasattr(estimator, "coef_") and type(estimator).__name__ in _LINKS:
        return _linear(estimator, preparation)
    if _is_forest(estimator):
        return ForestScorer(preparation, tuple(tree.tree_ for tree in estimator.estimators_))
    if hasattr(estimator, "_raw_predict") and hasattr(estimator, "_predictors"):
        return BoostingScorer(preparation, estimator)
    return EstimatorScorer(preparation, estimator, task)


def _is_forest(estimator: Any) -> bool:
    forests = ("RandomForest", "ExtraTrees")
    return type(estimator).__name__.startswith(forests) and estimator.n_outputs_ == 1


Link = Literal["identity", "logistic"]
_LINKS: dict[str, Link] = {
    "LogisticRegression": "logistic",
    "LinearRegression": "identity",
    "Ridge": "identity",
    "Lasso": "identity",
    "ElasticNet": "identity",
}


@dataclass(frozen=True)
class LinearScorer:
    """Weighted sums; the preparation's scaling is mostly folded into the weights.

    weights : (p, k) or (p, 1) for two classes and for regressions; intercepts : (k,) or (1,)
    scaled : whether the weights are of scaled features
    """

    preparation: Preparation
    weights: Matrix
    intercepts: Matrix
    link: Link
    scaled: bool = True

    def score(self, arrays: Arrays, threads: int = 1) -> Matrix:
        matrix = self.preparation.transform(arrays, scaled=self.scaled)
        sums: Matrix = matrix @ self.weights
        sums += self.intercepts
        if self.link == "identity":
            return sums
        return _sigmoid_pair(sums[:, 0]) if sums.shape[1] == 1 else softmax(sums)


def _linear(estimator: Any, preparation: Preparation) -> LinearScorer:
    weights = np.atleast_2d(np.asarray(estimator.coef_, np.float64)).T
    intercepts = np.atleast_1d(np.asarray(estimator.intercept_, np.float64))
    scaled = not _folds(preparation)
    if not scaled:
        weights = weights / np.asarray(preparation.scale)[:, None]
        intercepts = intercepts - np.asarray(preparation.centre) @ weights
    link = _LINKS[type(estimator).__name__]
    return LinearScorer(preparation, np.ascontiguousarray(weights), intercepts, link, scaled)


def _folds(preparation: Preparation) -> bool:
    """Whether there is a scaling, and no column lies so far away that its digits cancel out."""
    if preparation.centre is None or preparation.scale is None:
        return False
    away = np.abs(preparation.centre) / np.asarray(preparation.scale)
    return bool((away <= FARTHEST_CENTRE).all())


def _sigmoid_pair(sums: Matrix) -> Matrix:
    """Probabilities of both classes, (n, 2), from the log-odds of the second."""
    from scipy.special import expit

    pair = np.empty((len(sums), 2))
    expit(sums, out=pair[:, 1])
    np.subtract(1.0, pair[:, 1], out=pair[:, 0])
    return pair


def softmax(sums: Matrix) -> Matrix:
    """Rows of exponentials that sum to 1; the largest is taken off first so that none overflows."""
    sums = np.exp(sums - sums.max(axis=1, keepdims=True))
    sums /= sums.sum(axis=1, keepdims=True)
    return sums


@dataclass(frozen=True)
class ForestScorer:
    """The mean over trees of what stands in each row's leaf.

    Sums are taken over blocks of trees and then over blocks, so that the result does not depend
    on how many threads took part, to the last bit.
    """

    preparation: Preparation
    trees: tuple[Any, ...]

    def score(self, arrays: Arrays, threads: int = 1) -> Matrix:
        # scikit-learn's trees read float32 rows, and a larger value counts as infinite.
        with np.errstate(over="ignore"):
            matrix = self.preparation.transform(arrays, dtype=np.float32, order="C")
        starts = range(0, len(self.trees), TREES_A_BLOCK)
        work = partial(self._block, matrix)
        # The trees run without the interpreter's lock, so threads do run at once.
        sums = pool().map(work, starts) if threads > 1 else map(work, starts)
        total = reduce(np.add, sums) / len(self.trees)
        scores: Matrix = total.reshape(len(matrix), -1)
        return scores

    def _block(self, matrix: Matrix, start: int) -> Matrix:
        total: Matrix = self.trees[start].predict(matrix)
        for tree in self.trees[start + 1 : start + TREES_A_BLOCK]:
            total += tree.predict(matrix)
        return total


@dataclass(frozen=True)
class BoostingScorer:
    """Histogram gradient boosting: raw sums of trees, then the loss's link."""

    preparation: Preparation
    estimator: Any

    def score(self, arrays: Arrays, threads: int = 1) -> Matrix:
        matrix = self.preparation.transform(arrays, order="C")
        raw = self.estimator._raw_predict(matrix, n_threads=threads)
        if hasattr(self.estimator, "classes_"):
            proba: Matrix = self.estimator._loss.predict_proba(raw)
            return proba
        values: Matrix = self.estimator._loss.link.inverse(raw)
        return values.reshape(-1, 1)


@dataclass(frozen=True)
class CentreScorer:
    """The nearest of k centres and the Euclidean distance to it.

    ``|x - c|² = |x|² - 2 x·c + |c|²``; the last two terms decide which is nearest. Both are
    counted from ``origin``, (p,), the middle of the centres: far from 0 the squares lose digits.

    centres : (k, p), less the origin
    """

    preparation: Preparation
    centres: Matrix
    origin: Matrix

    def score(self, arrays: Arrays, threads: int = 1) -> Matrix:
        matrix = self.preparation.transform(arrays)
        matrix -= self.origin
        apart = matrix @ (-2.0 * self.centres.T)
        apart += (self.centres**2).sum(axis=1)
        nearest = apart.argmin(axis=1)
        scores = np.empty((len(matrix), 2))
        scores[:, 0] = nearest
        # The difference itself, not the expanded square, which loses digits near a centre.
        scores[:, 1] = np.sqrt(((matrix - self.centres[nearest]) ** 2).sum(axis=1))
        return scores


def _centres(estimator: Any, preparation: Preparation) -> CentreScorer:
    centres = np.asarray(estimator.cluster_centers_, np.float64)
    origin = centres.mean(axis=0)
    return CentreScorer(preparation, centres - origin, origin)


@dataclass(frozen=True)
class PreparationScorer:
    """A feature step: the preparation is all that it does."""

    preparation: Preparation

    def score(self, arrays: Arrays, threads: int = 1) -> Matrix:
        return self.preparation.transform(arrays, order="C")


@dataclass(frozen=True)
class EstimatorScorer:
    """Any other estimator, by its own methods."""

    preparation: Preparation
    estimator: Any
    task: Task

    def score(self, arrays: Arrays, threads: int = 1) -> Matrix:
        matrix = self.preparation.transform(arrays)
        with one_openmp_thread():
            return estimator_scores(self.estimator, matrix, self.task)


def estimator_scores(estimator: Any, matrix: Matrix, task: Task) -> Matrix:
    """Scores by the estimator's public methods: what every scorer must equal."""
    if task == "transform":
        transformed: Matrix = np.asarray(estimator.transform(matrix), np.float64)
        return transformed
    if task == "classify":
        proba: Matrix = np.asarray(estimator.predict_proba(matrix), np.float64)
        return proba
    if task == "cluster" and hasattr(estimator, "cluster_centers_"):
        return _nearest(matrix, np.asarray(estimator.cluster_centers_, np.float64))
    predicted = np.asarray(estimator.predict(matrix), np.float64)
    if task == "cluster":
        return np.column_stack([predicted, np.full(len(predicted), np.nan)])
    return predicted.reshape(-1, 1)


def _nearest(matrix: Matrix, centres: Matrix) -> Matrix:
    """Number of the nearest of k centres and the distance, (n, 2), by the definition.

    scikit-learn's own ``predict`` and ``transform`` expand the squares, and are wrong far from 0.
    """
    distances = np.column_stack([np.sqrt(((matrix - c) ** 2).sum(axis=1)) for c in centres])
    return np.column_stack([distances.argmin(axis=1), distances.min(axis=1)])
