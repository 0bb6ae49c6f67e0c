"""What the rest of the house asks of models and of fitting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from headrace.graph.signature import FunctionOutput, Signature
from headrace.graph.step import Json

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class ModelFunction:
    """A model as a vectorised SQL function: Arrow arrays in (one a raw input column), one out."""

    argument_names: tuple[str, ...]
    argument_types: tuple[str, ...]
    return_type: str
    function: Callable[..., pa.Array]


class OpenModel(Protocol):
    """A fitted model, its artifact verified and loaded."""

    @property
    def reference(self) -> str:
        """``churn@3``, or ``run-only`` models' own name."""

    @property
    def algorithm(self) -> str: ...

    @property
    def signature(self) -> Signature: ...

    @property
    def metadata(self) -> Mapping[str, Json]:
        """``model.json`` as it stands in the artifact."""

    def predict(self, table: pa.Table | pa.RecordBatch) -> pa.Table:
        """The columns of ``signature.outputs`` for raw rows, in the rows' order."""

    def function(self, output: FunctionOutput = "default") -> ModelFunction:
        """The model for SQL; what it returns depends on ``output``."""

    def predictor(self) -> ModelFunction:
        """The model for SQL, returning all columns of ``signature.outputs`` as one struct."""


class Models(Protocol):
    """The model store of one workspace. Names are texts; versions count from 1."""

    def exists(self, reference: str) -> bool: ...

    def open(self, reference: str) -> OpenModel:
        """``name``, ``name@3`` or ``name@alias``; a bare name means the newest version.

        Raises
        ------
        ModelError : unknown (with the nearest names), damaged or not readable by this version
        """

    def signature(self, reference: str) -> Signature:
        """Read from ``model.json`` alone; no estimator is loaded."""

    def names(self) -> tuple[str, ...]: ...

    def add(self, artifact: Path, name: str, *, keep_versions: bool = True) -> OpenModel:
        """Move a finished artifact directory into the store as the next version of ``name``."""

    def open_artifact(self, artifact: Path, reference: str) -> OpenModel:
        """Open an artifact that is not in the store (a model for this run only)."""


@dataclass(frozen=True, slots=True)
class FitRequest:
    """A fit as plain values, so that it can cross to a child process.

    ``table`` is an Arrow IPC file holding the features and, where there are any, the label
    and the weight; ``artifact`` is the directory that the fit writes a complete model into.
    ``named`` features were chosen by the user: none of them is left out as useless.
    ``evaluation_table`` is a second such file, of rows to measure the model on.
    """

    algorithm: str
    parameters: Mapping[str, Json]
    table: Path
    artifact: Path
    features: tuple[str, ...]
    label: str | None = None
    weight: str | None = None
    seed: int = 0
    threads: int | None = None
    script: str = ""
    fingerprint: Json = None
    metadata: Mapping[str, Json] | None = None
    named: bool = False
    evaluation_table: Path | None = None


@dataclass(frozen=True, slots=True)
class FitResult:
    """What a fit says of itself; the model stands in ``artifact``.

    ``choices`` are sentences on what was decided for the user (categories, missing values,
    seed); ``metrics`` are on the training rows; ``importance`` is by raw column and sums to 1;
    ``coefficients`` are a linear model's weights by feature, after scaling; ``evaluation`` are
    the metrics on the request's evaluation rows.
    """

    artifact: Path
    seconds: float
    rows: int
    metrics: Mapping[str, float]
    choices: tuple[str, ...] = ()
    importance: Mapping[str, float] | None = None
    coefficients: Mapping[str, float] | None = None
    evaluation: Mapping[str, float] | None = None


class Fits(Protocol):
    """Runs fits outside this process."""

    def fit(self, request: FitRequest) -> FitResult:
        """Fit and wait.

        Raises
        ------
        FitError : the algorithm refused the data, or its process was killed (also for memory)
        Cancelled : ``cancel`` was called
        """

    def warm_up(self, algorithms: Sequence[str]) -> None:
        """Load what these algorithms need in the background, so that the first fit is fast."""

    def cancel(self) -> None:
        """End the running fit at once, even inside C code; callable from another thread."""

    def close(self) -> None: ...
