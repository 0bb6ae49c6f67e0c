"""LIBSVM's sparse text format: ``label index:value …``, indices from 1."""

from __future__ import annotations

from typing import Literal

from headrace.operators.formats.base import CompressedWrite, FileRead, Format
from headrace.operators.options import parameter


class LibsvmRead(FileRead):
    """Options of ``load libsvm``: columns ``label`` (double) and ``features`` (a vector)."""

    num_features: int | None = parameter(
        None, ge=1, title="length of the vectors; None takes the largest index of all files"
    )
    vector_type: Literal["sparse", "dense"] = parameter(
        "sparse", title="features as a sparse struct, or as an array of doubles"
    )


class LibsvmWrite(CompressedWrite):
    """Options of ``save … as libsvm``: a table with a label and a vector."""

    label_col: str = parameter("label", title="the column of labels")
    features_col: str = parameter("features", title="the column of vectors")


FORMAT = Format("libsvm", "LIBSVM's sparse text", "files", LibsvmRead, LibsvmWrite)
