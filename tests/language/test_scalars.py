"""Scalars: one rule for comparing and computing with texts, numbers, dates and nulls."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import ScriptError
from headrace.language.scalars import (
    Value,
    as_text,
    calculate,
    compare,
    from_engine,
    number_in,
    sql_literal,
    truth,
)


class TestNumberIn:
    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("5", 5),
            (" -5 ", -5),
            ("5.0", 5.0),
            (".5", 0.5),
            ("1e3", 1000.0),
            ("9223372036854775807", 2**63 - 1),
            ("9223372036854775808", float(2**63)),
            ("", None),
            ("abc", None),
            ("5 a", None),
            ("nan", None),
            ("inf", None),
            ("0x10", None),
            ("1_000", None),
            ("٣", None),
            ("2024-01-01", None),
        ],
    )
    def test_what_looks_like_a_number(self, text: str, number: float | None) -> None:
        assert number_in(text) == number


class TestCompare:
    @pytest.mark.parametrize(
        ("left", "operator", "right", "result"),
        [
            ("5", "==", 5, True),
            ("5", "==", "5.0", False),
            ("5.0", "=", 5, True),
            ("10", "<", "9", True),
            ("10", "<", 9, False),
            ("abc", "==", 5, False),
            ("abc", "!=", 5, True),
            (Decimal("0.3"), "=", Decimal("0.1") + Decimal("0.2"), True),
            ("0.3", "=", Decimal("0.3"), True),
            (1, "=", 1.0, True),
            (2**53 + 1, ">", 2**53, True),
            (str(2**53 + 1), ">", 2**53, True),
            (True, "=", "TRUE", True),
            (True, "=", "yes", False),
            (True, "=", 1, False),
            (date(2024, 1, 2), ">", "2024-01-01", True),
            (date(2024, 1, 2), "=", datetime(2024, 1, 2), True),
            (datetime(2024, 1, 2, 3), ">", "2024-01-02 02:00:00", True),
            (("a", "b"), "=", ("a", "b"), True),
            (None, "=", None, None),
            (None, "!=", 1, None),
            ("a", "<>", None, None),
        ],
    )
    def test_pairs(self, left: Value, operator: str, right: Value, result: bool | None) -> None:
        assert compare(operator, left, right) is result

    @pytest.mark.parametrize(
        ("left", "right"), [("abc", 5), (True, 5), (date(2024, 1, 1), "soon"), ((1,), (2,))]
    )
    def test_no_order_is_an_error(self, left: Value, right: Value) -> None:
        with pytest.raises(ScriptError, match="have no order"):
            compare("<", left, right)


class TestCalculate:
    @pytest.mark.parametrize(
        ("left", "operator", "right", "result"),
        [
            (1, "+", 2, 3),
            ("5", "*", 2, 10),
            ("2.5", "*", "2", 5.0),
            (5, "/", 2, 2.5),
            (-7, "%", 3, -1),
            (7, "%", -3, 1),
            (-7.5, "%", 2, -1.5),
            (Decimal("0.1"), "+", Decimal("0.2"), Decimal("0.3")),
            (Decimal("1.5"), "+", 1, Decimal("2.5")),
            (Decimal("1.5"), "*", 2.0, 3.0),
            (None, "+", 1, None),
        ],
    )
    def test_results(self, left: Value, operator: str, right: Value, result: Value) -> None:
        found = calculate(operator, left, right)

        assert found == result
        assert type(found) is type(result)

    @pytest.mark.parametrize(
        ("left", "operator", "right", "message"),
        [
            (1, "/", 0, "division by zero"),
            ("1", "%", "0", "division by zero"),
            ("a", "+", "b", r"'\+' needs numbers, and text 'a' is none"),
            (True, "+", 1, "boolean true is none"),
            (2**62, "*", 4, "larger than a bigint"),
            (Decimal("1e999999"), "*", Decimal("1e999999"), "too large"),
            (math.inf, "%", 1, "no number"),
        ],
    )
    def test_mistakes(self, left: Value, operator: str, right: Value, message: str) -> None:
        with pytest.raises(ScriptError, match=message):
            calculate(operator, left, right)

    @given(st.integers(-(2**40), 2**40), st.integers(-(2**40), 2**40).filter(bool))
    def test_the_remainder_has_the_sign_of_the_dividend(self, left: int, right: int) -> None:
        remainder = calculate("%", left, right)

        assert isinstance(remainder, int)
        assert abs(remainder) < abs(right)
        assert (left - remainder) % right == 0
        assert remainder == 0 or (remainder < 0) == (left < 0)


class TestTruth:
    @pytest.mark.parametrize(
        ("value", "result"), [(True, True), (None, None), ("False", False), (" true ", True)]
    )
    def test_conditions(self, value: Value, result: bool | None) -> None:
        assert truth(value) is result

    @pytest.mark.parametrize("value", [1, "yes", "", (), 0.0])
    def test_other_values_are_errors(self, value: Value) -> None:
        with pytest.raises(ScriptError, match="is not a condition"):
            truth(value)


class TestText:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (None, "null"),
            (True, "true"),
            (1.5, "1.5"),
            (Decimal("1E+2"), "100"),
            (date(2024, 1, 2), "2024-01-02"),
            (datetime(2024, 1, 2, 3, 4), "2024-01-02 03:04:00"),
            (("a", 1, None), "[a, 1, null]"),
        ],
    )
    def test_as_text(self, value: Value, text: str) -> None:
        assert as_text(value) == text

    @pytest.mark.parametrize(
        ("value", "sql"),
        [
            (None, "NULL"),
            (False, "FALSE"),
            ("it's", r"'it\'s'"),
            ("a\\' or 1=1 --", r"'a\\\' or 1=1 --'"),
            (-5, "(-5)"),
            (2**40, "CAST('1099511627776' AS BIGINT)"),
            (1.5, "CAST('1.5' AS DOUBLE)"),
            (math.inf, "CAST('Infinity' AS DOUBLE)"),
            (math.nan, "CAST('NaN' AS DOUBLE)"),
            (Decimal("-1.50"), "(-1.50)"),
            (date(2024, 1, 2), "DATE'2024-01-02'"),
            (datetime(2024, 1, 2, 3, 4), "TIMESTAMP'2024-01-02 03:04:00'"),
            (("a", 1), "array('a', 1)"),
        ],
    )
    def test_sql_literal(self, value: Value, sql: str) -> None:
        assert sql_literal(value) == sql

    @given(st.text())
    def test_no_text_ends_its_literal_early(self, text: str) -> None:
        literal = sql_literal(text)

        body = literal[1:-1].replace("\\\\", "").replace("\\'", "")
        assert literal[0] == literal[-1] == "'"
        assert "'" not in body
        assert "\\" not in body


class TestFromEngine:
    def test_lists_become_tuples(self) -> None:
        assert from_engine(["a", None]) == ("a", None)

    @pytest.mark.parametrize("value", [{"a": 1}, b"x", [[1]], object()])
    def test_what_a_variable_cannot_hold_is_an_error(self, value: object) -> None:
        with pytest.raises(ScriptError, match="a variable cannot hold"):
            from_engine(value)
