"""One column of a table → its columns of a matrix: numbers, texts, dates and vectors.

An encoder is fitted once and is a plain value, so that it can be stored as JSON and gives the
same numbers for ever. ``fill`` writes one Arrow array into a preallocated part of the matrix.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headrace.errors import ModelError
from headrace.models.types import is_list, is_number, is_sparse, is_text, is_vector, spark_type

Matrix = np.ndarray[tuple[int, ...], np.dtype[Any]]
TextEncoding = Literal["onehot", "ordinal", "native"]
Unseen = Literal["error", "keep", "skip"]

MICROSECONDS_A_DAY = 86_400_000_000
DATE_PARTS = ("year", "month", "day", "weekday", "epoch_days")
TIME_PARTS = ("hour", "minute")


@dataclass(frozen=True, slots=True)
class NumberEncoder:
    """Numbers as they are, booleans as 0 and 1; a missing one becomes ``missing`` (None: NaN).

    Numbers are counted from ``origin``, which is 0 unless a float32 could not tell them apart.
    """

    kind: ClassVar[str] = "number"
    column: str
    type: str
    missing: float | None = None
    origin: float = 0.0

    @property
    def features(self) -> tuple[str, ...]:
        return (self.column,)

    def fill(self, array: pa.Array, out: Matrix) -> None:
        """Write ``array`` of n numbers into ``out`` of shape (n, 1)."""
        if not is_number(array.type) and not pa.types.is_null(array.type):
            raise wrong_type(self.column, self.type, array.type)
        out[:, 0] = numbers(array) - self.origin if self.origin else numbers(array)
        if self.missing is not None and (array.null_count or pa.types.is_floating(array.type)):
            replace_missing(out, (self.missing,))


@dataclass(frozen=True, slots=True)
class TextEncoder:
    """Texts as categories, the most frequent first.

    ``onehot`` gives a 0/1 column a category, then one for missing texts and one for all other
    texts, where training had such. ``ordinal`` and ``native`` give one column of codes:
    ``native`` codes missing and unseen texts as NaN, ``ordinal`` as -1 and the first free code.
    """

    kind: ClassVar[str] = "text"
    column: str
    type: str
    categories: tuple[str, ...]
    encoding: TextEncoding = "onehot"
    unseen: Unseen = "keep"
    has_missing: bool = False
    has_other: bool = False

    @property
    def features(self) -> tuple[str, ...]:
        if self.encoding != "onehot":
            return (self.column,)
        names = [f"{self.column}={category}" for category in self.categories]
        names += [f"{self.column} is missing"] * self.has_missing
        names += [f"{self.column} is another"] * self.has_other
        return tuple(names)

    def codes(self, array: pa.Array) -> Matrix:
        """Category numbers, shape (n,): -1 for a missing text, ``len(categories)`` for another."""
        if not is_text(array.type) and not pa.types.is_null(array.type):
            raise wrong_type(self.column, self.type, array.type)
        texts = array.cast(pa.string())
        found = pc.index_in(texts, value_set=pa.array(self.categories, pa.string()))
        codes: Matrix = pc.fill_null(found, len(self.categories)).to_numpy(zero_copy_only=False)
        if not texts.null_count:
            return codes
        return np.where(texts.is_valid().to_numpy(zero_copy_only=False), codes, np.int32(-1))

    def unseen_rows(self, array: pa.Array) -> Matrix:
        """Which rows hold a text that training did not, shape (n,)."""
        found: Matrix = self.codes(array) == len(self.categories)
        return found

    def fill(self, array: pa.Array, out: Matrix) -> None:
        """Write ``array`` of n texts into ``out`` of shape (n, len(features))."""
        codes = self.codes(array)
        if self.unseen == "error" and (codes == len(self.categories)).any():
            self._refuse_unseen(array, codes)
        if self.encoding == "onehot":
            self._fill_indicators(codes, out)
        else:
            out[:, 0] = codes
            if self.encoding == "native":
                self._blank_unknown(codes, out)
        if not self.categories and self.encoding != "onehot":
            out[:] = 0  # training saw no text at all, and no algorithm learns from NaN alone

    def _fill_indicators(self, codes: Matrix, out: Matrix) -> None:
        width = len(self.categories)
        missing_at = width if self.has_missing else -1
        other_at = width + self.has_missing if self.has_other else -1
        place = np.append(np.arange(width), [other_at, missing_at])[codes]
        known = np.flatnonzero(place >= 0)
        out[:] = 0
        out[known, place[known]] = 1

    def _blank_unknown(self, codes: Matrix, out: Matrix) -> None:
        blank = codes < 0
        if not self.has_other:
            blank |= codes == len(self.categories)
        out[blank, 0] = np.nan

    def _refuse_unseen(self, array: pa.Array, codes: Matrix) -> None:
        row = int(np.argmax(codes == len(self.categories)))
        raise ModelError(
            f"column '{self.column}' holds '{array[row].as_py()}' in row {row + 1}, "
            "which training did not see",
            hint=f"known: {', '.join(self.categories[:20])}",
        )


@dataclass(frozen=True, slots=True)
class DateEncoder:
    """Dates and timestamps as the numbers of their ``parts``; instants are taken in UTC."""

    kind: ClassVar[str] = "date"
    column: str
    type: str
    parts: tuple[str, ...]
    missing: tuple[float, ...] | None = None

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(f"{self.column}.{part}" for part in self.parts)

    def fill(self, array: pa.Array, out: Matrix) -> None:
        """Write ``array`` of n dates into ``out`` of shape (n, len(parts))."""
        if not pa.types.is_null(array.type) and not is_date(array.type):
            raise wrong_type(self.column, self.type, array.type)
        instants = naive_instants(array)
        for index, part in enumerate(self.parts):
            out[:, index] = date_part(instants, part)
        if self.missing is not None and array.null_count:
            replace_missing(out, self.missing)


@dataclass(frozen=True, slots=True)
class VectorEncoder:
    """Vectors of ``size`` numbers, dense lists or sparse structs, spread over as many columns."""

    kind: ClassVar[str] = "vector"
    column: str
    type: str
    size: int
    missing: tuple[float, ...] | None = None

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(f"{self.column}[{index}]" for index in range(self.size))

    def fill(self, array: pa.Array, out: Matrix) -> None:
        """Write ``array`` of n vectors into ``out`` of shape (n, size)."""
        if not pa.types.is_null(array.type) and not is_vector(array.type):
            raise wrong_type(self.column, self.type, array.type)
        valid = array.is_valid().to_numpy(zero_copy_only=False)
        present = array.drop_null() if array.null_count else array
        target = out if not array.null_count else np.empty((len(present), self.size))
        if len(present):
            check_sizes(self.column, array, self.size)
            if is_sparse(present.type):
                check_sparse(self.column, present, self.size)
            spread = _spread_sparse if is_sparse(present.type) else _spread_dense
            spread(present, target)
        if array.null_count:
            out[:] = np.nan
            out[valid] = target
        if self.missing is not None:
            replace_missing(out, self.missing)


Encoder = NumberEncoder | TextEncoder | DateEncoder | VectorEncoder
_KINDS: dict[str, Callable[..., Encoder]] = {
    NumberEncoder.kind: NumberEncoder,
    TextEncoder.kind: TextEncoder,
    DateEncoder.kind: DateEncoder,
    VectorEncoder.kind: VectorEncoder,
}


def encoder_to_json(encoder: Encoder) -> dict[str, Any]:
    return {"kind": encoder.kind, **asdict(encoder)}


def encoder_from_json(value: dict[str, Any]) -> Encoder:
    fields = {k: tuple(v) if isinstance(v, list) else v for k, v in value.items() if k != "kind"}
    return _KINDS[value["kind"]](**fields)


def wrong_type(column: str, trained: str, given: pa.DataType) -> ModelError:
    return ModelError(
        f"column '{column}' is {spark_type(given)}, and the model was trained on {trained}",
        hint=f"cast it: cast({column} as {trained})",
    )


def numbers(array: pa.Array) -> Matrix:
    """Numbers of any Arrow type, shape (n,); missing ones are NaN. Copies only where it must."""
    if pa.types.is_null(array.type):
        return np.full(len(array), np.nan)
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.uint8())
    elif pa.types.is_decimal(array.type):
        array = array.cast(pa.float64())
    values: Matrix = array.to_numpy(zero_copy_only=False)
    return values


def replace_missing(out: Matrix, values: Sequence[float]) -> None:
    """Put ``values`` (one a column) where ``out`` is NaN."""
    for column, value in zip(out.T, values, strict=True):
        missing = np.isnan(column)
        if missing.any():
            column[missing] = value


def is_date(arrow: pa.DataType) -> bool:
    return bool(pa.types.is_date(arrow) or pa.types.is_timestamp(arrow))


def naive_instants(array: pa.Array) -> pa.Array:
    """Dates and timestamps as microseconds since 1970 in UTC, without a zone."""
    if pa.types.is_timestamp(array.type) and array.type.tz:
        array = array.cast(pa.timestamp("us", "UTC"), safe=False).cast(pa.int64())
    return array.cast(pa.timestamp("us"), safe=False)


def date_part(instants: pa.Array, part: str) -> Matrix:
    """One part of each instant, shape (n,); NaN where it is missing. Weekdays: Monday is 0."""
    if part == "epoch_days":
        return numbers(instants.cast(pa.int64())) / MICROSECONDS_A_DAY
    read = {"weekday": pc.day_of_week}.get(part) or getattr(pc, part)
    return numbers(read(instants))


def vector_sizes(array: pa.Array) -> pa.Array:
    """How many numbers each vector has; null for a missing one."""
    if is_sparse(array.type):
        return pc.struct_field(array, "size")
    return pc.list_value_length(array)


def check_sizes(column: str, array: pa.Array, size: int) -> None:
    """Refuse vectors of another length than ``size``, naming the first one's row."""
    differs = pc.fill_null(pc.not_equal(vector_sizes(array), size), False)
    if not pc.any(differs).as_py():
        return
    row = pc.index(differs, True).as_py()
    given = vector_sizes(array)[row].as_py()
    raise ModelError(
        f"column '{column}' holds a vector of {given} numbers in row {row + 1}, "
        f"where vectors of {size} are expected",
        hint="a model takes vectors of one length",
    )


