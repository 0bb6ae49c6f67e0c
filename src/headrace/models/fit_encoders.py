"""Learn from a column how it becomes numbers, and say what was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headrace.errors import ModelError
from headrace.models.encoders import (
    DATE_PARTS,
    TIME_PARTS,
    DateEncoder,
    Encoder,
    Matrix,
    NumberEncoder,
    TextEncoder,
    VectorEncoder,
    check_sizes,
    date_part,
    is_date,
    naive_instants,
    numbers,
    vector_sizes,
)
from headrace.models.types import is_number, is_text, is_vector, spark_type

if TYPE_CHECKING:
    from headrace.models.preparation import Treatment

Choices = list[str]

LARGEST_SINGLE = float(np.finfo(np.float32).max)

FARTHEST_SINGLE = 256
"""Numbers this many times their range away from 0 have 16 of a float32's 24 bits to differ in."""


def fit_encoder(
    name: str, column: pa.ChunkedArray, treatment: Treatment
) -> tuple[Encoder, Choices]:
    """The encoder for a column of n raw values, and sentences on what it does.

    Raises
    ------
    ModelError : for a type that cannot become numbers, infinities, or vectors of differing length
    """
    arrow = column.type
    if pa.types.is_null(arrow) or is_number(arrow):
        return _fit_number(name, column, treatment)
    if is_text(arrow):
        return _fit_text(name, column, treatment)
    if is_date(arrow):
        return _fit_date(name, column, treatment)
    if is_vector(arrow):
        return _fit_vector(name, column, treatment)
    raise ModelError(
        f"column '{name}' is {spark_type(arrow)}, which no model can use",
        hint="leave it out, or select numbers, texts, dates or array<double> from it",
    )


def _fit_number(
    name: str, column: pa.ChunkedArray, treatment: Treatment
) -> tuple[Encoder, Choices]:
    values = np.concatenate([numbers(chunk) for chunk in column.chunks])
    refuse_infinities(name, values)
    (missing,), choices = _fill_values(name, values[:, None], treatment)
    origin = _origin(name, values) if treatment.single else 0.0
    if origin:
        choices = [f"{name}: counted from {origin:,.15g}", *choices]
        missing = None if missing is None else missing - origin
    return NumberEncoder(name, spark_type(column.type), missing, origin), choices


def _origin(name: str, values: Matrix) -> float:
    """From where to count numbers so that a float32, of 24 bits, tells them apart.

    Raises
    ------
    ModelError : for a number too large for it
    """
    present = values[~np.isnan(values)].astype(np.float64)
    if not len(present):
        return 0.0
    refuse_large(name, present)
    low, high = float(present.min()), float(present.max())
    if not 0 < (high - low) * FARTHEST_SINGLE < max(-low, high):
        return 0.0
    return float(np.floor(low)) if high - low >= 1 else low


def _fit_text(name: str, column: pa.ChunkedArray, treatment: Treatment) -> tuple[Encoder, Choices]:
    counts = pc.value_counts(column.cast(pa.string()).drop_null())
    texts, frequencies = counts.field("values").to_pylist(), counts.field("counts").to_pylist()
    # Equal frequencies are ordered by text: row order is not stable on any engine.
    ranked = [
        t for _, t in sorted(zip(frequencies, texts, strict=True), key=lambda p: (-p[0], p[1]))
    ]
    most = treatment.max_categories
    if len(ranked) > most and treatment.unseen != "keep":
        raise ModelError(
            f"column '{name}' has {len(ranked):,} different texts, more than {most} categories",
            hint="leave it out, raise the number of categories, or keep unseen texts",
        )
    encoder = TextEncoder(
        name,
        "string",
        tuple(ranked[:most]),
        treatment.text,
        treatment.unseen,
        has_missing=column.null_count > 0,
        has_other=len(ranked) > most,
    )
    return encoder, [_text_choice(encoder, len(ranked))]


