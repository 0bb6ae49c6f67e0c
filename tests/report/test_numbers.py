from __future__ import annotations

import math

import pytest

from headrace.graph.report import Cell, TableItem
from headrace.report.numbers import (
    cell_text,
    count_text,
    duration_text,
    is_number_column,
    number_columns,
    number_text,
)


class TestNumberText:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (0.78868529, "0.7887"),
            (-0.2662, "-0.2662"),
            (35.4855, "35.49"),
            (167_484.32266, "167,484"),
            (0.000012345, "1.234e-05"),
            (1.5e20, "1.500e+20"),
            (3.0, "3"),
            (0, "0"),
            (-30_000, "-30,000"),
        ],
    )
    def test_four_significant_digits_and_whole_numbers_in_full(
        self, value: float, text: str
    ) -> None:
        assert number_text(value) == text

    def test_a_year_has_no_separator(self) -> None:
        assert number_text(2005) == "2005"

    def test_what_is_no_finite_number_is_named(self) -> None:
        assert [number_text(x) for x in (math.nan, math.inf, -math.inf)] == ["nan", "inf", "-inf"]

    def test_rounding_up_to_the_next_power_of_ten_keeps_the_digits(self) -> None:
        assert number_text(9_999.7) == "10,000"
        assert number_text(0.99999) == "1.000"

    def test_a_long_key_keeps_all_its_digits(self) -> None:
        assert number_text(1_234_567_890_123_456_789) == "1,234,567,890,123,456,789"


class TestCells:
    @pytest.mark.parametrize(
        ("value", "text"), [(None, "null"), (True, "true"), ("客户", "客户"), (1.25, "1.250")]
    )
    def test_every_kind_of_cell_has_a_text(self, value: Cell, text: str) -> None:
        assert cell_text(value) == text

    def test_numbers_with_gaps_are_a_column_of_numbers(self) -> None:
        assert is_number_column([1, None, 2.5])

    def test_text_truth_values_and_nothing_at_all_are_not(self) -> None:
        columns: list[list[Cell]] = [[1, "a"], [True, False], [None], []]

        assert not any(is_number_column(column) for column in columns)

    def test_decimals_align_as_numbers_although_they_are_texts(self) -> None:
        item = TableItem(("a", "b"), (("1.10", "x"),), types=("decimal(10,2)", "string"))

        assert number_columns(item) == [True, False]


class TestWords:
    @pytest.mark.parametrize(
        ("seconds", "text"),
        [(0.0042, "4 ms"), (0.34, "0.34 s"), (59.96, "60.0 s"), (60.7, "1 min 1 s")],
    )
    def test_durations(self, seconds: float, text: str) -> None:
        assert duration_text(seconds) == text

    def test_one_is_singular(self) -> None:
        assert (count_text(1, "step"), count_text(2_000, "row")) == ("1 step", "2,000 rows")
