"""A fitted model as a directory: written whole, read back only if nothing in it was changed.

model.json        what it is: algorithm, parameters, signature, classes, preparation, origin
estimator.skops   the fitted estimator (``formats`` names every form that is present)
golden.parquet    up to 200 training rows: raw inputs, features, outputs
MANIFEST          the SHA-256 of each file
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from headrace.errors import ModelError
from headrace.graph.schema import Column, Schema
from headrace.graph.signature import Signature, Task
from headrace.graph.step import Json
from headrace.models import golden
from headrace.models.encoders import Matrix
from headrace.models.estimators import dump_estimator, load_estimator
from headrace.models.labels import Labels
from headrace.models.manifest import damaged, read_manifest, read_verified, verify, write_manifest
from headrace.models.outputs import Outputs
from headrace.models.preparation import Arrays, Preparation
from headrace.models.scorers import Scorer, estimator_scores, make_scorer
from headrace.models.signatures import make_signature, signature_from_json, signature_to_json
from headrace.version import __version__

FORMAT_VERSION = 1
DESCRIPTION = "model.json"
ESTIMATOR = "estimator.skops"
GOLDEN = "golden.parquet"
LIBRARIES = ("headrace", "scikit-learn", "numpy", "scipy", "pyarrow", "skops")


@dataclass(frozen=True)
class Fitted:
    """What a fit hands over to become an artifact.

    A classifier's ``estimator`` was fitted to class numbers (``labels.encode``), so that its
    probabilities stand in the order of ``labels.classes``. ``label`` names and types the label
    of a regression, ``outputs`` the columns that a feature step makes. ``extra`` goes into ``model.json`` as it is (importance, group, …).
    """

    algorithm: str
    task: Task
    estimator: Any
    preparation: Preparation
    labels: Labels | None = None
    label: Column | None = None
    outputs: Schema | None = None
    parameters: Mapping[str, Json] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    rows: int = 0
    seed: int | None = None
    fingerprint: Json = None
    script: str = ""
    extra: Mapping[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.task == "classify" and self.labels is None:
            raise ModelError(f"{self.algorithm}: a classifier needs its labels")

    @property
    def signature(self) -> Signature:
        label = Column(self.labels.column, self.labels.type) if self.labels else self.label
        classes = self.labels.classes if self.labels else None
        return make_signature(
            self.task, self.preparation.inputs, label, classes, self.algorithm, self.outputs
        )


@dataclass(frozen=True)
class Loaded:
    """An artifact, verified and in memory."""

    description: Mapping[str, Any]
    signature: Signature
    preparation: Preparation
    outputs: Outputs
    scorer: Scorer

    def score(self, arrays: Arrays, threads: int = 1) -> Matrix:
        """Scores of raw rows (see ``scorers``); an engine may well call with no row at all."""
        if not len(arrays[0]):
            return np.empty((0, self.outputs.width))
        # an infinity in a row makes its scores NaN, which ``outputs`` knows
        with np.errstate(invalid="ignore", over="ignore"):
            return self.scorer.score(arrays, threads)


def write_artifact(directory: Path, fitted: Fitted, rows: pa.Table) -> str:
    """Write a complete artifact into ``directory``, which is made and must be empty.

    Parameters
    ----------
    directory : where
    fitted : the model
    rows : training rows with at least the preparation's columns; golden rows are drawn from it

    Returns
    -------
    the digest of its manifest

    Raises
    ------
    ModelError : when the directory is not empty, the estimator cannot be stored safely, or our
        own scoring of the golden rows differs from the estimator's
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if any(directory.iterdir()):
            raise ModelError(f"{directory} is not empty: a model needs a directory of its own")
        content = dump_estimator(fitted.estimator)
        scorer = make_scorer(fitted.estimator, fitted.preparation, fitted.task)
        sample = golden.draw(rows, fitted.preparation.columns)
        features = fitted.preparation.transform(golden.arrays(sample))
        scores = estimator_scores(fitted.estimator, features, fitted.task)
        golden.write(directory / GOLDEN, sample, features, scores)
        written = golden.read((directory / GOLDEN).read_bytes())
        golden.replay(written, fitted.preparation, scorer, fitted.task)
        (directory / ESTIMATOR).write_bytes(content)
        (directory / DESCRIPTION).write_text(_to_text(_describe(fitted)), encoding="utf-8")
        return write_manifest(directory)
    except OSError as error:
        raise ModelError(f"the model could not be written to {directory}: {error}") from error


