"""Dates: Joda's patterns and arithmetic."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import ScriptError
from headrace.language.dates import FIELDS, UNITS, format_date, shifted

MOMENT = datetime(2024, 2, 9, 14, 5, 7, 89_000, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))


class TestFormatDate:
    @pytest.mark.parametrize(
        ("pattern", "written"),
        [
            ("yyyy-MM-dd", "2024-02-09"),
            ("yyyyMMddHHmmss", "20240209140507"),
            ("yy/M/d", "24/2/9"),
            ("YYYY", "2024"),
            ("MMM d, yyyy", "Feb 9, 2024"),
            ("EEE EEEE MMMM", "Fri Friday February"),
            ("h:mm a K kk", "2:05 PM 2 14"),
            ("ss.SSS S SSSSSSSS", "07.089 0 08900000"),
            ("D DDD e w ww x", "40 040 5 6 06 2024"),
            ("Z ZZ", "-0330 -03:30"),
            ("yyyy'T'HH", "2024T14"),
            ("'it''s' d", "it's 9"),
            ("''d", "'9"),
            ("yyyy年MM月", "2024年02月"),
            ("", ""),
        ],
    )
    def test_letters(self, pattern: str, written: str) -> None:
        assert format_date(MOMENT, pattern) == written

    @pytest.mark.parametrize(
        ("hour", "written"), [(0, "24 12 0 AM"), (12, "12 12 0 PM"), (23, "23 11 11 PM")]
    )
    def test_hours_at_the_edges(self, hour: int, written: str) -> None:
        assert format_date(datetime(2024, 1, 1, hour), "k h K a") == written

    def test_the_week_year_differs_from_the_year_at_its_edges(self) -> None:
        assert format_date(datetime(2024, 12, 30), "yyyy x w") == "2024 2025 1"

    def test_the_default_is_iso_8601(self) -> None:
        assert format_date(MOMENT) == "2024-02-09T14:05:07.089-03:30"

    def test_an_unknown_letter_is_an_error_with_the_letters(self) -> None:
        with pytest.raises(ScriptError) as caught:
            format_date(MOMENT, "yyyy-mm-qq")

        assert "'qq' is not supported" in caught.value.message
        assert all(letter in (caught.value.hint or "") for letter in FIELDS)

    def test_an_open_quote_is_an_error(self) -> None:
        with pytest.raises(ScriptError, match="a quote is left open"):
            format_date(MOMENT, "yyyy'T")

    @given(st.text(max_size=20))
    def test_any_pattern_gives_text_or_a_script_error(self, pattern: str) -> None:
        try:
            written = format_date(MOMENT, pattern)
        except ScriptError:
            return
        assert isinstance(written, str)


class TestShifted:
    @pytest.mark.parametrize(
        ("start", "unit", "count", "result"),
        [
            (datetime(2024, 3, 1), "Days", -1, datetime(2024, 2, 29)),
            (datetime(2024, 1, 31), "Months", 1, datetime(2024, 2, 29)),
            (datetime(2024, 12, 15), "Months", 1, datetime(2025, 1, 15)),
            (datetime(2024, 1, 15), "Months", -13, datetime(2022, 12, 15)),
            (datetime(2024, 2, 29), "Years", 1, datetime(2025, 2, 28)),
            (datetime(2024, 1, 1), "Weeks", 2, datetime(2024, 1, 15)),
            (datetime(2024, 1, 1), "Hours", 25, datetime(2024, 1, 2, 1)),
            (datetime(2024, 1, 1), "Minutes", -1, datetime(2023, 12, 31, 23, 59)),
            (datetime(2024, 1, 1), "Seconds", 61, datetime(2024, 1, 1, 0, 1, 1)),
            (datetime(2024, 1, 1), "Millis", 5, datetime(2024, 1, 1, 0, 0, 0, 5000)),
        ],
    )
    def test_units(self, start: datetime, unit: str, count: int, result: datetime) -> None:
        assert shifted(start, unit, count) == result

    @pytest.mark.parametrize("unit", UNITS)
    def test_leaving_the_calendar_is_an_error(self, unit: str) -> None:
        with pytest.raises(ScriptError, match="outside the years 1 to 9999"):
            shifted(MOMENT, unit, 10**15)
