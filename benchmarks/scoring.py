"""A registered model in SQL beside the same work by hand: read, stack, ``predict_proba``.

Both read the same Parquet file of 1,000,000 rows and 20 numbers, use the same number of threads,
and add up the probability of the second class, whose sums must agree. Runs alternate.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from benchmarks.results import Result, ratio
from headrace.engines.embedded import EmbeddedEngine
from headrace.graph.protocols import Tables
from headrace.models.artifact import Fitted, write_artifact
from headrace.models.labels import Labels
from headrace.models.preparation import Preparation, Treatment
from headrace.models.protocols import OpenModel
from headrace.models.store import ModelStore
from headrace.models.threads import cores

ROWS = 1_000_000
TRAINING_ROWS = 20_000
FEATURES = tuple(f"c{number}" for number in range(20))
BOUNDS: Mapping[str, float] = {"linear": 1.2, "random forest": 1.4, "gradient boosting": 1.4}


def run(rows: int = ROWS) -> list[Result]:
    """Our time over the peer's, by kind of model."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedEngine() as engine:
        place = Path(folder)
        write_rows(place / "rows.parquet", rows)
        training = training_rows()
        results = []
        for name, (estimator, treatment) in families().items():
            model = stored(name.replace(" ", "-"), estimator, treatment, training, place)
            tables = engine.session()
            ours = in_sql(tables, model, place / "rows.parquet")
            peer = by_hand(estimator, place / "rows.parquet")
            assert abs(ours() / peer() - 1) < 1e-9, "the two do not compute the same"
            results.append(ratio(f"scoring in SQL, {name} / by hand", ours, peer, BOUNDS[name]))
            tables.close()
    return results


def families() -> dict[str, tuple[Any, Treatment]]:
    forest = RandomForestClassifier(100, n_jobs=cores(), random_state=0)
    return {
        "linear": (LogisticRegression(), Treatment()),
        "random forest": (forest, Treatment(text="ordinal")),
        "gradient boosting": (
            HistGradientBoostingClassifier(random_state=0),
            Treatment(text="native", missing="native"),
        ),
    }


def write_rows(path: Path, rows: int) -> None:
    random = np.random.default_rng(1)
    pq.write_table(pa.table({name: random.normal(size=rows) for name in FEATURES}), path)


def training_rows() -> pa.Table:
    random = np.random.default_rng(0)
    columns = {name: random.normal(size=TRAINING_ROWS) for name in FEATURES}
    noise = random.normal(size=TRAINING_ROWS)
    label = (columns["c0"] + columns["c1"] ** 2 + noise > 1).astype(int)
    return pa.table({**columns, "label": label})


def stored(
    name: str, estimator: Any, treatment: Treatment, training: pa.Table, place: Path
) -> OpenModel:
    """Fit the estimator, and put it into a store."""
    preparation = Preparation.fit(training, FEATURES, treatment)
    labels = Labels.fit("label", training["label"])
    matrix = preparation.transform([training[feature] for feature in FEATURES])
    estimator.fit(matrix, labels.encode(training["label"]))
    fitted = Fitted(name, "classify", estimator, preparation, labels)
    write_artifact(place / name, fitted, training)
    return ModelStore(place / "models").add(place / name, name)


def in_sql(tables: Tables, model: OpenModel, path: Path) -> Callable[[], float]:
    made = model.function()
    tables.register_function("score", made.function, made.argument_types, made.return_type)
    tables.create_view("rows", tables.read_parquet([str(path)]))
    query = f"select sum(element_at(score({', '.join(FEATURES)}), 2)) as total from rows"
    return lambda: float(tables.collect(tables.sql(query))["total"][0].as_py())


def by_hand(estimator: Any, path: Path) -> Callable[[], float]:
    def work() -> float:
        table = pq.read_table(path)
        matrix = np.column_stack([table[feature].to_numpy() for feature in FEATURES])
        return float(estimator.predict_proba(matrix)[:, 1].sum())

    return work
