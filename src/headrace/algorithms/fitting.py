"""One fit, from a request to a complete model directory. Runs in the child process."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from headrace.algorithms import catalog, metrics
from headrace.algorithms.base import Algorithm, Estimator, FitContext
from headrace.algorithms.evaluation import TWO_CLASSES, Judged, classification_metrics
from headrace.algorithms.feature_step import FeatureStep
from headrace.algorithms.metrics import Floats
from headrace.algorithms.training_data import Measured, TrainingData, by_column, other_rows, prepare
from headrace.errors import FitError, ModelError
from headrace.graph.schema import Schema
from headrace.graph.step import Json
from headrace.models.artifact import Fitted, write_artifact
from headrace.models.protocols import FitRequest, FitResult
from headrace.models.scorers import estimator_scores

MEASURED_ROWS = 5000
"""How many training rows, evenly spaced, the metrics on the training rows are computed on."""

SMALL_CELLS = 2_000_000
"""A matrix of fewer numbers is done sooner than threads have waited for each other: boosting on
24,000 x 23 took 0.7 s with one thread, and 1.0 s to minutes with two on a busy machine."""


def fit(request: FitRequest) -> FitResult:
    """Fit an algorithm and write its model.

    Parameters
    ----------
    request : what to fit, to which table, and where the model goes

    Raises
    ------
    FitError : where the data or the parameters are at fault, saying which column and how many rows
    """
    started = time.perf_counter()
    algorithm = catalog.algorithm(request.algorithm).model_validate(request.parameters)
    table = read_table(request.table)
    data = prepare(algorithm, table, request)
    if isinstance(algorithm, FeatureStep):
        algorithm.check_fitted(data.preparation)
    estimator, warned = _fit_estimator(algorithm, data, request)
    result = FitResult(
        artifact=request.artifact,
        seconds=time.perf_counter() - started,
        rows=table.num_rows,
        metrics=measure(algorithm, estimator, data.sample(MEASURED_ROWS), request.seed),
        choices=(*data.choices, *warned, f"seed {request.seed}"),
        importance=_importance(algorithm, estimator, data),
        coefficients=_coefficients(estimator, data),
        evaluation=_evaluate(algorithm, estimator, data, request),
    )
    try:
        write_artifact(
            request.artifact, _fitted(algorithm, estimator, data, request, result), table
        )
    except ModelError as error:
        raise FitError(error.message, hint=error.hint) from error
    return result


def read_table(path: Path) -> pa.Table:
    """The table of an Arrow IPC file, mapped into memory rather than read."""
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()


def _fit_estimator(
    algorithm: Algorithm, data: TrainingData, request: FitRequest
) -> tuple[Estimator, tuple[str, ...]]:
    rows, features = data.X.shape
    context = FitContext(
        rows=rows,
        features=features,
        categorical=data.preparation.categorical,
        seed=request.seed,
        threads=request.threads,
    )
    estimator = algorithm.build(context)
    weights = {} if data.fit_weights is None else {"sample_weight": data.fit_weights}
    with threadpool_limits(thread_limits(request.threads, data.X.size)), _warnings() as warned:
        estimator.fit(data.X, data.y, **weights)
    return estimator, tuple(warned)


def thread_limits(threads: int | None, cells: int) -> dict[str, int]:
    """Most threads of a BLAS and of OpenMP, for a matrix of so many numbers; unnamed: all.

    Matrix products of tables, long and narrow, wait for memory: with one BLAS thread logistic
    regressions from 2,000 x 20 to 500,000 x 20 and 10,000 x 784 took a third of the time that two
    took, and a tenth on a busy machine. Sums then also have one order on every machine. Boosting
    and k-means share rows out by OpenMP, which pays.
    """
    if threads:
        return {"blas": threads, "openmp": threads}
    return {"blas": 1, "openmp": 1} if cells < SMALL_CELLS else {"blas": 1}


@contextmanager
def _warnings() -> Iterator[list[str]]:
    """Warnings as sentences: what the user can mend is told, the rest goes to the log."""
    told: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield told
    unfinished = [str(w.message) for w in caught if issubclass(w.category, ConvergenceWarning)]
    told += dict.fromkeys(map(_unfinished, unfinished))
    for warning in caught:
        print(f"{warning.category.__name__}: {warning.message}", file=sys.stderr)


def _unfinished(message: str) -> str:
    if "distinct clusters" in message:
        return "there are fewer different rows than clusters: some clusters are the same or empty"
    return "the solver stopped before it had converged; raise max_iter or scale the features"


def measure(
    algorithm: Algorithm, estimator: Estimator, sample: Measured, seed: int
) -> dict[str, float]:
    """The metrics of an algorithm's task on some rows; a feature step has none."""
    if algorithm.task == "transform":
        return {}
    scores = estimator_scores(estimator, sample.X, algorithm.task)
    if algorithm.task == "cluster":
        return _clustering_metrics(estimator, sample.X, scores, seed)
    assert sample.y is not None
    if algorithm.task == "classify":
        return _classification_metrics(sample.y.astype(np.int64), scores, sample.w)
    return metrics.regression_metrics(sample.y.astype(np.float64), scores[:, 0], sample.w)


