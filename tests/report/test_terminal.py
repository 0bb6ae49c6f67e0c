from __future__ import annotations

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from headrace.graph.report import ChartItem, Item, MetricsItem, Report, TableItem, TextItem
from headrace.report.terminal import report_blocks
from headrace.report.terminal_charts import PICTURES
from tests.report import examples


def shown(*items: Item, width: int = 80, colours: bool = False) -> str:
    """What stands in a terminal, or in a file where there are no colours."""
    console = Console(
        file=io.StringIO(), width=width, force_terminal=colours, highlight=False, _environ={}
    )
    for block in report_blocks(Report("", items)):
        console.print(block)
    text = console.file
    assert isinstance(text, io.StringIO)
    return text.getvalue()


class TestEveryItem:
    @pytest.mark.parametrize("width", [40, 60, 80, 140])
    def test_no_line_is_wider_than_the_terminal(self, width: int) -> None:
        text = shown(*examples.every_item(), examples.WIDE, width=width)

        assert max(cell_len(line) for line in text.splitlines()) <= width

    def test_a_file_gets_no_control_codes(self) -> None:
        assert "\x1b" not in shown(*examples.every_item())

    def test_a_terminal_gets_colours(self) -> None:
        assert "\x1b[" in shown(*examples.every_item(), colours=True)

    def test_every_kind_of_chart_has_a_picture(self) -> None:
        assert set(PICTURES) == set(examples.CHARTS)


class TestTables:
    def test_numbers_align_right_and_are_rounded(self) -> None:
        lines = shown(TableItem(("n", "x"), ((30_000, 1234.5678), (7, 0.5)))).splitlines()

        assert [line.rstrip() for line in lines] == [
            "     n       x",
            "30,000    1235",
            "     7  0.5000",
        ]

    def test_chinese_cells_keep_the_columns_in_line(self) -> None:
        rows = (("北京市", "x"), ("Leeds", "y"))

        lines = shown(TableItem(("城市", "标签"), rows)).splitlines()

        assert {
            cell_len(line[: line.index(mark)]) for line, mark in zip(lines, "标xy", strict=True)
        } == {8}

    def test_null_is_not_an_empty_text(self) -> None:
        assert "null" in shown(TableItem(("a",), ((None,),)))

    def test_columns_without_room_are_left_out_whole_and_named(self) -> None:
        lines = shown(examples.WIDE, width=60).splitlines()

        assert lines[1].split() == [f"column_{n}" for n in range(6)]
        assert lines[3].startswith("… and 24 more columns: column_6, column_7")

    def test_a_long_table_shows_its_beginning_and_how_many_rows_there_are(self) -> None:
        item = TableItem(("n",), tuple((n,) for n in range(500)), total_rows=30_000)

        lines = shown(item).splitlines()

        assert len(lines) == 22
        assert lines[-1] == "… 20 of 30,000 rows"

    def test_long_text_ends_in_an_ellipsis(self) -> None:
        assert "…" in shown(TableItem(("a",), (("x" * 200,),)))


class TestHostileText:
    @pytest.mark.parametrize("text", ["\x1b[31mred", "a\rb", "a\x9bb", "\u202ereversed"])
    def test_control_codes_in_data_do_nothing(self, text: str) -> None:
        item = TableItem((text,), ((text,),), title=text)

        printed = shown(item, TextItem(text), MetricsItem({text: 1.0}, text))

        assert not {"\x1b", "\r", "\x9b", "\u202e"} & set(printed)

    def test_markup_in_data_is_text(self) -> None:
        assert "[bold]x[/bold]" in shown(TableItem(("[red]a",), (("[bold]x[/bold]",),)))


class TestTexts:
    def test_details_of_a_training_share_a_paragraph(self) -> None:
        texts = [TextItem(text) for text in ("fitted", "numbers as they are", "seed 42")]

        assert shown(*texts).splitlines() == ["fitted", "numbers as they are; seed 42"]

    def test_a_text_of_several_lines_keeps_them(self) -> None:
        assert shown(TextItem("a\n  b")).splitlines() == ["a", "  b"]


class TestCharts:
    def test_histograms_of_many_columns_take_a_line_each(self) -> None:
        histograms = [
            ChartItem("histogram", examples.CHARTS["histogram"].data, f"column_{n}")
            for n in range(25)
        ]

        lines = shown(*histograms).splitlines()

        assert len(lines) == 25
        assert lines[3].split() == ["column_3", "▁█▁", "0", "…", "30"]

    def test_charts_stand_beside_each_other_where_there_is_room(self) -> None:
        both = [examples.CHARTS["roc"], examples.CHARTS["lift"]]

        narrow, wide = shown(*both, width=60), shown(*both, width=100)

        assert len(narrow.splitlines()) > 1.5 * len(wide.splitlines())

    def test_a_rising_curve_begins_below_and_ends_above(self) -> None:
        lines = shown(examples.CHARTS["roc"]).splitlines()

        assert lines[0].startswith("ROC  AUC 0.7750, KS 0.3500")
        assert lines[1].rstrip()[-1] != "│"
        assert lines[8].index("│") + 1 < len(lines[8].rstrip())

    def test_a_confusion_matrix_shows_counts_under_their_classes(self) -> None:
        lines = shown(examples.CHARTS["confusion"]).splitlines()

        assert lines[2].split()[:2] == ["no", "12,345"]
        assert lines[3].split()[:2] == ["是", "89"]

    def test_bars_are_as_long_as_their_numbers(self) -> None:
        lines = shown(examples.CHARTS["importance"]).splitlines()

        assert [line.count("█") for line in lines[1:4]] == [16, 9, 6]

    @pytest.mark.parametrize("kind", list(examples.CHARTS))
    def test_without_rows_nothing_fails(self, kind: str) -> None:
        item = next(item for name, item in examples.CHARTS.items() if name == kind)

        shown(ChartItem(item.kind, {name: [] for name in item.data}, "empty"))
