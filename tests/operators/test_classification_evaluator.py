"""Classes and probabilities of a table, measured against the label."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn import metrics as reference

from headrace.errors import RunError
from headrace.graph.report import TableItem
from headrace.graph.schema import Schema
from headrace.operators.classification_evaluator import ClassificationEvaluator
from headrace.operators.evaluated_columns import METRICS_SCHEMA
from headrace.operators.options import bind, given
from tests.operators.workbench import Desk, Workbench, codes, metric_values


def evaluator(**options: Any) -> ClassificationEvaluator:
    return bind(ClassificationEvaluator, given(options), "ClassificationEvaluator").unwrap()


def scored(rows: int = 300) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    rng = np.random.default_rng(0)
    y = (rng.random(rows) < 0.3).astype(np.int64)
    return y, np.clip(rng.normal(0.4 + 0.2 * y, 0.2), 0.001, 0.999)


def predicted(**columns: Any) -> pa.Table:
    """What ``predict`` of a classifier of two classes gives, some columns replaced."""
    y, s = scored()
    table = {
        "label": y,
        "prediction": (s > 0.5).astype(np.int64),
        "probability": pa.array(np.column_stack([1 - s, s]).tolist()),
    }
    return pa.table({k: v for k, v in (table | columns).items() if v is not None})


class TestTwoClasses:
    def test_metrics_are_scikit_learns(self, bench: Workbench) -> None:
        y, s = scored()

        found = metric_values(bench.put(predicted()).table(evaluator()))

        wanted = {
            "auc": reference.roc_auc_score(y, s),
            "pr_auc": reference.average_precision_score(y, s),
            "brier": reference.brier_score_loss(y, s),
            "log_loss": reference.log_loss(y, s),
            "accuracy": reference.accuracy_score(y, s > 0.5),
            "precision": reference.precision_score(y, s > 0.5),
            "recall": reference.recall_score(y, s > 0.5),
            "f1": reference.f1_score(y, s > 0.5),
            "rows": 300,
        }
        assert {name: found[name] for name in wanted} == pytest.approx(wanted)

    def test_the_order_of_the_rows_changes_nothing(self, bench: Workbench) -> None:
        table = predicted()
        turned = table.take(np.arange(table.num_rows)[::-1])

        first = metric_values(bench.put(table).table(evaluator()))
        second = metric_values(bench.put(turned).table(evaluator()))

        assert first == pytest.approx(second)

    def test_a_number_is_the_probability_of_the_positive_class(self, bench: Workbench) -> None:
        _, s = scored()
        whole = metric_values(bench.put(predicted()).table(evaluator()))

        table = predicted(probability=None, prediction=None, score=s)
        found = metric_values(bench.put(table).table(evaluator(probabilityCol="score")))

        assert found["auc"] == whole["auc"]
        assert found["f1"] == whole["f1"]

    def test_the_positive_class_can_be_named(self, bench: Workbench) -> None:
        y, s = scored()
        names = np.array(["stays", "leaves"])
        table = predicted(
            label=names[y].tolist(),
            prediction=names[(s > 0.5).astype(int)].tolist(),
            probability=pa.array(np.column_stack([s, 1 - s]).tolist()),
        )

        found = metric_values(bench.put(table).table(evaluator(positive="leaves")))

        assert found["auc"] == pytest.approx(reference.roc_auc_score(y, s))
        assert found["recall"] == pytest.approx(reference.recall_score(y, s > 0.5))
        assert "positive class: leaves" in bench.texts()

    def test_predictions_alone_give_what_they_can(self, bench: Workbench) -> None:
        found = metric_values(bench.put(predicted(probability=None)).table(evaluator()))

        assert set(found) == {"accuracy", "precision", "recall", "f1", "rows"}

    def test_integer_labels_and_predictions_of_doubles_compare(self, bench: Workbench) -> None:
        _, s = scored()
        table = predicted(prediction=(s > 0.5).astype(float))

        assert metric_values(bench.put(table).table(evaluator()))["accuracy"] is not None

    def test_integers_beyond_doubles_stay_apart(self, bench: Workbench) -> None:
        y, s = scored()
        big = 2**53

        found = metric_values(
            bench.put(predicted(label=y + big, prediction=(s > 0.5) + big)).table(evaluator())
        )

        assert found["accuracy"] == pytest.approx(reference.accuracy_score(y, s > 0.5))

    def test_booleans(self, bench: Workbench) -> None:
        y, s = scored()
        table = predicted(label=y.astype(bool), prediction=s > 0.5)

        found = metric_values(bench.put(table).table(evaluator()))

        assert found["auc"] == pytest.approx(reference.roc_auc_score(y, s))

    def test_weights_count(self, bench: Workbench) -> None:
        y, s = scored()
        w = np.random.default_rng(1).random(300)

        table = predicted(w=w)
        found = metric_values(bench.put(table).table(evaluator(weightCol="w")))

        assert found["auc"] == pytest.approx(reference.roc_auc_score(y, s, sample_weight=w))

    def test_the_report_has_every_curve(self, bench: Workbench) -> None:
        bench.put(predicted()).run(evaluator())

        kinds = {item.kind for item in bench.items if hasattr(item, "kind")}
        assert kinds == {
            "confusion",
            "roc",
            "precision_recall",
            "lift",
            "calibration",
            "threshold",
        }
        confusion = bench.chart("confusion").data
        assert list(confusion["actual"]) == ["0", "0", "1", "1"]
        assert list(confusion["predicted"]) == ["0", "1", "0", "1"]
        assert sum(float(n or 0) for n in confusion["count"]) == 300


class TestManyClasses:
    def test_averages_and_a_row_a_class(self, bench: Workbench) -> None:
        rng = np.random.default_rng(0)
        y = rng.integers(0, 3, 200)
        proba = rng.dirichlet([1, 1, 1], 200)
        p = proba.argmax(axis=1)
        names = np.array(["a", "b", "c"])
        table = pa.table(
            {
                "label": names[y].tolist(),
                "prediction": names[p].tolist(),
                "probability": pa.array(proba.tolist()),
            }
        )

        found = metric_values(bench.put(table).table(evaluator()))

        assert found["auc"] == pytest.approx(reference.roc_auc_score(y, proba, multi_class="ovr"))
        assert found["f1_macro"] == pytest.approx(reference.f1_score(y, p, average="macro"))
        rows = next(item for item in bench.items if isinstance(item, TableItem)).rows
        assert [row[0] for row in rows] == ["a", "b", "c"]


class TestDirt:
    def test_one_class_only_has_no_auc(self, bench: Workbench) -> None:
        found = metric_values(bench.put(predicted(label=np.ones(300, int))).table(evaluator()))

        assert found["auc"] is None
        assert any("only one class occurs" in text for text in bench.texts())

    def test_a_test_set_that_lacks_a_class(self, bench: Workbench) -> None:
        ones = np.ones(300, int)

        found = metric_values(bench.put(predicted(label=ones, prediction=ones)).table(evaluator()))

        assert found["accuracy"] == 1

    def test_rows_without_label_or_prediction_are_left_out_and_counted(
        self, bench: Workbench
    ) -> None:
        y, _ = scored()
        label = pa.array(y, mask=np.arange(300) < 7)

        found = metric_values(bench.put(predicted(label=label)).table(evaluator()))

        assert found["rows"] == 293
        assert bench.warnings == ["7 rows without a label or a prediction are left out"]

    def test_nothing_is_left(self, bench: Workbench) -> None:
        with pytest.raises(RunError, match="no row with both"):
            bench.put(predicted().slice(0, 0)).run(evaluator())

    def test_a_score_that_is_no_probability(self, bench: Workbench) -> None:
        _, s = scored()

        with pytest.raises(RunError, match="outside 0 to 1"):
            bench.put(predicted(probability=s * 10)).run(evaluator())

    def test_a_prediction_of_another_kind(self, bench: Workbench) -> None:
        with pytest.raises(RunError, match="label is bigint and the prediction string"):
            bench.put(predicted(prediction=["x"] * 300)).run(evaluator())

    def test_classes_that_cannot_be_told(self, bench: Workbench) -> None:
        y, _ = scored()
        table = predicted(
            label=np.array(["a", "b"])[y].tolist(),
            prediction=None,
            probability=pa.array([[0.2, 0.3, 0.5]] * 300),
        )

        with pytest.raises(RunError, match="of 3 classes, and the table shows 2: a, b"):
            bench.put(table).run(evaluator())

        named = metric_values(bench.put(table).table(evaluator(classes="a,b,c")))
        assert not math.isnan(float(str(named["accuracy"])))

    def test_classes_of_text_where_the_label_is_a_number(self, bench: Workbench) -> None:
        with pytest.raises(RunError, match="classes names a, b"):
            bench.put(predicted()).run(evaluator(classes="a,b"))

    def test_a_positive_class_that_does_not_occur(self, bench: Workbench) -> None:
        with pytest.raises(RunError, match="positive class 'yes' does not occur"):
            bench.put(predicted()).run(evaluator(positive="yes"))


class TestCheck:
    def test_mlsqls_and_other_names(self) -> None:
        operator = evaluator(actualCol="y", predictCol="p", preValue="1")

        assert (operator.label_col, operator.prediction_col, operator.positive) == ("y", "p", "1")

    def test_columns_are_looked_for(self) -> None:
        schema = Schema.of(y="int", p="int")

        assert codes(evaluator(), table=schema) == ["no-label", "no-prediction"]
        assert codes(evaluator(labelCol="y", predictionCol="q"), table=schema) == ["unknown-column"]
        assert codes(evaluator(labelCol="y", predictionCol="p"), table=schema) == []

    def test_the_result_is_known(self) -> None:
        assert evaluator().knowledge(Desk({}))["table"] == METRICS_SCHEMA
