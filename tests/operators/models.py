"""Fitted models for tests of the operators that use them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
from sklearn.ensemble import RandomForestClassifier

from headrace.graph.schema import Schema
from headrace.graph.signature import Signature
from headrace.models.artifact import Fitted, write_artifact
from headrace.models.labels import Labels
from headrace.models.preparation import Preparation, Treatment
from headrace.models.protocols import Models
from tests.operators.workbench import Desk, Workbench


@dataclass
class ModelBench(Workbench):
    """A workbench whose model port may be filled too."""

    def has(self, port: str) -> bool:
        return port in self.open_models or super().has(port)


@dataclass
class ModelDesk(Desk):
    """A desk that knows signatures of linked models."""

    signatures: dict[str, Signature | None] = field(default_factory=dict)

    def linked(self, port: str) -> bool:
        return port in self.signatures or super().linked(port)

    def signature(self, port: str = "model") -> Signature | None:
        return self.signatures.get(port)


def model_desk(
    models: Models, offline: bool = False, **ports: Schema | Signature | None
) -> ModelDesk:
    """A desk with what is known of each port; a model port that is named is linked."""
    schemas = {n: k for n, k in ports.items() if isinstance(k, Schema)}
    signatures = {n: k for n, k in ports.items() if k is None or isinstance(k, Signature)}
    return ModelDesk(schemas, offline, models=models, signatures=signatures)


def train_forest(directory: Path) -> Path:
    """The artifact of a forest over ``age`` and ``city`` that learned: 50 and older churn."""
    ages = np.arange(20, 80)
    rows = pa.table(
        {
            "age": ages,
            "city": np.where(ages % 2, "Oslo", "Rome"),
            "churned": np.where(ages >= 50, "yes", "no"),
        }
    )
    preparation = Preparation.fit(rows, ["age", "city"], Treatment(text="ordinal"))
    labels = Labels.fit("churned", rows["churned"])
    matrix = preparation.transform([rows["age"], rows["city"]])
    forest = RandomForestClassifier(10, random_state=0).fit(matrix, labels.encode(rows["churned"]))
    write_artifact(directory, Fitted("RandomForest", "classify", forest, preparation, labels), rows)
    return directory
