"""Predictions beside what was true: metrics and curves of columns as a table holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headrace.algorithms import metrics
from headrace.algorithms.metrics import Codes, Floats
from headrace.errors import RunError
from headrace.models.encoders import numbers
from headrace.models.types import is_list, is_number, is_text, spark_type

TWO_CLASSES = 2


@dataclass(frozen=True)
class Judged:
    """Rows with a label and a prediction, as codes of ``classes``.

    =================  ======  ===================================================
    ``y``              (n,)    code of the true class
    ``p``              (n,)    code of the predicted class
    ``P``              (n, k)  probabilities in the order of the classes, or None
    ``w``              (n,)    weights, or None
    =================  ======  ===================================================

    ``positive`` is the code of the class that two-class metrics are about; None for more classes.
    ``left_out`` rows had no label or no prediction.
    """

    classes: tuple[str, ...]
    y: Codes
    p: Codes
    P: Floats | None
    w: Floats | None
    positive: int | None
    left_out: int

    @property
    def score(self) -> Floats | None:
        """(n,) probability of the positive class."""
        if self.P is None or self.positive is None:
            return None
        column: Floats = self.P[:, self.positive]
        return column

    @property
    def confusion(self) -> Floats:
        return metrics.confusion(self.y, self.p, len(self.classes), self.w)

    def ranking(self) -> metrics.Ranking | None:
        """The rows by score; None without scores, or where one class only occurs."""
        score = self.score
        if score is None:
            return None
        ranking = metrics.rank(self.y == self.positive, score, self.w)
        return ranking if ranking.positives and ranking.negatives else None


@dataclass(frozen=True)
class Columns:
    """What a table has to say of a classifier; ``probability`` is a vector or P(positive)."""

    label: pa.ChunkedArray
    prediction: pa.ChunkedArray | None = None
    probability: pa.ChunkedArray | None = None
    weight: pa.ChunkedArray | None = None


def judge(columns: Columns, positive: str | None = None, order: Sequence[str] = ()) -> Judged:
    """Bring a classifier's columns together.

    Parameters
    ----------
    columns : as the table holds them; a prediction or a probability there must be
    positive : the class that two-class metrics are about; without it the last one
    order : the classes in the order of the probabilities; without it ascending

    Raises
    ------
    RunError : where nothing is left, the types do not compare, or the classes cannot be told
    """
    kept, left_out = _complete(columns)
    if not len(kept.label):
        raise RunError(
            "there is no row with both a label and a prediction",
            hint="look at the steps before: does a filter or a join leave nothing?",
        )
    probability = None if kept.probability is None else probabilities(kept.probability)
    known = _classes(kept, None if probability is None else probability.shape[1], order)
    names = tuple(class_name(value) for value in known.to_pylist())
    code = _positive(names, positive)
    if probability is not None and probability.shape[1] == 1:
        probability = _both(probability[:, 0], len(names), code)
    y = _codes(kept.label, known, "label")
    if kept.prediction is not None:
        p = _codes(kept.prediction, known, "prediction")
    else:
        assert probability is not None
        p = probability.argmax(axis=1)
    return Judged(names, y, p, probability, _weights(kept.weight), code, left_out)


def classification_metrics(judged: Judged) -> dict[str, float]:
    """All metrics that labels, predictions and (where there are any) probabilities define."""
    found: dict[str, float] = {}
    if judged.positive is not None:
        found |= _score_metrics(judged)
        order = [1 - judged.positive, judged.positive]
        found |= metrics.binary_metrics(judged.confusion[np.ix_(order, order)])
    else:
        if judged.P is not None:
            each = metrics.one_vs_rest_auc(judged.y, judged.P, judged.w)
            found["auc"] = float(np.nanmean(each)) if not np.isnan(each).all() else float("nan")
        found |= metrics.multiclass_metrics(judged.confusion)
    if judged.P is not None:
        found["log_loss"] = metrics.log_loss(judged.y, judged.P, judged.w)
    return found


def _score_metrics(judged: Judged) -> dict[str, float]:
    score = judged.score
    if score is None:
        return {}
    actual = judged.y == judged.positive
    ranking = metrics.rank(actual, score, judged.w)
    return {
        "auc": metrics.auc(ranking),
        "pr_auc": metrics.average_precision(ranking),
        "ks": metrics.ks(ranking)[0],
        "brier": metrics.brier(actual, score, judged.w),
    }


def probabilities(column: pa.ChunkedArray) -> Floats:
    """(n, k) of a vector column, (n, 1) of a column of numbers.

    Raises
    ------
    RunError : for another type, vectors of differing length, or what is no probability
    """
    array = column.combine_chunks()
    if is_number(array.type):
        values = numbers(array).astype(np.float64).reshape(-1, 1)
    elif is_list(array.type) and is_number(array.type.value_type):
        sizes = pc.unique(pc.list_value_length(array))
        if len(sizes) != 1:
            raise RunError("the probabilities are vectors of differing length")
        values = numbers(array.flatten()).astype(np.float64).reshape(len(array), -1)
    else:
        raise RunError(
            f"the probability is {spark_type(array.type)}, not a number or array<double>",
            hint="name the column that predict made in probabilityCol",
        )
    if not ((values >= 0) & (values <= 1)).all():
        raise RunError(
            "the probability column holds values outside 0 to 1",
            hint="give the probability, not the prediction or a raw score",
        )
    return values


def class_name(value: object) -> str:
    """A class as people write it: 1.0 as ``1``, true as ``true``."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _complete(columns: Columns) -> tuple[Columns, int]:
    """The rows where nothing is missing, and how many are not among them."""
    parts = (columns.label, columns.prediction, columns.probability, columns.weight)
    complete = np.ones(len(columns.label), bool)
    for part in parts:
        if part is not None and part.null_count:
            complete &= part.is_valid().to_numpy()
    if pa.types.is_floating(columns.label.type):
        complete &= ~pc.fill_null(pc.is_nan(columns.label), False).to_numpy()
    if complete.all():
        return columns, 0
    mask = pa.array(complete)
    kept = (None if part is None else part.filter(mask) for part in parts)
    return Columns(*kept), int((~complete).sum())


