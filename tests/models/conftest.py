"""Small models of every family, fitted once a session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn.cluster import KMeans
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import ElasticNet, LinearRegression, LogisticRegression, Ridge
from sklearn.tree import DecisionTreeClassifier

from headrace.graph.schema import Column
from headrace.graph.signature import Task
from headrace.models.artifact import Fitted, write_artifact
from headrace.models.labels import Labels
from headrace.models.preparation import Preparation, Treatment

FEATURES = ("age", "income", "member", "city")


@pytest.fixture(scope="session")
def rows() -> pa.Table:
    """400 customers with numbers, a boolean, a text with gaps, and labels to learn."""
    random = np.random.default_rng(7)
    count = 400
    age = random.integers(18, 80, count)
    income = random.normal(40, 10, count)
    city = random.choice(["Oslo", "Rome", "Bonn"], count)
    risk = (age - 50) / 20 + (city == "Rome") + random.normal(0, 0.5, count)
    return pa.table(
        {
            "age": age,
            "income": pa.array(income, mask=random.random(count) < 0.05),
            "member": random.random(count) < 0.5,
            "city": pa.array(city, mask=random.random(count) < 0.05),
            "churned": np.where(risk > 0.5, "yes", "no"),
            "tier": random.choice([10, 20, 30], count),
            "spend": income * 2 + age,
        }
    )


@dataclass(frozen=True)
class Family:
    """An estimator, what it wants of its columns, and the column that it learns."""

    build: Callable[[], Any]
    task: Task
    label: str | None
    treatment: Treatment


ONEHOT, SCALED = Treatment(), Treatment(scale=True)
ORDINAL = Treatment(text="ordinal")
NATIVE = Treatment(text="native", missing="native")

FAMILIES = {
    "LogisticRegression": Family(LogisticRegression, "classify", "churned", SCALED),
    "multinomial": Family(LogisticRegression, "classify", "tier", SCALED),
    "LinearRegression": Family(LinearRegression, "regress", "spend", ONEHOT),
    "Ridge": Family(Ridge, "regress", "spend", SCALED),
    "ElasticNet": Family(ElasticNet, "regress", "spend", SCALED),
    "RandomForestClassifier": Family(
        lambda: RandomForestClassifier(25, random_state=0), "classify", "churned", ORDINAL
    ),
    "RandomForestRegressor": Family(
        lambda: RandomForestRegressor(12, random_state=0), "regress", "spend", ORDINAL
    ),
    "HistGradientBoostingClassifier": Family(
        lambda: HistGradientBoostingClassifier(max_iter=10, categorical_features=[3]),
        "classify",
        "tier",
        NATIVE,
    ),
    "HistGradientBoostingRegressor": Family(
        lambda: HistGradientBoostingRegressor(max_iter=10, early_stopping=True),
        "regress",
        "spend",
        NATIVE,
    ),
    "KMeans": Family(lambda: KMeans(3, n_init=1, random_state=0), "cluster", None, SCALED),
    "DecisionTree": Family(DecisionTreeClassifier, "classify", "churned", ONEHOT),
}


def fit(family: Family, rows: pa.Table, algorithm: str) -> Fitted:
    """The family's model of ``rows``."""
    preparation = Preparation.fit(rows, FEATURES, family.treatment)
    matrix = preparation.transform([rows[name] for name in FEATURES])
    labels = label = None
    if family.label is None:
        estimator = family.build().fit(matrix)
    elif family.task == "classify":
        labels = Labels.fit(family.label, rows[family.label])
        estimator = family.build().fit(matrix, labels.encode(rows[family.label]))
    else:
        label = Column(family.label, "double")
        estimator = family.build().fit(matrix, rows[family.label].to_numpy())
    return Fitted(
        algorithm, family.task, estimator, preparation, labels, label, rows=rows.num_rows, seed=0
    )


@pytest.fixture(scope="session")
def fitted(rows: pa.Table) -> dict[str, Fitted]:
    """One model a family."""
    return {name: fit(family, rows, name) for name, family in FAMILIES.items()}


@pytest.fixture
def artifact(fitted: dict[str, Fitted], rows: pa.Table, tmp_path: Path) -> Path:
    """A logistic regression's directory, fresh for each test."""
    directory = tmp_path / "artifact"
    write_artifact(directory, fitted["LogisticRegression"], rows)
    return directory