def _text_choice(encoder: TextEncoder, distinct: int) -> str:
    shape = "one 0/1 column each" if encoder.encoding == "onehot" else "coded by frequency"
    kept = len(encoder.categories)
    rare = f"; the other {distinct - kept:,} texts count as one" if encoder.has_other else ""
    missing = "; missing is a category of its own" if encoder.has_missing else ""
    counted = f"{kept} {'category' if kept == 1 else 'categories'}"
    return f"{encoder.column}: text of {counted}, {shape}{rare}{missing}"


def _fit_date(name: str, column: pa.ChunkedArray, treatment: Treatment) -> tuple[Encoder, Choices]:
    instants = naive_instants(column.combine_chunks())
    days = date_part(instants, "epoch_days")
    timed = bool(np.any(days[~np.isnan(days)] % 1))
    parts = DATE_PARTS + TIME_PARTS if timed else DATE_PARTS
    values = np.column_stack([date_part(instants, part) for part in parts])
    missing, choices = _fill_values(name, values, treatment)
    encoder = DateEncoder(
        name, spark_type(column.type), parts, None if None in missing else _floats(missing)
    )
    return encoder, [f"{name}: date as {', '.join(parts)}", *choices]


def _fit_vector(
    name: str, column: pa.ChunkedArray, treatment: Treatment
) -> tuple[Encoder, Choices]:
    array = column.combine_chunks()
    sizes = vector_sizes(array).drop_null()
    if not len(sizes):
        raise ModelError(f"column '{name}' holds no vector at all", hint="leave it out")
    size = sizes[0].as_py()
    check_sizes(name, array, size)
    if not size:
        raise ModelError(f"column '{name}' holds vectors of no numbers", hint="leave it out")
    values = np.empty((len(array), size))
    VectorEncoder(name, spark_type(column.type), size).fill(array, values)
    refuse_infinities(name, values)
    if treatment.single:
        refuse_large(name, values)
    missing, choices = _fill_values(name, values, treatment)
    encoder = VectorEncoder(
        name, spark_type(column.type), size, None if None in missing else _floats(missing)
    )
    return encoder, [f"{name}: vector of {size} numbers", *choices]


def _floats(values: list[float | None]) -> tuple[float, ...]:
    return tuple(value for value in values if value is not None)


def _fill_values(
    name: str, values: Matrix, treatment: Treatment
) -> tuple[list[float | None], Choices]:
    """What a missing value becomes, one a column of ``values`` (n, k), and what to say of it."""
    missing = np.isnan(values)
    count = int(missing.any(axis=1).sum())
    if missing.all():
        # Also where the algorithm takes missing values: scikit-learn cannot bin such a column.
        return [0.0] * values.shape[1], [f"{name}: every value is missing, 0 is used"]
    counted = f"{name}: {count:,} missing value{'s' if count != 1 else ''}"
    if treatment.missing == "native":
        said = [f"{counted}, which the algorithm handles itself"] if count else []
        return [None] * values.shape[1], said
    statistic = np.nanmean if treatment.missing == "mean" else np.nanmedian
    fills = [0.0 if np.isnan(column).all() else float(statistic(column)) for column in values.T]
    if not count:
        return list(fills), []
    shown = f", {fills[0]:.6g}" if len(fills) == 1 else ""
    return list(fills), [f"{counted}, replaced by the {treatment.missing}{shown}"]


def refuse_infinities(name: str, values: Matrix) -> None:
    """Refuse what no algorithm can learn from, with how many there are.

    Which rows they are would mislead: training rows are in the order of their hashes.
    """
    count = int(np.isinf(values).reshape(len(values), -1).any(axis=1).sum())
    if not count:
        return
    raise ModelError(
        f"column '{name}' holds {count:,} infinite value{'s' if count > 1 else ''}",
        hint=f"make them missing: nullif(nullif({name}, double('inf')), double('-inf'))",
    )


def refuse_large(name: str, values: Matrix) -> None:
    """Refuse numbers that a float32 cannot hold."""
    if np.isnan(values).all():
        return
    largest = float(np.nanmax(np.abs(values)))
    if largest > LARGEST_SINGLE:
        raise ModelError(
            f"column '{name}' holds numbers of {largest:.3g}, and this algorithm takes them up to "
            f"{LARGEST_SINGLE:.3g}",
            hint="divide the column, or take GBTClassifier or GBTRegressor",
        )