def load_artifact(directory: Path, digest: str | None = None) -> Loaded:
    """Verify every file, read the estimator, and replay the golden rows.

    Raises
    ------
    ModelError : when anything was changed, is not allowed, or predicts otherwise than in training
    """
    entries = verify(directory, digest)
    for name in (DESCRIPTION, ESTIMATOR, GOLDEN):
        if name not in entries:
            raise damaged(directory, f"'{name}' is missing")
    description = _parse(directory, read_verified(directory, entries[DESCRIPTION]))
    preparation = Preparation.from_json(description["preparation"])
    signature = signature_from_json(description["signature"])
    labels = Labels.from_json(description["labels"]) if description["labels"] else None
    estimator = load_estimator(
        read_verified(directory, entries[ESTIMATOR]), len(preparation.feature_names)
    )
    scorer = make_scorer(estimator, preparation, signature.task)
    rows = golden.read(read_verified(directory, entries[GOLDEN]))
    golden.replay(rows, preparation, scorer, signature.task)
    return Loaded(
        description,
        signature,
        preparation,
        Outputs(signature, labels, len(preparation.feature_names)),
        scorer,
    )


def read_description(directory: Path, digest: str | None = None) -> dict[str, Any]:
    """``model.json`` alone, checked against the manifest.

    Raises
    ------
    ModelError : when it is missing, changed, or of a newer format
    """
    entries = read_manifest(directory, digest)
    if DESCRIPTION not in entries:
        raise damaged(directory, f"'{DESCRIPTION}' is missing")
    return _parse(directory, read_verified(directory, entries[DESCRIPTION]))


def stamp(directory: Path, name: str, model_version: int) -> str:
    """Write a name and version into an artifact; the new digest.

    Raises
    ------
    ModelError : when the artifact is damaged
    """
    description = {**read_description(directory), "name": name, "version": model_version}
    (directory / DESCRIPTION).write_text(_to_text(description), encoding="utf-8")
    return write_manifest(directory)


def _describe(fitted: Fitted) -> dict[str, Any]:
    return {
        "format_version": FORMAT_VERSION,
        "name": None,
        "version": None,
        "algorithm": fitted.algorithm,
        "parameters": dict(fitted.parameters),
        "signature": signature_to_json(fitted.signature),
        "features": list(fitted.preparation.feature_names),
        "labels": fitted.labels.to_json() if fitted.labels else None,
        "metrics": dict(fitted.metrics),
        "rows": fitted.rows,
        "seed": fitted.seed,
        "fingerprint": fitted.fingerprint,
        "script": fitted.script,
        "libraries": {"python": platform.python_version()} | {n: _version(n) for n in LIBRARIES},
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "formats": ["skops"],
        "preparation": fitted.preparation.to_json(),
        "extra": dict(fitted.extra),
    }


def _version(library: str) -> str:
    if library == "headrace":
        return __version__
    return version(library)


def _to_text(description: Mapping[str, Any]) -> str:
    return json.dumps(description, ensure_ascii=False, indent=1)


def _parse(directory: Path, content: bytes) -> dict[str, Any]:
    try:
        description: dict[str, Any] = json.loads(content)
        format_version = int(description["format_version"])
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(directory, f"'{DESCRIPTION}' cannot be read") from error
    if format_version > FORMAT_VERSION:
        raise ModelError(
            f"the model in {directory} has format {format_version}, and this version reads up to "
            f"{FORMAT_VERSION}",
            hint="use the newer Headrace that wrote it",
        )
    return description
