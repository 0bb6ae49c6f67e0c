"""Rows whose features and scores are known: a model that is loaded must give them again."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from headrace.errors import ModelError
from headrace.graph.signature import Task
from headrace.models.encoders import Matrix
from headrace.models.outputs import vectors
from headrace.models.preparation import Preparation
from headrace.models.scorers import Scorer

GOLDEN_ROWS = 200
TOLERANCE = 1e-9
"""Largest difference of a score, relative to its size where that is above 1.

Sums in another order or by another BLAS differ by some 1e-15 a term; a wrong tree or weight
differs by far more.
"""


def draw(rows: pa.Table, columns: Sequence[str]) -> pa.Table:
    """Up to 200 rows, evenly spaced over ``rows``."""
    count = min(GOLDEN_ROWS, rows.num_rows)
    places = np.linspace(0, max(rows.num_rows - 1, 0), count).astype(np.int64)
    return rows.select(list(columns)).take(pa.array(np.unique(places)))


def arrays(inputs: pa.Table) -> list[pa.ChunkedArray]:
    return list(inputs.columns)


def write(path: Path, inputs: pa.Table, features: Matrix, scores: Matrix) -> None:
    """Store raw rows with the features (n, p) and the scores (n, k) that they gave."""
    raw = pa.StructArray.from_arrays(
        [column.combine_chunks() for column in inputs.columns], names=inputs.column_names
    )
    table = pa.table({"inputs": raw, "features": vectors(features), "scores": vectors(scores)})
    pq.write_table(table, path)


def read(content: bytes) -> pa.Table:
    """The golden rows of a Parquet file's bytes.

    Raises
    ------
    ModelError : when it is not such a file
    """
    try:
        return pq.read_table(io.BytesIO(content))
    except (pa.ArrowException, OSError) as error:
        raise ModelError(f"the model's golden rows cannot be read: {error}") from error


def replay(table: pa.Table, preparation: Preparation, scorer: Scorer, task: Task) -> None:
    """Prepare and score the golden rows again.

    Of a clustering the distances are compared: between two centres that are equally near, the
    last bit of a sum decides, and a wrong one is at another distance.

    Raises
    ------
    ModelError : when a feature or a score differs from what it was in training
    """
    inputs = table["inputs"].combine_chunks()
    raw = [inputs.field(name) for name in preparation.columns]
    if not len(inputs):
        return
    features = preparation.transform(raw)
    row = _first_difference(features, _matrix(table["features"]))
    if row is not None:
        raise _unequal("prepares", row)
    wanted = _matrix(table["scores"])
    measured = task == "cluster" and not np.isnan(wanted[:, 1]).any()
    compared = slice(1, None) if measured else slice(None)
    row = _first_difference(scorer.score(raw)[:, compared], wanted[:, compared])
    if row is not None:
        raise _unequal("scores", row)


def _matrix(column: pa.ChunkedArray) -> Matrix:
    array = column.combine_chunks()
    matrix: Matrix = array.flatten().to_numpy(zero_copy_only=False).reshape(len(array), -1)
    return matrix


def _first_difference(given: Matrix, wanted: Matrix) -> int | None:
    if given.shape != wanted.shape:
        return 0
    same = np.isclose(given, wanted, rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True).all(axis=1)
    return None if same.all() else int(np.argmin(same))


def _unequal(verb: str, row: int) -> ModelError:
    return ModelError(
        f"the model {verb} its golden row {row + 1} differently than in training",
        hint="its libraries differ too much from those in its model.json; train it again",
    )
