"""From a table of raw columns to the matrix, labels and weights that an estimator reads.

=========  =======  ==========================================================
symbol     shape    meaning
=========  =======  ==========================================================
``X``      (n, d)   features
``y``      (n,)     class codes 0…k-1, or numbers; None without a label
``w``      (n,)     weights of the rows; None where all count the same
=========  =======  ==========================================================
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from headrace.algorithms.base import Algorithm, Classifier
from headrace.algorithms.metrics import Floats
from headrace.errors import FitError, ModelError
from headrace.graph.schema import Column
from headrace.models.encoders import numbers
from headrace.models.labels import Labels
from headrace.models.preparation import Preparation
from headrace.models.protocols import FitRequest
from headrace.models.types import is_number, is_text, spark_type

MOST_CLASSES = 1000
"""A label with more distinct values is taken for an identifier or a measurement."""

MOST_FRACTIONS = 50
"""A label of numbers with fractions and more distinct values is taken for a measurement."""

IDENTIFIER_SHARE = 0.5
"""A text that differs in so many of the rows says who a row is, not what it is like."""

FEWEST_ROWS_TO_JUDGE = 50
"""In a smaller table every text may well be different."""

_IDENTIFIER_NAME = re.compile(r"(^|_)[iI][dD]$|[a-z0-9]I[dD]$")
"""``id``, ``client_ID``, ``clientId``; but not ``paid``."""


@dataclass(frozen=True)
class Measured:
    """Prepared rows that an estimator is fitted to or measured on; ``w`` is the table's weight."""

    X: NDArray[np.floating]
    y: NDArray[np.number] | None
    w: Floats | None


@dataclass(frozen=True)
class TrainingData(Measured):
    """All that an estimator is fitted to, and how it came about.

    ``fit_weights`` are ``w`` times the class weights: what makes rare classes count more while
    fitting must not make the metrics count them more.
    """

    fit_weights: Floats | None
    preparation: Preparation
    labels: Labels | None
    label: Column | None
    choices: tuple[str, ...]

    def sample(self, most: int) -> Measured:
        """At most so many rows that count, evenly spaced: the same ones every time."""
        rows = np.arange(len(self.X)) if self.w is None else np.flatnonzero(self.w)
        if len(rows) <= most:
            kept = rows
        else:
            kept = rows[np.linspace(0, len(rows) - 1, most).round().astype(np.int64)]
        return Measured(
            self.X[kept],
            None if self.y is None else self.y[kept],
            None if self.w is None else self.w[kept],
        )


def prepare(algorithm: Algorithm, table: pa.Table, request: FitRequest) -> TrainingData:
    """Learn the preparation from ``table`` and apply it.

    Raises
    ------
    FitError : where the columns, the label or the weights are not fit for the algorithm
    """
    if not table.num_rows:
        raise FitError(
            f"the table to train {request.algorithm} on has no rows",
            hint="look at the steps before: does a filter or a join leave nothing?",
        )
    for conflict in algorithm.conflicts():
        raise FitError(conflict.message, hint=conflict.hint)
    if request.weight is not None and not algorithm.takes_weights:
        raise FitError(f"{algorithm.name} takes no weights", hint="leave weightCol out")
    columns, left_out = usable_columns(table, request)
    try:
        labels = _labels(algorithm, table, request)
        preparation = Preparation.fit(table, columns, algorithm.treatment())
    except ModelError as error:
        raise FitError(error.message, hint=error.hint) from error
    y = _target(table, request.label, labels)
    if y is not None:
        algorithm.check_target(y)
    weights = _row_weights(table, request)
    return TrainingData(
        _matrix(algorithm, preparation, table),
        y,
        weights,
        _fit_weights(algorithm, weights, labels, y),
        preparation,
        labels,
        _label_column(table, request.label),
        (*left_out, *preparation.choices),
    )


def usable_columns(table: pa.Table, request: FitRequest) -> tuple[tuple[str, ...], list[str]]:
    """The columns to learn from, and a sentence on each that is left out.

    A column without any value teaches nothing. Identifiers teach the training rows by heart, so
    they are left out too, unless the user named the columns.
    """
    kept: list[str] = []
    said: list[str] = []
    for name in request.features:
        reason = _unusable(name, table[name], named=request.named)
        if reason is None:
            kept.append(name)
        else:
            said.append(f"{name}: left out, {reason}")
    if not kept:
        raise FitError(
            "no column is left to learn from: " + "; ".join(said), hint="name some in inputCols"
        )
    return tuple(kept), said


def _unusable(name: str, column: pa.ChunkedArray, *, named: bool) -> str | None:
    if column.null_count == len(column):
        return "every value is missing"
    if named or len(column) < FEWEST_ROWS_TO_JUDGE:
        return None
    if is_text(column.type):
        distinct = pc.count_distinct(column).as_py()
        if distinct > IDENTIFIER_SHARE * len(column):
            return (
                f"{distinct:,} different texts in {len(column):,} rows look like identifiers "
                "(inputCols can name it all the same)"
            )
    named_so = pa.types.is_integer(column.type) and _IDENTIFIER_NAME.search(name)
    if named_so and pc.count_distinct(column).as_py() == len(column):
        return "an identifier by its name, different in every row"
    return None


def _labels(algorithm: Algorithm, table: pa.Table, request: FitRequest) -> Labels | None:
    if algorithm.task != "classify" or request.label is None:
        return None
    column = table[request.label]
    _refuse_measurement(request.label, column)
    return Labels.fit(request.label, column)


