"""Columns of numbers out of Arrow, rows with gaps left out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from headrace.algorithms.metrics import Floats
from headrace.errors import RunError
from headrace.models.encoders import numbers
from headrace.models.types import is_number, spark_type


def complete_numbers(columns: Mapping[str, pa.ChunkedArray]) -> tuple[dict[str, Floats], int]:
    """Columns of equal length as doubles, without the rows where any of them is missing.

    Returns
    -------
    the columns, each (n,), and how many rows were left out

    Raises
    ------
    RunError : for a column that holds no numbers, or infinite ones
    """
    found = {name: _doubles(name, column) for name, column in columns.items()}
    complete = ~np.any([np.isnan(values) for values in found.values()], axis=0)
    kept = {name: values[complete] for name, values in found.items()}
    for name, values in kept.items():
        if np.isinf(values).any():
            raise RunError(f"the {name} is infinite in {int(np.isinf(values).sum()):,} rows")
    return kept, int((~complete).sum())


def _doubles(name: str, column: pa.ChunkedArray) -> Floats:
    if not (is_number(column.type) or pa.types.is_null(column.type)):
        raise RunError(f"the {name} is {spark_type(column.type)}, not a number")
    parts = [numbers(chunk).astype(np.float64) for chunk in column.chunks]
    return np.concatenate(parts) if parts else np.empty(0)
