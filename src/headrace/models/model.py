"""A fitted model, open: it predicts tables and becomes an SQL function."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pyarrow as pa

from headrace.errors import HeadraceError, ModelError, suggest
from headrace.graph.signature import FunctionOutput, Signature
from headrace.graph.step import Json
from headrace.models.artifact import Loaded, load_artifact
from headrace.models.encoders import Matrix
from headrace.models.protocols import ModelFunction
from headrace.models.signatures import return_type, struct_type
from headrace.models.threads import share_of_cores

OPEN_MODELS = 32
"""How many models a process keeps in memory; the one unused for longest is dropped."""

_lock = threading.Lock()
_loaded: OrderedDict[str, Loaded] = OrderedDict()


def loaded(directory: Path, digest: str) -> Loaded:
    """The artifact of that digest, read once a process however many threads ask.

    Raises
    ------
    ModelError : when it is missing, damaged or not what the digest says
    """
    with _lock:
        if digest not in _loaded:
            _loaded[digest] = load_artifact(directory, digest)
            while len(_loaded) > OPEN_MODELS:
                _loaded.popitem(last=False)
        _loaded.move_to_end(digest)
        return _loaded[digest]


@dataclass(frozen=True, slots=True)
class FittedModel:
    """A model of the store, or of this run only (``protocols.OpenModel``)."""

    reference: str
    directory: Path
    digest: str

    @property
    def _artifact(self) -> Loaded:
        return loaded(self.directory, self.digest)

    @property
    def algorithm(self) -> str:
        return str(self._artifact.description["algorithm"])

    @property
    def signature(self) -> Signature:
        return self._artifact.signature

    @property
    def metadata(self) -> Mapping[str, Json]:
        return self._artifact.description

    def predict(self, table: pa.Table | pa.RecordBatch) -> pa.Table:
        """The columns of ``signature.outputs`` for raw rows, in the rows' order.

        Raises
        ------
        ModelError : when a column is absent or of a type that does not fit
        """
        artifact = self._artifact
        arrays = _columns(table, artifact.preparation.columns, self.reference)
        with share_of_cores() as threads:
            scores = artifact.score(arrays, threads)
        return artifact.outputs.table(scores, artifact.preparation.skipped(arrays))

    def function(self, output: FunctionOutput = "default") -> ModelFunction:
        """The model for SQL; what it returns depends on ``output``.

        Raises
        ------
        ModelError : when a model of this task has no such output
        """
        return self._function(return_type(self.signature, output), output)

    def predictor(self) -> ModelFunction:
        """As an SQL function that returns all columns of ``predict``, as one struct."""
        return self._function(struct_type(self.signature.outputs), "all")

    def _function(self, returned: str, output: FunctionOutput | Literal["all"]) -> ModelFunction:
        inputs = self.signature.inputs
        types = tuple(column.type for column in inputs)
        served = ServedFunction(str(self.directory), self.digest, output)
        return ModelFunction(inputs.names, types, returned, served)


@dataclass(frozen=True, slots=True)
class ServedFunction:
    """What travels to an engine's workers: not the model, only where it is and its digest.

    ``process`` is who made it. Inside that process we share the cores among all calls; a worker
    of a cluster cannot know what its neighbours do, and keeps to one thread.
    """

    directory: str
    digest: str
    output: FunctionOutput | Literal["all"]
    process: int = field(default_factory=os.getpid)

    def __call__(self, *arrays: pa.Array) -> pa.Array:
        """One Arrow array a raw column in, one out.

        Raises
        ------
        ValueError : in one line what is wrong; an engine shows no more than that
        """
        try:
            artifact = loaded(Path(self.directory), self.digest)
            scores = self._scores(artifact, arrays)
            skipped = artifact.preparation.skipped(arrays)
        except HeadraceError as error:
            hint = f" ({error.hint})" if error.hint else ""
            raise ValueError(f"{error.message}{hint}") from error
        if self.output == "all":
            return artifact.outputs.table(scores, skipped).to_struct_array().combine_chunks()
        return artifact.outputs.answer(self.output, scores, skipped)

    def _scores(self, artifact: Loaded, arrays: Sequence[pa.Array]) -> Matrix:
        if self.process != os.getpid():
            return artifact.score(arrays)
        with share_of_cores() as threads:
            return artifact.score(arrays, threads)


def _columns(
    table: pa.Table | pa.RecordBatch, names: Sequence[str], reference: str
) -> list[pa.Array | pa.ChunkedArray]:
    """The named columns, whatever their case."""
    places = {name.casefold(): index for index, name in enumerate(table.schema.names)}
    absent = [name for name in names if name.casefold() not in places]
    if absent:
        raise ModelError(
            f"{reference} needs the column{'s' if len(absent) > 1 else ''} {', '.join(absent)}",
            hint=suggest(absent[0], table.schema.names, "columns"),
        )
    return [table.column(places[name.casefold()]) for name in names]
