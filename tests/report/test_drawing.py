from __future__ import annotations

import pytest

from headrace.report.drawing import Canvas, horizontal_bar, sparkline


class TestCanvas:
    def test_a_diagonal_goes_from_the_lower_left_to_the_upper_right(self) -> None:
        canvas = Canvas(2, 1)

        canvas.line([(0.0, 0.0), (1.0, 1.0)], "")

        assert canvas.rows()[0].plain == "⡠⠊"

    def test_points_outside_leave_no_mark(self) -> None:
        canvas = Canvas(3, 2)

        canvas.points([(-0.1, 0.5), (0.5, 1.1)], "")

        assert [row.plain for row in canvas.rows()] == ["   ", "   "]

    def test_the_corners_are_inside(self) -> None:
        canvas = Canvas(1, 1)

        canvas.points([(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)], "")

        assert canvas.rows()[0].plain == "⣉"


class TestBars:
    @pytest.mark.parametrize(
        ("share", "bar"),
        [(0.0, "    "), (0.5, "██  "), (0.53125, "██▏ "), (1.0, "████"), (7, "████")],
    )
    def test_length_is_the_share_to_an_eighth(self, share: float, bar: str) -> None:
        assert horizontal_bar(share, 4) == bar

    def test_a_single_row_is_seen_beside_a_million(self) -> None:
        assert sparkline([1_000_000, 1, 0]) == "█▁ "
