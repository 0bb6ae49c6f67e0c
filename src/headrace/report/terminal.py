"""Reports in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.cells import cell_len, set_cell_size
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.text import Text

from headrace.graph.report import ChartItem, Item, MetricsItem, Report, TableItem, TextItem
from headrace.report.drawing import horizontal_bar
from headrace.report.numbers import number_text
from headrace.report.terminal_charts import distributions, picture
from headrace.report.terminal_tables import FittedTable, lines, one_line

METER_WIDTH = 10
GUTTER = 3
CONDENSED_FROM = 3
"""From so many lines on, those after the first are details, and share a paragraph."""


def report_blocks(report: Report) -> list[RenderableType]:
    """What a report shows, as blocks that fit the width they are printed at.

    Neighbouring charts stand beside each other as far as there is room; histograms take a line
    each. Nothing that stands in the data is read as markup or as control codes.
    """
    groups = groupby(report.items, _family)
    blocks = [block for family, items in groups for block in _blocks(family, list(items))]
    return [part for block in blocks for part in (Text(), block)][1:]


def _family(item: Item) -> str:
    if isinstance(item, ChartItem):
        return "histograms" if item.kind == "histogram" else "charts"
    return "texts" if isinstance(item, TextItem) else "single"


def _blocks(family: str, items: Sequence[Item]) -> list[RenderableType]:
    if family == "texts":
        return _texts([item for item in items if isinstance(item, TextItem)])
    if family == "single":
        return [_single(item) for item in items]
    charts = [item for item in items if isinstance(item, ChartItem)]
    if family == "histograms":
        return [distributions(charts)]
    return [Columns([_spaced(item) for item in charts], padding=(0, GUTTER))]


def _spaced(item: ChartItem) -> Text:
    """A picture and an empty line, which parts it from the one below."""
    return picture(item).append("\n")


def _texts(items: Sequence[TextItem]) -> list[RenderableType]:
    if len(items) < CONDENSED_FROM or any(item.level == "warning" for item in items):
        return [Group(*map(_text, items))]
    details = "; ".join(one_line(item.text) for item in items[1:])
    return [Group(_text(items[0]), Text(details, style="dim"))]


def _text(item: TextItem) -> Text:
    return Text(lines(item.text), style="yellow" if item.level == "warning" else "")


def _single(item: Item) -> RenderableType:
    if isinstance(item, MetricsItem):
        return _metrics(item)
    return FittedTable(item) if isinstance(item, TableItem) else Text("")


def _metrics(item: MetricsItem) -> RenderableType:
    """A cell a metric: name, number and, from 0 to 1, a bar."""
    names = [one_line(name) for name in item.values]
    width = max(map(cell_len, names), default=0)
    cells = [
        _metric(set_cell_size(name, width), value)
        for name, value in zip(names, item.values.values(), strict=True)
    ]
    grid = Columns(cells, padding=(0, GUTTER), column_first=True)
    return Group(Text(one_line(item.title), style="bold"), grid) if item.title else grid


def _metric(name: str, value: float) -> Text:
    bar = horizontal_bar(value, METER_WIDTH) if 0 <= value <= 1 else " " * METER_WIDTH
    return Text.assemble(name, f" {number_text(value):>9} ", (bar, "cyan"), no_wrap=True)
