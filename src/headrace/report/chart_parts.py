"""What charts are made of: data, axes, tooltips, curves and lines of reference."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from headrace.graph.report import Cell, ChartItem
from headrace.report.numbers import is_number_column

AnyChart = alt.Chart | alt.LayerChart | alt.FacetChart

HEIGHT = 260
"""Pixels; the width is that of the place where the chart stands."""

DATA_DIGITS = 5
"""Significant digits of the numbers inside a specification: finer than any screen."""


def inline(data: Mapping[str, Sequence[Cell]]) -> alt.InlineData:
    """Columns as CSV text: a third of the bytes of JSON, and Altair copies it at no cost."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(data)
    writer.writerows(zip(*(map(_field, column) for column in data.values()), strict=True))
    kinds = {name: "number" if is_number_column(data[name]) else "string" for name in data}
    return alt.InlineData(values=text.getvalue(), format=alt.CsvDataFormat(type="csv", parse=kinds))


def _field(value: Cell) -> str:
    """Empty, which is null, for what is no number; without the digits that nobody sees."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return f"{value:.{DATA_DIGITS}g}" if isinstance(value, float) else str(value)


def chart_of(item: ChartItem) -> alt.Chart:
    """A chart of the item's data, without marks."""
    return alt.Chart(inline(item.data))


def number_axis(name: str, title: str, **scale: Any) -> dict[str, Any]:
    """An x or y channel of numbers."""
    return {
        "shorthand": f"{name}:Q",
        "title": title,
        "scale": alt.Scale(**scale) if scale else alt.Undefined,
    }


def share_axis(name: str, title: str) -> dict[str, Any]:
    """An axis from 0 to 1, in per cent."""
    axis = number_axis(name, title, domain=[0, 1], nice=False)
    return {**axis, "axis": alt.Axis(format="%", tickCount=5)}


def tooltips(item: ChartItem, **formats: str) -> list[alt.Tooltip]:
    """A tooltip of these columns, as far as the item has them, its series first."""
    series = [alt.Tooltip("series:N", title="model")] if "series" in item.data else []
    return series + [
        alt.Tooltip(f"{name}:Q", format=form) for name, form in formats.items() if name in item.data
    ]


def series_colour(item: ChartItem) -> Any:
    """A colour a model, where the item is of several."""
    if "series" not in item.data:
        return alt.Undefined
    return alt.Color("series:N", sort=list(dict.fromkeys(map(str, item.data["series"]))))


def curve(
    item: ChartItem, x: dict[str, Any], y: dict[str, Any], tips: list[alt.Tooltip]
) -> list[alt.Chart]:
    """A line through the points in their order; the point nearest to the pointer explains itself."""
    order = {"index": list(range(len(next(iter(item.data.values())))))}
    base = alt.Chart(inline({**item.data, **order})).encode(
        x=alt.X(**x), y=alt.Y(**y), color=series_colour(item)
    )
    nearest = alt.selection_point(
        name="nearest",
        nearest=True,
        on="pointerover",
        clear="pointerout",
        fields=["index"],
        empty=False,
    )
    shown: Any = {"param": "nearest", "empty": False, "value": 1}
    points: alt.Chart = (
        base.mark_point(filled=True, size=70)
        .encode(opacity=alt.OpacityValue(0, condition=shown), tooltip=tips)
        .add_params(nearest)
    )
    return [base.mark_line().encode(order=alt.Order("index:Q")), points]


def diagonal(x: str, y: str, low: float = 0.0, high: float = 1.0) -> alt.Chart:
    """The line where both are equal."""
    ends = alt.Chart(inline({x: [low, high], y: [low, high]})).mark_line(style="reference")
    line: alt.Chart = ends.encode(x=alt.X(f"{x}:Q"), y=alt.Y(f"{y}:Q"))
    return line


def level(y: str, value: float) -> alt.Chart:
    """A dashed line at one height."""
    rule = alt.Chart(inline({y: [value]})).mark_rule(style="reference")
    drawn: alt.Chart = rule.encode(y=alt.Y(f"{y}:Q"))
    return drawn


def option(item: ChartItem, name: str) -> float | None:
    """A number among the item's options."""
    value = item.options.get(name)
    return float(value) if isinstance(value, int | float) else None


def layers(*charts: alt.Chart, height: int = HEIGHT) -> AnyChart:
    """Charts over each other, the first below."""
    layered: AnyChart = alt.layer(*charts).properties(height=height)
    return layered
