"""From scores to the columns and function results that a model's signature promises."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from headrace.graph.schema import VECTOR
from headrace.graph.signature import FunctionOutput, Signature
from headrace.models.encoders import Matrix
from headrace.models.labels import Labels
from headrace.models.signatures import DISTANCE, PREDICTION, PROBABILITY


@dataclass(frozen=True, slots=True)
class Outputs:
    """Shapes scores (see ``scorers``) as Arrow; rows of ``skipped`` become null."""

    signature: Signature
    labels: Labels | None = None
    features: int = 1

    @property
    def width(self) -> int:
        """How many scores a row has."""
        if self.signature.task == "transform":
            return self.features
        if self.labels is not None:
            return len(self.labels.classes)
        return 2 if self.signature.task == "cluster" else 1

    def table(self, scores: Matrix, skipped: Matrix | None = None) -> pa.Table:
        """The columns that ``predict`` adds."""
        if self.signature.task == "transform":
            return self._features(scores, skipped)
        columns = {PREDICTION: self.prediction(scores, skipped)}
        if self.signature.task == "classify":
            columns[PROBABILITY] = vectors(scores, skipped)
        elif self.signature.task == "cluster":
            columns[DISTANCE] = pa.array(scores[:, 1], pa.float64(), mask=skipped)
        return pa.table(columns)

    def answer(
        self, output: FunctionOutput, scores: Matrix, skipped: Matrix | None = None
    ) -> pa.Array:
        """What the model's SQL function returns."""
        if self.signature.task == "transform":
            return self._features(scores, skipped)[0].combine_chunks()
        if self.signature.task == "classify":
            if output in ("default", "probability"):
                return vectors(scores, skipped)
            if output == "positive":
                return pa.array(np.ascontiguousarray(scores[:, -1]), mask=skipped)
        return self.prediction(scores, skipped)

    def _features(self, scores: Matrix, skipped: Matrix | None) -> pa.Table:
        """One vector of all features, or a column each; a negative code is a missing value."""
        columns = self.signature.outputs.columns
        if columns[0].type == VECTOR:
            return pa.table({columns[0].name: vectors(scores, skipped)})
        missing = scores < 0 if skipped is None else (scores < 0) | skipped[:, None]
        return pa.table(
            {
                column.name: pa.array(scores[:, i].astype(np.int32), mask=missing[:, i])
                for i, column in enumerate(columns)
            }
        )

    def prediction(self, scores: Matrix, skipped: Matrix | None = None) -> pa.Array:
        """The likeliest label, the value or the cluster number of each row.

        A row that is nowhere (it holds an infinity) gets no label and no cluster.
        """
        nowhere = self._nowhere(scores)
        if nowhere is not None:
            skipped = nowhere if skipped is None else np.logical_or(skipped, nowhere)
        if self.labels is not None:
            return self.labels.decode(scores.argmax(axis=1), skipped)
        if self.signature.task == "cluster":
            return pa.array(scores[:, 0].astype(np.int32), mask=skipped)
        return pa.array(np.ascontiguousarray(scores[:, 0]), mask=skipped)

    def _nowhere(self, scores: Matrix) -> Matrix | None:
        """Rows without a probability or without an end to the distance, shape (n,); None: none."""
        if self.signature.task == "regress":
            return None
        broken = np.isinf(scores) if self.signature.task == "cluster" else np.isnan(scores)
        return np.asarray(broken.any(axis=1)) if broken.any() else None


def vectors(scores: Matrix, skipped: Matrix | None = None) -> pa.Array:
    """The rows of an (n, k) matrix as ``array<double>``, without copying a C-ordered one."""
    rows, size = scores.shape
    mask = None if skipped is None else pa.array(skipped)
    values = pa.array(np.ascontiguousarray(scores).reshape(-1))
    return pa.ListArray.from_arrays(_offsets(rows, size), values, mask=mask)


@lru_cache(maxsize=8)
def _offsets(rows: int, size: int) -> pa.Array:
    return pa.array(np.arange(0, rows * size + 1, size, dtype=np.int32))
