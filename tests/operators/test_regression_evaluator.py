"""Predicted numbers measured against the label."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn import metrics as reference

from headrace.errors import RunError
from headrace.graph.schema import Schema
from headrace.operators.options import bind, given
from headrace.operators.regression_evaluator import RegressionEvaluator
from tests.operators.workbench import Workbench, codes, metric_values


def evaluator(**options: Any) -> RegressionEvaluator:
    return bind(RegressionEvaluator, given(options), "RegressionEvaluator").unwrap()


def predicted(rows: int = 100) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    y = rng.normal(10, 3, rows)
    return {"label": y, "prediction": y + rng.normal(size=rows)}


class TestRegressionEvaluator:
    def test_metrics_are_scikit_learns(self, bench: Workbench) -> None:
        columns = predicted()

        found = metric_values(bench.put(columns).table(evaluator()))

        y, p = columns["label"], columns["prediction"]
        assert found["rmse"] == pytest.approx(reference.root_mean_squared_error(y, p))
        assert found["r2"] == pytest.approx(reference.r2_score(y, p))
        assert found["rows"] == 100

    def test_integers_and_decimals_are_numbers(self, bench: Workbench) -> None:
        table = pa.table({"y": [1, 2, 3], "p": pa.array([1.0, 2.0, 4.0]).cast(pa.float32())})

        found = metric_values(bench.put(table).table(evaluator(labelCol="y", predictionCol="p")))

        assert found["mae"] == pytest.approx(1 / 3)

    def test_a_large_table_is_drawn_thinned(self, bench: Workbench) -> None:
        bench.put(predicted(5000)).run(evaluator())

        assert len(bench.chart("predicted_actual").data["actual"]) == 500
        assert len(bench.chart("residuals").data["residual"]) == 500

    def test_missing_numbers_are_left_out_and_counted(self, bench: Workbench) -> None:
        table = {"label": [1.0, None, 3.0], "prediction": [1.0, 2.0, float("nan")]}

        found = metric_values(bench.put(table).table(evaluator()))

        assert found["rows"] == 1
        assert bench.warnings == ["2 rows without a label or a prediction are left out"]

    def test_infinities_are_refused(self, bench: Workbench) -> None:
        table = {"label": [1.0, 2.0], "prediction": [1.0, float("inf")]}

        with pytest.raises(RunError, match="prediction is infinite in 1 rows"):
            bench.put(table).run(evaluator())

    def test_no_rows(self, bench: Workbench) -> None:
        with pytest.raises(RunError, match="no row with both"):
            bench.put(pa.table(predicted()).slice(0, 0)).run(evaluator())

    def test_texts_are_for_another_evaluator(self) -> None:
        schema = Schema.of(label="string", prediction="double")

        assert codes(evaluator(), table=schema) == ["label-type"]
