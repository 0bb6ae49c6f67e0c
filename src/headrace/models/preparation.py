"""The whole path from raw columns to a matrix, fitted once and stored with the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from headrace.errors import ModelError, suggest
from headrace.graph.schema import Column, Schema
from headrace.models.encoders import (
    Encoder,
    Matrix,
    TextEncoder,
    TextEncoding,
    Unseen,
    encoder_from_json,
    encoder_to_json,
)
from headrace.models.fit_encoders import fit_encoder

Missing = Literal["native", "mean", "median"]
Arrays = Sequence[pa.Array | pa.ChunkedArray]


@dataclass(frozen=True, slots=True)
class Treatment:
    """What an algorithm wants of its columns.

    text : ``onehot`` (a 0/1 column a category), ``ordinal`` (codes by frequency) or ``native``
        (codes, and the algorithm is told which columns are categories)
    missing : ``native`` leaves NaN to the algorithm; else the column's mean or median
    scale : subtract the mean of each number and divide it by its standard deviation
    max_categories : texts beyond the most frequent ones share one category
    single : the algorithm reads float32; numbers that lie close together but far from 0, such as
        Unix seconds, are then counted from the least of them
    unseen : a text that training did not see counts as another one (``keep``), is an error, or
        (``skip``) gives its row no prediction
    """

    text: TextEncoding = "onehot"
    missing: Missing = "mean"
    scale: bool = False
    max_categories: int = 100
    unseen: Unseen = "keep"
    single: bool = False


@dataclass(frozen=True)
class Preparation:
    """Fitted encoders in the order of the raw columns, and the scaling of what they give.

    ``centre`` and ``scale`` hold one number a feature where the treatment scales.
    """

    treatment: Treatment
    encoders: tuple[Encoder, ...]
    choices: tuple[str, ...] = ()
    centre: tuple[float, ...] | None = None
    scale: tuple[float, ...] | None = None

    @classmethod
    def fit(cls, table: pa.Table, columns: Sequence[str], treatment: Treatment) -> Preparation:
        """Learn categories, fill values and scales from all rows of ``table``.

        Raises
        ------
        ModelError : for a column that is absent, of a type that no model can use, holding
            infinities, or vectors of differing length
        """
        if not columns:
            raise ModelError("a model needs at least one feature column")
        if not table.num_rows:
            raise ModelError("there are no rows to train on")
        encoders, choices = [], []
        for column in columns:
            if column not in table.column_names:
                hint = suggest(column, table.column_names, "columns")
                raise ModelError(f"no column '{column}' in the training table", hint=hint)
            encoder, said = fit_encoder(column, table[column], treatment)
            encoders.append(encoder)
            choices += said
        made = cls(treatment, tuple(encoders), _summary(encoders, choices))
        return made._with_scale(table) if treatment.scale else made

    @property
    def columns(self) -> tuple[str, ...]:
        """The raw columns, in the order that ``transform`` takes them."""
        return tuple(encoder.column for encoder in self.encoders)

    @property
    def inputs(self) -> Schema:
        """The raw columns with the types that they had in training."""
        return Schema(tuple(Column(e.column, e.type) for e in self.encoders))

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The matrix's columns: ``age``, ``city=Oslo``, ``day.month``, ``features[3]``."""
        return tuple(name for encoder in self.encoders for name in encoder.features)

    @property
    def categorical(self) -> tuple[bool, ...]:
        """Which features are codes of categories, for algorithms that know such."""
        return tuple(
            isinstance(encoder, TextEncoder) and encoder.encoding == "native"
            for encoder in self.encoders
            for _ in encoder.features
        )

    def transform(
        self,
        arrays: Arrays,
        *,
        dtype: type[np.floating[Any]] = np.float64,
        order: Literal["C", "F"] = "F",
        scaled: bool = True,
    ) -> Matrix:
        """The matrix of raw rows.

        Parameters
        ----------
        arrays : one a raw column, all of n rows, in the order of ``columns``
        dtype : of the result; ``float32`` is what scikit-learn's trees read
        order : ``F`` is filled fastest, ``C`` is what row by row readers want
        scaled : False leaves the scaling out, for who has folded it into weights

        Returns
        -------
        (n, len(feature_names)) numbers

        Raises
        ------
        ModelError : when types do not fit, or on an unseen text where that is an error
        """
        self._check_arrays(arrays)
        rows = len(arrays[0])
        matrix: Matrix = np.empty((rows, len(self.feature_names)), dtype, order)
        first = 0
        for encoder, array in zip(self.encoders, arrays, strict=True):
            last = first + len(encoder.features)
            for start, chunk in _chunks(array):
                encoder.fill(chunk, matrix[start : start + len(chunk), first:last])
            first = last
        if scaled and self.centre is not None and self.scale is not None:
            matrix -= np.asarray(self.centre, dtype)
            matrix /= np.asarray(self.scale, dtype)
        return matrix

    def skipped(self, arrays: Arrays) -> Matrix | None:
        """Which rows get no prediction (unseen texts under ``skip``), shape (n,); None: all do."""
        if self.treatment.unseen != "skip":
            return None
        skipped = np.zeros(len(arrays[0]), bool)
        for encoder, array in zip(self.encoders, arrays, strict=True):
            if isinstance(encoder, TextEncoder):
                for start, chunk in _chunks(array):
                    skipped[start : start + len(chunk)] |= encoder.unseen_rows(chunk)
        return skipped if skipped.any() else None

    def to_json(self) -> dict[str, Any]:
        """As plain values; ``from_json`` gives an equal preparation."""
        return {
            "treatment": asdict(self.treatment),
            "encoders": [encoder_to_json(encoder) for encoder in self.encoders],
            "choices": list(self.choices),
            "centre": self.centre,
            "scale": self.scale,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Preparation:
        return cls(
            Treatment(**value["treatment"]),
            tuple(encoder_from_json(encoder) for encoder in value["encoders"]),
            tuple(value["choices"]),
            None if value["centre"] is None else tuple(value["centre"]),
            None if value["scale"] is None else tuple(value["scale"]),
        )

    def _check_arrays(self, arrays: Arrays) -> None:
        if len(arrays) != len(self.encoders):
            raise ModelError(
                f"the model takes {len(self.encoders)} columns, and {len(arrays)} were given",
                hint=f"in this order: {', '.join(self.columns)}",
            )

    def _with_scale(self, table: pa.Table) -> Preparation:
        """This, with means and deviations; 0/1 columns and native codes stay as they are."""
        centre: list[float] = []
        scale: list[float] = []
        for encoder in self.encoders:
            if isinstance(encoder, TextEncoder) and encoder.encoding != "ordinal":
                measured = [(0.0, 1.0)] * len(encoder.features)
            else:
                part = replace(self, encoders=(encoder,)).transform([table[encoder.column]])
                measured = [_mean_and_deviation(column) for column in part.T]
            centre += [mean for mean, _ in measured]
            scale += [deviation for _, deviation in measured]
        said = (*self.choices, "numbers are scaled to mean 0 and deviation 1")
        return replace(self, centre=tuple(centre), scale=tuple(scale), choices=said)


def _mean_and_deviation(values: Matrix) -> tuple[float, float]:
    """Of the numbers that are not missing; the deviation of a constant column counts as 1.

    Sums of n equal numbers are rounded, so that a constant 0.1 has a deviation of 1e-17.
    """
    present = values[~np.isnan(values)]
    if not len(present):
        return 0.0, 1.0
    mean, deviation = float(present.mean()), float(present.std())
    constant = deviation <= len(present) * float(np.finfo(np.float64).eps) * abs(mean)
    return mean, 1.0 if constant else deviation


def _chunks(array: pa.Array | pa.ChunkedArray) -> Iterator[tuple[int, pa.Array]]:
    """The pieces of a column, each with the row at which it begins."""
    start = 0
    for chunk in array.chunks if isinstance(array, pa.ChunkedArray) else (array,):
        yield start, chunk
        start += len(chunk)


def _summary(encoders: Sequence[Encoder], choices: Sequence[str]) -> tuple[str, ...]:
    plain = [encoder.column for encoder in encoders if encoder.kind == "number"]
    if not plain:
        return tuple(choices)
    shown = ", ".join(plain[:8]) + (f" and {len(plain) - 8} more" if len(plain) > 8 else "")
    return (f"numbers as they are: {shown}", *choices)
