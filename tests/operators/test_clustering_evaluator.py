"""Clusters of a table, measured and drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from headrace.errors import RunError
from headrace.graph.report import TableItem
from headrace.graph.schema import Schema
from headrace.operators.clustering_evaluator import ClusteringEvaluator
from headrace.operators.options import bind, given
from tests.operators.workbench import Workbench, codes, metric_values


def evaluator(**options: Any) -> ClusteringEvaluator:
    return bind(ClusteringEvaluator, given(options), "ClusteringEvaluator").unwrap()


def groups(rows: int = 90) -> pa.Table:
    rng = np.random.default_rng(0)
    cluster = np.arange(rows) % 3
    return pa.table(
        {
            "x": cluster * 10 + rng.normal(size=rows),
            "kind": np.array(["a", "b", "b"])[cluster].tolist(),
            "prediction": cluster.astype(np.int32),
            "distance": rng.random(rows),
        }
    )


class TestClusteringEvaluator:
    def test_clusters_that_lie_apart(self, bench: Workbench) -> None:
        found = metric_values(bench.put(groups()).table(evaluator()))

        assert float(str(found["silhouette"])) > 0.8
        assert (found["clusters"], found["smallest"], found["rows"]) == (3, 30, 90)

    def test_sizes_and_a_picture(self, bench: Workbench) -> None:
        bench.put(groups()).run(evaluator())

        sizes = next(item for item in bench.items if isinstance(item, TableItem))
        assert sizes.rows == (("0", 30, 1 / 3), ("1", 30, 1 / 3), ("2", 30, 1 / 3))
        drawn = bench.chart("cluster_scatter").data
        assert set(drawn["cluster"]) == {"0", "1", "2"}

    def test_the_order_of_the_rows_changes_nothing(self, bench: Workbench) -> None:
        table = groups(3000)
        turned = table.take(np.arange(3000)[::-1])

        first = metric_values(bench.put(table).table(evaluator()))
        second = metric_values(bench.put(turned).table(evaluator()))

        assert first == second

    def test_one_feature_is_enough(self, bench: Workbench) -> None:
        found = metric_values(bench.put(groups()).table(evaluator(featuresCol="x")))

        assert float(str(found["silhouette"])) > 0.8

    def test_no_feature_is_left(self, bench: Workbench) -> None:
        with pytest.raises(RunError, match="no column to take distances over"):
            bench.put({"prediction": [0, 1]}).run(evaluator())

    def test_check(self) -> None:
        assert codes(evaluator(), table=Schema.of(x="int")) == ["no-label"]
        schema = Schema.of(x="int", prediction="int")
        assert codes(evaluator(featuresCol="z"), table=schema) == ["unknown-column"]
