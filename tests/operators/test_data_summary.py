"""The profile of a table."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from headrace.errors import RunError
from headrace.graph.report import TableItem
from headrace.graph.schema import Column, Schema
from headrace.operators.data_summary import SUMMARY, DataSummary, summary_query
from tests.operators.workbench import Desk, Workbench, codes

PEOPLE = pa.table(
    {
        "age": pa.array([20, 30, None, 50], pa.int32()),
        "pay": [1.5, float("nan"), 2.5, 3.5],
        "city": ["Oslo", "Rome", "Oslo", None],
        "since": pa.array([date(2020, 1, 1), None, date(2021, 5, 6), date(2020, 1, 1)]),
        "member": [True, False, True, True],
        "tags": pa.array([["a"], [], None, ["b", "c"]]),
    }
)


def summary(bench: Workbench, table: pa.Table, **options: Any) -> dict[str, dict[str, Any]]:
    rows = bench.put(table).table(DataSummary(**options)).to_pylist()
    return {row["column"]: row for row in rows}


class TestDataSummary:
    def test_numbers(self, bench: Workbench) -> None:
        age = summary(bench, PEOPLE)["age"]

        assert (age["type"], age["rows"], age["missing"], age["distinct"]) == ("int", 4, 1, 3)
        assert (age["min"], age["max"], age["median"]) == ("20", "50", 30.0)
        assert age["mean"] == pytest.approx(100 / 3)
        assert age["std"] == pytest.approx(np.std([20, 30, 50], ddof=1))

    def test_quartiles_are_exact(self, bench: Workbench) -> None:
        values = np.random.default_rng(0).normal(size=1001)

        found = summary(bench, pa.table({"x": values}))["x"]

        wanted = np.quantile(values, [0.25, 0.5, 0.75])
        assert [found["p25"], found["median"], found["p75"]] == pytest.approx(wanted.tolist())

    def test_above_a_million_rows_they_are_approximate(self) -> None:
        columns = [Column("x", "double")]

        assert "percentile_approx(" in summary_query(columns, "t", exact=False)

    def test_nan_is_missing(self, bench: Workbench) -> None:
        pay = summary(bench, PEOPLE)["pay"]

        assert (pay["missing"], pay["mean"], pay["max"]) == (1, 2.5, "3.5")

    def test_texts_dates_and_booleans_have_a_most_frequent_value(self, bench: Workbench) -> None:
        rows = summary(bench, PEOPLE)

        assert (rows["city"]["top"], rows["city"]["top_count"]) == ("Oslo", 2)
        assert (rows["since"]["top"], rows["since"]["max"]) == ("2020-01-01", "2021-05-06")
        assert (rows["member"]["top"], rows["member"]["top_count"]) == ("true", 3)
        assert rows["city"]["mean"] is None

    def test_nested_columns_are_counted_only(self, bench: Workbench) -> None:
        tags = summary(bench, PEOPLE)["tags"]

        assert (tags["type"], tags["missing"], tags["distinct"]) == ("array<string>", 1, None)

    def test_strange_names(self, bench: Workbench) -> None:
        table = pa.table({"default.payment.next`month": [1, 2], "客户 id": ["a", "b"]})

        assert set(summary(bench, table)) == {"default.payment.next`month", "客户 id"}

    def test_only_the_named_columns(self, bench: Workbench) -> None:
        assert list(summary(bench, PEOPLE, columns="city, AGE")) == ["city", "age"]

    def test_an_empty_table(self, bench: Workbench) -> None:
        age = summary(bench, PEOPLE.slice(0, 0))["age"]

        assert (age["rows"], age["missing"], age["min"], age["mean"]) == (0, 0, None, None)

    def test_the_result_has_the_promised_columns(self, bench: Workbench) -> None:
        table = bench.put(PEOPLE).table(DataSummary())

        assert tuple(table.column_names) == SUMMARY.names
        assert DataSummary().knowledge(Desk({}))["table"] == SUMMARY

    def test_the_report_has_histograms_of_all_rows(self, bench: Workbench) -> None:
        values = np.random.default_rng(0).normal(size=1000)
        bench.put({"x": values}).run(DataSummary())

        drawn = bench.chart("histogram").data
        assert sum(float(n or 0) for n in drawn["count"]) == 1000
        counts, _ = np.histogram(values, bins=20)
        assert list(drawn["count"]) == counts.tolist()

    def test_the_report_lists_frequent_values(self, bench: Workbench) -> None:
        bench.put(PEOPLE).run(DataSummary())

        tables = [item for item in bench.items if isinstance(item, TableItem)]
        assert [item.title for item in tables] == ["Columns of 4 rows", "Most frequent values"]
        assert ("city", "Oslo 50.0 %, Rome 25.0 %") in tables[1].rows

    def test_unknown_columns_are_found_before_and_while_it_runs(self, bench: Workbench) -> None:
        operator = DataSummary(columns=("agee",))

        assert codes(operator, table=Schema.of(age="int")) == ["unknown-column"]
        with pytest.raises(RunError, match="no column 'agee'"):
            bench.put(PEOPLE).run(operator)