def check_sparse(column: str, array: pa.Array, size: int) -> None:
    """Refuse sparse vectors whose parts differ in length or whose indices lie outside."""
    indices, values = (pc.struct_field(array, part) for part in ("indices", "values"))
    fault = None
    if not (is_list(indices.type) and is_list(values.type)):
        fault = "without indices or values"
    elif not pc.list_value_length(indices).equals(pc.list_value_length(values)):
        fault = "with more or fewer indices than values"
    elif indices.null_count or indices.flatten().null_count:
        fault = "with a missing index"
    elif not _within(indices.flatten(), size):
        fault = f"with an index that is not from 0 to {size - 1}"
    if fault:
        raise ModelError(
            f"column '{column}' holds a sparse vector {fault}",
            hint="a sparse vector is struct<size:int,indices:array<int>,values:array<double>>",
        )


def _within(indices: pa.Array, size: int) -> bool:
    ends = pc.min_max(indices)
    lowest, highest = ends["min"].as_py(), ends["max"].as_py()
    return lowest is None or (lowest >= 0 and highest < size)


def _spread_dense(array: pa.Array, out: Matrix) -> None:
    out[:] = numbers(array.flatten()).reshape(out.shape)


def _spread_sparse(array: pa.Array, out: Matrix) -> None:
    indices = pc.struct_field(array, "indices")
    lengths = pc.list_value_length(indices).to_numpy(zero_copy_only=False)
    rows = np.repeat(np.arange(len(array)), lengths)
    out[:] = 0
    values = numbers(pc.struct_field(array, "values").flatten())
    out[rows, numbers(indices.flatten())] = values
