"""Places survive expansion, wide characters and long lines."""

from __future__ import annotations

import pytest

from headrace.graph import MappedText, Piece, Source
from headrace.graph.span import display_width

SCRIPT = Source("churn.mlsql", "load csv.`a`;\nselect custmer_id, amount\nfrom orders as t;\n")


class TestSpan:
    def test_lines_and_columns_count_from_one(self) -> None:
        start = SCRIPT.text.index("custmer_id")

        span = SCRIPT.span(start, start + len("custmer_id"))

        assert (span.line, span.column, span.label) == (2, 8, "churn.mlsql:2:8")

    def test_the_excerpt_marks_the_place(self) -> None:
        start = SCRIPT.text.index("custmer_id")

        assert SCRIPT.span(start, start + 10).excerpt() == (
            "   2 | select custmer_id, amount\n     |        ^^^^^^^^^^"
        )

    def test_carets_stand_under_wide_characters(self) -> None:
        source = Source("x", "select 客户编号 from t")

        assert source.span(7, 11).excerpt() == (
            "   1 | select 客户编号 from t\n     |        ^^^^^^^^"
        )

    def test_a_long_line_is_cut_around_the_place(self) -> None:
        source = Source("x", "a" * 5_000 + "BAD" + "b" * 5_000)

        excerpt = source.span(5_000, 5_003).excerpt()

        shown, marks = excerpt.split("\n")
        assert len(shown) < 200
        assert shown[marks.index("^") : marks.rindex("^") + 1] == "BAD"

    def test_a_place_over_several_lines_marks_its_first(self) -> None:
        span = SCRIPT.span(14, len(SCRIPT.text))

        assert span.excerpt().splitlines()[0] == "   2 | select custmer_id, amount"

    def test_the_end_of_the_text_is_a_place(self) -> None:
        source = Source("x", "ab")

        assert source.span(2, 2).excerpt() == "   1 | ab\n     |   ^"

    def test_calls_are_listed_outermost_first(self) -> None:
        outer = Source("main", "include a;")
        middle = Source("a", "!m;", caller=outer.whole)
        inner = Source("!m", "bad", caller=middle.whole)

        assert inner.whole.call_chain() == ("main:1:1", "a:1:1")


class TestMappedText:
    def test_a_value_maps_to_the_place_that_named_it(self) -> None:
        source = Source("x", "load csv.`${dir}/a.csv`;")
        start = source.text.index("${dir}")
        pieces = (
            Piece(0, 9, source.span(start, start + 6), verbatim=False),
            Piece(9, 15, source.span(start + 6, start + 12), verbatim=True),
        )
        text = MappedText("/data/raw/a.csv", pieces)

        assert text.span(2, 5).text == "${dir}"
        assert text.span(10, 15).text == "a.csv"
        assert text.span(2, 12).text == "${dir}/a."

    def test_a_slice_keeps_its_places(self) -> None:
        source = Source("x", "select a, b from t")
        text = MappedText.copy_of(source.whole)

        assert text.slice(7, 11).span(3, 4).text == "b"


@pytest.mark.parametrize(("text", "width"), [("abc", 3), ("客户", 4), ("é", 1), ("e\u0301", 1)])
def test_display_width_counts_terminal_cells(text: str, width: int) -> None:
    assert display_width(text) == width