def _refuse_measurement(name: str, column: pa.ChunkedArray) -> None:
    distinct = pc.count_distinct(column).as_py()
    fractions = pa.types.is_floating(column.type) or pa.types.is_decimal(column.type)
    if fractions and distinct > MOST_FRACTIONS:
        values = column.drop_null().cast(pa.float64())
        fractions = pc.any(pc.not_equal(values, pc.floor(values))).as_py()
    if distinct <= MOST_CLASSES and not (fractions and distinct > MOST_FRACTIONS):
        return
    hint = "take the identifier's place with a label that has few values"
    if is_number(column.type):
        hint = "to predict a number take GBTRegressor or LinearRegression"
    raise FitError(f"label '{name}' has {distinct:,} different values, too many classes", hint=hint)


def _label_column(table: pa.Table, label: str | None) -> Column | None:
    return None if label is None else Column(label, spark_type(table[label].type))


def _target(table: pa.Table, label: str | None, labels: Labels | None) -> NDArray[np.number] | None:
    if label is None:
        return None
    if labels is not None:
        codes: NDArray[np.number] = labels.encode(table[label])
        return codes
    return finite_numbers(f"label '{label}'", label, table[label])


def finite_numbers(what: str, name: str, column: pa.ChunkedArray) -> Floats:
    """A column of numbers without missing and infinite ones, shape (n,).

    Raises
    ------
    FitError : naming ``what`` it is, and how many rows are at fault
    """
    if not is_number(column.type):
        raise FitError(
            f"{what} is {spark_type(column.type)}, not a number", hint=f"cast({name} as double)"
        )
    values = np.concatenate([numbers(chunk) for chunk in column.chunks]).astype(np.float64)
    missing, infinite = int(np.isnan(values).sum()), int(np.isinf(values).sum())
    if missing or infinite:
        fault = f"missing in {missing:,}" if missing else f"infinite in {infinite:,}"
        raise FitError(
            f"{what} is {fault} of {values.size:,} rows",
            hint=f"leave those rows out: where {name} is not null and abs({name}) < double('inf')",
        )
    return values


def _matrix(
    algorithm: Algorithm, preparation: Preparation, table: pa.Table
) -> NDArray[np.floating]:
    arrays = [table[name] for name in preparation.columns]
    dtype = np.float32 if algorithm.matrix_dtype == "float32" else np.float64
    matrix: NDArray[np.floating] = preparation.transform(
        arrays, dtype=dtype, order=algorithm.matrix_order
    )
    return matrix


def _fit_weights(
    algorithm: Algorithm,
    rows: Floats | None,
    labels: Labels | None,
    y: NDArray[np.number] | None,
) -> Floats | None:
    if not isinstance(algorithm, Classifier) or not algorithm.class_weight or labels is None:
        return rows
    assert y is not None
    classes = class_weights(algorithm.class_weight, labels, np.bincount(y.astype(np.int64)))
    by_class = classes[y.astype(np.int64)]
    weights = by_class if rows is None else rows * by_class
    if not weights.any():
        raise FitError("class_weight leaves no row that counts", hint="give some class a weight")
    return weights


def _row_weights(table: pa.Table, request: FitRequest) -> Floats | None:
    if request.weight is None:
        return None
    rows = finite_numbers(f"weight '{request.weight}'", request.weight, table[request.weight])
    if (rows < 0).any() or not rows.any():
        raise FitError(
            f"weight '{request.weight}' must not be negative, nor 0 in every row",
            hint=f"where {request.weight} > 0",
        )
    return rows


def class_weights(
    wanted: str | Mapping[str, float], labels: Labels, counts: NDArray[np.int64]
) -> Floats:
    """(k,) weight of each class.

    ``balanced`` gives n / (k · count), so that every class has the same total; classes that a
    mapping does not name count 1.

    Raises
    ------
    FitError : when the mapping names a class that does not occur
    """
    if isinstance(wanted, str):
        balanced: Floats = counts.sum() / (counts.size * counts)
        return balanced
    names = [_class_name(label) for label in labels.classes]
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise FitError(
            f"class_weight names '{unknown[0]}', which is no class of '{labels.column}'",
            hint=f"classes: {', '.join(names)}",
        )
    return np.array([float(wanted.get(name, 1.0)) for name in names])


def _class_name(label: object) -> str:
    """A class as JSON and people write it: ``true``, ``1``, ``1.5``, ``yes``."""
    if isinstance(label, bool):
        return str(label).lower()
    return str(int(label)) if isinstance(label, float) and label.is_integer() else str(label)


def other_rows(
    algorithm: Algorithm, data: TrainingData, table: pa.Table, request: FitRequest
) -> Measured:
    """Rows that the estimator was not fitted to, prepared as those were.

    Raises
    ------
    FitError : where there are none, a label is missing or unknown, or a column has another type
    """
    if not table.num_rows:
        raise FitError("the evaluation table has no rows")
    try:
        X = _matrix(algorithm, data.preparation, table)  # noqa: N806
        y = _target(table, request.label, data.labels)
    except ModelError as error:
        raise FitError(f"evaluation table: {error.message}", hint=error.hint) from error
    return Measured(X, y, _row_weights(table, request))


def by_column(values: Floats, preparation: Preparation) -> dict[str, float]:
    """(d,) numbers of features added up by raw column, largest first."""
    totals: dict[str, float] = {}
    first = 0
    for encoder in preparation.encoders:
        last = first + len(encoder.features)
        totals[encoder.column] = float(values[first:last].sum())
        first = last
    return dict(sorted(totals.items(), key=lambda item: -item[1]))
