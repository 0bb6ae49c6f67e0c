"""Class labels: from what the table holds to 0, 1, 2 … and back, type and all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headrace.errors import ModelError
from headrace.models.encoders import Matrix
from headrace.models.types import arrow_type, is_number, is_text, spark_type

Label = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Labels:
    """The classes in ascending order, as they stand in the table, and the column's type."""

    column: str
    type: str
    classes: tuple[Label, ...]

    @classmethod
    def fit(cls, column: str, array: pa.Array | pa.ChunkedArray) -> Labels:
        """Read the classes from a label column.

        Raises
        ------
        ModelError : on a missing label, fewer than two classes, or a type that is no label
        """
        if not (is_number(array.type) or is_text(array.type)):
            raise ModelError(f"label '{column}' is {spark_type(array.type)}, not text or a number")
        type_name = spark_type(array.type)
        if type_name.startswith("decimal"):
            type_name = "double"
        array = _plain(array)
        missing = array.null_count
        if pa.types.is_floating(array.type):
            missing += pc.sum(pc.is_nan(array)).as_py() or 0
        if missing:
            raise ModelError(
                f"label '{column}' is missing in {missing:,} rows",
                hint=f"leave them out: where {column} is not null",
            )
        classes = tuple(sorted(pc.unique(array).to_pylist()))
        if len(classes) < 2:
            found = f"only the class {classes[0]!r}" if classes else "no rows"
            raise ModelError(
                f"label '{column}' has {found}", hint="a classifier needs at least two classes"
            )
        return cls(column, type_name, classes)

    def encode(self, array: pa.Array | pa.ChunkedArray) -> Matrix:
        """Class numbers from 0, shape (n,) int64.

        Raises
        ------
        ModelError : for a label that is not one of the classes
        """
        values = pa.array(self.classes, arrow_type(self.type))
        codes = pc.index_in(_plain(array).cast(values.type), value_set=values)
        if codes.null_count:
            other = pc.unique(array.filter(codes.is_null())).to_pylist()[:5]
            raise ModelError(
                f"label '{self.column}' holds {', '.join(map(repr, other))}, unknown to the model",
                hint=f"classes: {', '.join(map(str, self.classes))}",
            )
        numbers: Matrix = codes.to_numpy().astype(np.int64)
        return numbers

    def decode(self, codes: Matrix, blank: Matrix | None = None) -> pa.Array:
        """The labels of class numbers, in the column's own type; null where ``blank``."""
        return pa.array(self.classes, arrow_type(self.type)).take(pa.array(codes, mask=blank))

    def to_json(self) -> dict[str, Any]:
        return {"column": self.column, "type": self.type, "classes": list(self.classes)}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Labels:
        return cls(value["column"], value["type"], tuple(value["classes"]))


def _plain(array: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Decimals as doubles, and -0.0, which counts as another value than 0.0, as 0.0."""
    if pa.types.is_decimal(array.type):
        array = array.cast(pa.float64())
    return pc.add(array, 0.0).cast(array.type) if pa.types.is_floating(array.type) else array