def _evaluate(
    algorithm: Algorithm, estimator: Estimator, data: TrainingData, request: FitRequest
) -> dict[str, float] | None:
    """The metrics on the evaluation rows, all of them."""
    if request.evaluation_table is None:
        return None
    table = read_table(request.evaluation_table)
    return measure(algorithm, estimator, other_rows(algorithm, data, table, request), request.seed)


def _classification_metrics(y: metrics.Codes, scores: Floats, w: Floats | None) -> dict[str, float]:
    """Of two classes the second is the positive one."""
    k = scores.shape[1]
    names = tuple(str(code) for code in range(k))
    positive = 1 if k == TWO_CLASSES else None
    judged = Judged(names, y, scores.argmax(axis=1), scores, w, positive, left_out=0)
    return classification_metrics(judged)


def _clustering_metrics(
    estimator: Any,
    X: NDArray[np.floating],  # noqa: N803
    scores: Floats,
    seed: int,
) -> dict[str, float]:
    clusters = scores[:, 0].astype(np.int64)
    found = {"silhouette": metrics.silhouette(X.astype(np.float64), clusters, seed=seed)}
    if hasattr(estimator, "inertia_"):
        found["inertia"] = float(estimator.inertia_)
    return found


def _importance(
    algorithm: Algorithm, estimator: Estimator, data: TrainingData
) -> Mapping[str, float] | None:
    """Importance by raw column, summing to 1, largest first."""
    values = algorithm.importance(estimator)
    if values is None:
        return None
    total = values.sum()
    shares = values / total if total > 0 else values
    return by_column(shares, data.preparation)


def _coefficients(estimator: Any, data: TrainingData) -> Mapping[str, float] | None:
    """The weights of a linear model of one output by feature, and its constant."""
    weights = np.atleast_2d(getattr(estimator, "coef_", np.empty((0, 0))))
    if weights.shape != (1, len(data.preparation.feature_names)):
        return None
    named = dict(zip(data.preparation.feature_names, weights[0].tolist(), strict=True))
    return {**named, "(intercept)": float(np.ravel(estimator.intercept_)[0])}


def _fitted(
    algorithm: Algorithm,
    estimator: Estimator,
    data: TrainingData,
    request: FitRequest,
    result: FitResult,
) -> Fitted:
    return Fitted(
        algorithm=algorithm.name,
        task=algorithm.task,
        estimator=estimator,
        preparation=data.preparation,
        labels=data.labels,
        label=data.label,
        outputs=_outputs(algorithm, data),
        parameters=algorithm.model_dump(mode="json"),
        metrics=result.metrics,
        rows=result.rows,
        seed=request.seed,
        fingerprint=request.fingerprint,
        script=request.script,
        extra=_extra(request, result),
    )


def _outputs(algorithm: Algorithm, data: TrainingData) -> Schema | None:
    if not isinstance(algorithm, FeatureStep):
        return None
    return algorithm.outputs(data.preparation.inputs)


def _extra(request: FitRequest, result: FitResult) -> dict[str, Json]:
    return {
        **(request.metadata or {}),
        "choices": list(result.choices),
        "importance": dict(result.importance) if result.importance else None,
        "coefficients": dict(result.coefficients) if result.coefficients else None,
        "evaluation": dict(result.evaluation) if result.evaluation else None,
        "seconds": result.seconds,
        "weight": request.weight,
    }
