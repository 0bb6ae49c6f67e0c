from __future__ import annotations

import pytest

from headrace.graph.report import MetricsItem, Report, TableItem, TextItem
from headrace.report.headings import heading_of, is_brief, items_under


class TestHeading:
    @pytest.mark.parametrize(
        ("step", "title", "heading"),
        [
            ("forest_metrics", "Classification", "Classification: forest_metrics"),
            ("churn", "RandomForest churn@1", "RandomForest churn@1"),
            ("assertUniqueKey_raw", "assertUniqueKey", "assertUniqueKey_raw"),
            ("say", "", "say"),
        ],
    )
    def test_names_the_step_once(self, step: str, title: str, heading: str) -> None:
        assert heading_of(step, Report(title)) == heading

    def test_a_table_alone_is_headed_by_its_name(self) -> None:
        shown = Report("show", (TableItem(("a",), (), "orders"),))

        assert heading_of("show_orders", shown) == "orders"

    def test_the_first_item_does_not_say_it_again(self) -> None:
        table = TableItem(("a",), (), "orders")

        [first, second] = items_under("orders", Report("orders", (table, table)))

        assert isinstance(first, TableItem)
        assert (first.title, second) == ("", table)

    def test_another_title_stays(self) -> None:
        metrics = MetricsItem({"auc": 0.7}, "on the training rows")

        assert items_under("RandomForest", Report("RandomForest", (metrics,))) == (metrics,)

    def test_a_report_of_nothing_has_no_items(self) -> None:
        assert items_under("a", Report("a")) == ()


class TestBrief:
    def test_words_are_and_tables_are_not(self) -> None:
        words, table = TextItem("saved"), TableItem(("a",), ())

        assert is_brief(Report("", (words, words)))
        assert not is_brief(Report("", (words, table)))
