from __future__ import annotations

import math

from headrace.graph.report import MetricsItem, Report, TextItem
from headrace.report.comparison import Comparison, comparisons
from tests.report.examples import evaluation, history


def compared(*steps: tuple[str, Report]) -> list[Comparison]:
    return comparisons(history(*steps).steps.values())


def measured(title: str, **values: float) -> Report:
    return Report(title, (MetricsItem(values, title, {"rmse": False, "auc": True}),))


class TestComparisons:
    def test_evaluators_of_different_kinds_are_kept_apart(self) -> None:
        found = compared(
            ("a", measured("Classification", auc=0.7)),
            ("b", measured("Regression", rmse=1.0)),
            ("c", measured("Classification", auc=0.8)),
        )

        assert [(c.title, c.names) for c in found] == [("Classification", ("a", "c"))]

    def test_a_training_is_no_evaluation(self) -> None:
        metrics = MetricsItem({"auc": 0.9}, "Classification")
        training = Report("fit", (TextItem("fitted"), metrics))

        assert compared(("a", training), ("b", training)) == []

    def test_names_lose_the_words_that_they_share(self) -> None:
        [found] = compared(
            ("credit_forest_metrics", evaluation(0.7, 0.4)),
            ("credit_boosting_metrics", evaluation(0.8, 0.4)),
        )

        assert found.names == ("forest", "boosting")

    def test_only_common_metrics_are_compared(self) -> None:
        [found] = compared(
            ("a", measured("Classification", auc=0.7, brier=0.1)),
            ("b", measured("Classification", auc=0.8)),
        )

        assert found.metrics == ("auc",)

    def test_the_best_may_be_several_and_is_never_nan(self) -> None:
        [found] = compared(
            ("a", measured("t", rmse=1.0)),
            ("b", measured("t", rmse=math.nan)),
            ("c", measured("t", rmse=1.0)),
        )

        assert found.best("rmse") == {0, 2}

    def test_without_a_known_direction_none_is_best(self) -> None:
        [found] = compared(("a", measured("t", rows=1.0)), ("b", measured("t", rows=2.0)))

        assert found.best("rows") == frozenset()

    def test_curves_that_all_have_share_a_chart(self) -> None:
        [found] = compared(("a", evaluation(0.7, 0.4)), ("b", evaluation(0.8, 0.4)))

        [roc] = found.curves()
        assert roc.kind == "roc"
        assert roc.data["series"] == ["a"] * 5 + ["b"] * 5