def _comparable(column: pa.ChunkedArray, exact: bool) -> pa.ChunkedArray:
    """Numbers as doubles (a model may predict 1.0 where the label is 1), the rest as text.

    ``exact`` ones are all integers and stay so: doubles end at 2^53.
    """
    if pa.types.is_boolean(column.type):
        return pc.if_else(column, "true", "false")
    number = pa.int64() if exact else pa.float64()
    return column.cast(number if is_number(column.type) else pa.string())


def _all_integers(columns: Columns) -> bool:
    both = (columns.label, columns.prediction)
    return all(part is None or pa.types.is_integer(part.type) for part in both)


def _classes(columns: Columns, width: int | None, order: Sequence[str]) -> pa.Array:
    """The classes, in the order of the probabilities' ``width`` columns."""
    exact = _all_integers(columns)
    label = _comparable(columns.label, exact)
    if order:
        return _in_order(order, label.type)
    found = pc.unique(label)
    if columns.prediction is not None:
        prediction = _comparable(columns.prediction, exact)
        if prediction.type != label.type:
            raise RunError(
                f"the label is {spark_type(columns.label.type)} and the prediction "
                f"{spark_type(columns.prediction.type)}",
                hint="cast one to the type of the other",
            )
        found = pc.unique(pa.chunked_array([found, pc.unique(prediction)]))
    known = found.take(pc.sort_indices(found))
    wanted = max(width or 0, TWO_CLASSES)
    if len(known) >= wanted and width in (None, 1, len(known)):
        return known
    return _numbered(known, wanted, width)


def _in_order(order: Sequence[str], kind: pa.DataType) -> pa.Array:
    """The named classes as values of the label's type."""
    try:
        return pa.array(order, pa.string()).cast(kind)
    except pa.ArrowInvalid as error:
        raise RunError(
            f"classes names {', '.join(order[:20])}, and the label holds numbers",
            hint="name the classes as the label column has them",
        ) from error


def _numbered(known: pa.Array, wanted: int, width: int | None) -> pa.Array:
    """0, 1 … where those that occur are among them: a test set may lack a class."""
    if is_number(known.type):
        values = known.to_numpy()
        if len(known) < wanted and np.isin(values, np.arange(wanted)).all():
            return pa.array(np.arange(wanted), pa.int64()).cast(known.type)
    if width in (None, 1):
        return known
    names = ", ".join(class_name(value) for value in known.to_pylist()[:20])
    raise RunError(
        f"the probabilities are of {width} classes, and the table shows {len(known)}: {names}",
        hint='say all in their order: classes="a,b,c"',
    )


def _positive(names: tuple[str, ...], positive: str | None) -> int | None:
    """The code of the positive class: the one named, else the last of two."""
    if positive is None:
        return 1 if len(names) == TWO_CLASSES else None
    if positive not in names:
        raise RunError(
            f"the positive class '{positive}' does not occur", hint=f"classes: {', '.join(names)}"
        )
    if len(names) != TWO_CLASSES:
        raise RunError(
            f"positive needs two classes, and there are {len(names)}: {', '.join(names[:20])}",
            hint="leave positive out: every class is then measured against the others",
        )
    return names.index(positive)


def _both(score: Floats, classes: int, positive: int | None) -> Floats:
    """Probabilities of both classes out of that of the positive one."""
    if positive is None:
        raise RunError(
            f"one probability a row cannot tell {classes} classes apart",
            hint="give the vector column that predict makes",
        )
    pair = np.column_stack([1 - score, score])
    return pair if positive == 1 else pair[:, ::-1]


def _codes(column: pa.ChunkedArray, classes: pa.Array, what: str) -> Codes:
    exact = pa.types.is_integer(classes.type)
    codes = pc.index_in(_comparable(column, exact), value_set=classes)
    if codes.null_count:
        other = pc.unique(column.filter(codes.is_null())).to_pylist()[:5]
        names = ", ".join(class_name(value) for value in classes.to_pylist()[:20])
        raise RunError(
            f"the {what} holds {', '.join(map(class_name, other))}, which is none of the classes",
            hint=f"classes: {names}",
        )
    found: Codes = codes.to_numpy().astype(np.int64)
    return found


def _weights(column: pa.ChunkedArray | None) -> Floats | None:
    if column is None:
        return None
    if not is_number(column.type) or is_text(column.type):
        raise RunError(f"the weight is {spark_type(column.type)}, not a number")
    values = np.concatenate([numbers(chunk) for chunk in column.chunks]).astype(np.float64)
    if (values < 0).any() or not values.any():
        raise RunError("the weight must not be negative, nor 0 in every row")
    return values
