"""A registered model in SQL beside the same work by hand: read, stack, ``predict_proba``.

Both read the same Parquet file of 1,000,000 rows and 20 numbers, use the same number of threads,
and add up the probability of the second class, whose sums must agree. Runs alternate.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression

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


def run(rows: int = ROWS, repeats: int = 5) -> dict[str, float]:
    """Our time over the peer's, by kind of model; medians of alternating runs."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedEngine() as engine:
        place = Path(folder)
        write_rows(place / "rows.parquet", rows)
        training = training_rows()
        ratios = {}
        for name, (estimator, treatment) in families().items():
            model = stored(name.replace(" ", "-"), estimator, treatment, training, place)
            tables = engine.session()
            ours = in_sql(tables, model, place / "rows.parquet")
            ratios[name] = ratio(ours, by_hand(estimator, place / "rows.parquet"), repeats)
            tables.close()
    return ratios


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


def ratio(ours: Callable[[], float], peer: Callable[[], float], repeats: int) -> float:
    """Median time of ``ours`` over that of ``peer``, after one run of each to warm up.

    Raises
    ------
    AssertionError : when their answers differ
    """
    assert abs(ours() / peer() - 1) < 1e-9, "the two do not compute the same"
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats):
        for work, taken in zip((ours, peer), times, strict=True):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
    return statistics.median(times[0]) / statistics.median(times[1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    for name, measured in run(options.rows, options.repeats).items():
        print(f"scoring, {name}: {measured:.2f} x (at most {BOUNDS[name]})")
