"""The credit example: whole on made data, and as good as scikit-learn by hand on the real table."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OrdinalEncoder

from headrace.app import Workspace
from headrace.graph.span import Source
from headrace.samples.credit import write_credit_clients

EXAMPLE = Path(__file__).parents[2] / "examples" / "credit" / "credit.mlsql"
SPLIT_SEEDS = range(10)
LEAST_MEAN_AUC = 0.777
MOST_DIFFERENCE = 0.001
TEXTS = ["sex", "education", "marriage"]


def example_until(mark: str) -> str:
    """The example's text up to a word in it."""
    text = EXAMPLE.read_text(encoding="utf-8")
    assert text.count(mark) == 1
    return text[: text.index(mark)]


SPLITTING = """
select * from clients as rows;
!split rows by defaulted with "0.8,0.2" named train,test seed ${seed};
train train as GBTClassifier.`boosting` where labelCol="defaulted" and ignoreCols="client";
predict test as GBTClassifier.`boosting` as scores;
run scores as ClassificationEvaluator.`` where labelCol="defaulted" as metrics;
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project in which the example has run."""
    folder = tmp_path_factory.mktemp("credit")
    write_credit_clients(folder / "clients.csv", rows=3_000)
    source = Source(str(EXAMPLE), EXAMPLE.read_text(encoding="utf-8"))
    with (
        Workspace(folder) as workspace,
        workspace.run(source, {"clients": "clients.csv", "output": "scored"}) as result,
    ):
        pq.write_table(result.table("comparison"), folder / "comparison.parquet")
        pq.write_table(result.table("test"), folder / "test.parquet")
    return folder


class TestTheExample:
    def test_compares_three_models(self, folder: Path) -> None:
        comparison = pq.read_table(folder / "comparison.parquet").to_pydict()

        assert set(comparison["model"]) == {"LogisticRegression", "RandomForest", "GBTClassifier"}
        assert comparison["auc"] == sorted(comparison["auc"], reverse=True)
        assert all(auc > 0.7 for auc in comparison["auc"])

    def test_scores_every_client_with_the_best(self, folder: Path) -> None:
        scored = pq.read_table(folder / "scored").sort_by("client")

        assert scored["client"].to_pylist() == [*range(1, 3_001)]
        assert scored["risk"].null_count == 0
        assert roc_auc_score(scored["defaulted"], scored["risk"]) > 0.7

    def test_holds_a_fifth_back(self, folder: Path) -> None:
        assert pq.read_metadata(folder / "test.parquet").num_rows == pytest.approx(600, abs=1)

    def test_keeps_the_models(self, folder: Path) -> None:
        with Workspace(folder) as workspace:
            assert [model.name for model in workspace.models.list()] == [
                "credit_boosting",
                "credit_forest",
                "credit_logistic",
            ]


@dataclass(frozen=True)
class Judged:
    """Hold-out AUC of one split: ours, and of scikit-learn on the very same rows."""

    seed: int
    ours: float
    by_hand: float


def judged_splits(clients: Path, folder: Path, seeds: range) -> Iterator[Judged]:
    """The example's boosting, split by each seed: its own AUC and that of the same by hand."""
    with Workspace(folder) as workspace:
        session = workspace.session()
        cleaning = example_until("run clients as DataSummary")
        session.run(Source("cleaning", cleaning), {"clients": str(clients)})
        for seed in seeds:
            result = session.run(Source("judging", SPLITTING), {"seed": str(seed)})
            metrics = result.table("metrics").to_pydict()
            ours = dict(zip(metrics["metric"], metrics["value"], strict=True))["auc"]
            yield Judged(seed, ours, by_hand(result.table("train"), result.table("test")))
        session.close()


def by_hand(train: pa.Table, test: pa.Table) -> float:
    """AUC of scikit-learn's histogram boosting with the parameters that ours has by default."""
    boosting = HistGradientBoostingClassifier(
        max_iter=150,
        learning_rate=0.05,
        max_leaf_nodes=15,
        min_samples_leaf=50,
        l2_regularization=5,
        max_features=0.5,
        early_stopping=False,
        categorical_features=[0, 1, 2],
        random_state=42,
    )
    texts = make_column_transformer((OrdinalEncoder(), TEXTS), remainder="passthrough")
    model = make_pipeline(texts, boosting)
    model.fit(features(train), train["defaulted"].to_numpy())
    scores = model.predict_proba(features(test))[:, 1]
    return float(roc_auc_score(test["defaulted"].to_numpy(), scores))


def features(table: pa.Table) -> Any:
    return table.drop_columns(["client", "defaulted"]).to_pandas()


@pytest.fixture(scope="module")
def judged(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Judged, ...]:
    clients = shared_data / "credit" / "UCI_Credit_Card.csv"
    return tuple(judged_splits(clients, tmp_path_factory.mktemp("accuracy"), SPLIT_SEEDS))


class TestAccuracy:
    def test_the_mean_over_ten_splits_is_what_boosting_can_do(
        self, judged: tuple[Judged, ...]
    ) -> None:
        assert statistics.mean(split.ours for split in judged) >= LEAST_MEAN_AUC

    def test_each_split_is_within_a_thousandth_of_scikit_learn_on_the_same_rows(
        self, judged: tuple[Judged, ...]
    ) -> None:
        assert [s for s in judged if abs(s.ours - s.by_hand) > MOST_DIFFERENCE] == []
