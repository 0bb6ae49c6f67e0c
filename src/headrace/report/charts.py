"""Charts by kind, each one Vega-Lite specification that every output draws.

Specifications name no colours: they come from the configuration of ``themes.vega_config``.
The curves of several models in one chart are one item with a column ``series``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import altair as alt

from headrace.graph.report import Cell, ChartItem, ChartKind
from headrace.report.chart_parts import (
    HEIGHT,
    AnyChart,
    chart_of,
    curve,
    diagonal,
    inline,
    layers,
    level,
    number_axis,
    option,
    series_colour,
    share_axis,
    tooltips,
)
from headrace.report.numbers import is_number, number_text, numbers

MOST_BARS = 20
CLASSES_WITH_SHARES = 6
CLASSES_WITH_COUNTS = 14


def chart(item: ChartItem) -> AnyChart:
    """The chart of an item, without a title: that is text, and stands beside it."""
    return CHARTS[item.kind](item).properties(width="container")


def roc(item: ChartItem) -> AnyChart:
    x, y = share_axis("fpr", "false positive rate"), share_axis("tpr", "true positive rate")
    tips = tooltips(item, fpr=".1%", tpr=".1%", threshold=".3f")
    return layers(diagonal("fpr", "tpr"), *curve(item, x, y, tips))


def precision_recall(item: ChartItem) -> AnyChart:
    x, y = share_axis("recall", "recall"), share_axis("precision", "precision")
    lines = curve(item, x, y, tooltips(item, recall=".1%", precision=".1%", threshold=".3f"))
    prevalence = option(item, "prevalence")
    reference = [] if prevalence is None else [level("precision", prevalence)]
    return layers(*reference, *lines)


def lift(item: ChartItem) -> AnyChart:
    x = share_axis("share", "share of rows taken, highest scores first")
    y = number_axis("lift", "lift: times better than at random", zero=True)
    tips = tooltips(item, share=".1%", gain=".1%", lift=".2f")
    return layers(level("lift", 1.0), *curve(item, x, y, tips))


def calibration(item: ChartItem) -> AnyChart:
    x, y = (
        share_axis("predicted", "mean predicted probability"),
        share_axis("observed", "observed share"),
    )
    tips = tooltips(item, predicted=".1%", observed=".1%", count=",.0f")
    dots = chart_of(item).mark_point(filled=True, size=36, opacity=1)
    points = dots.encode(x=alt.X(**x), y=alt.Y(**y), color=series_colour(item), tooltip=tips)
    return layers(diagonal("predicted", "observed"), *curve(item, x, y, tips), points)


def threshold(item: ChartItem) -> AnyChart:
    measures = [m for m in ("precision", "recall", "f1", "accuracy") if m in item.data]
    at = item.data["threshold"]
    folded: dict[str, Sequence[Cell]] = {
        "threshold": [t for _ in measures for t in at],
        "value": [value for m in measures for value in item.data[m]],
        "series": [m for m in measures for _ in at],
    }
    lines = ChartItem("threshold", folded)
    x, y = share_axis("threshold", "decide for the positive class from"), share_axis("value", "")
    tips = [
        alt.Tooltip("series:N", title="measure"),
        alt.Tooltip("value:Q", format=".1%"),
        alt.Tooltip("threshold:Q", format=".3f"),
    ]
    return layers(*_threshold_marks(item), *curve(lines, x, y, tips))


def _threshold_marks(item: ChartItem) -> list[alt.Chart]:
    """Upright lines at the thresholds that the best F1 and KS stand for."""
    named = {"best F1": option(item, "best_f1_threshold"), "KS": option(item, "ks_threshold")}
    known = [(name, at) for name, at in named.items() if at is not None]
    # the two are often near each other: their names stand at different heights
    return [
        mark
        for height, (name, at) in zip((4, 20), known, strict=False)
        for mark in _upright(name, at, height)
    ]


def _upright(name: str, at: float, height: int) -> list[alt.Chart]:
    """A line at a place of the x axis, its name ``height`` pixels below its top."""
    base = alt.Chart(inline({"name": [name], "threshold": [at]})).encode(x=alt.X("threshold:Q"))
    label = base.mark_text(style="reference-label", align="left", dx=4, baseline="top", y=height)
    return [
        base.mark_rule(style="reference"),
        label.encode(text=alt.Text("name:N")),
    ]


def confusion(item: ChartItem) -> AnyChart:
    data = dict(item.data)
    actual, count = list(data["actual"]), numbers(data["count"])
    totals: dict[Cell, float] = {}
    for name, n in zip(actual, count, strict=True):
        totals[name] = totals.get(name, 0.0) + n
    shares = [
        n / totals[name] if totals[name] else 0.0 for name, n in zip(actual, count, strict=True)
    ]
    classes = list(dict.fromkeys(map(str, actual)))
    texts: dict[str, Sequence[Cell]] = {
        "count_text": [number_text(n) for n in count],
        "share": shares,
    }
    axis = alt.Axis(grid=False, domain=False, labelAngle=0, labelLimit=120)
    base = alt.Chart(inline({**data, **texts})).encode(
        x=alt.X("predicted:N", sort=classes, title="predicted", axis=axis),
        y=alt.Y("actual:N", sort=classes, title="actual", axis=axis),
    )
    cells = base.mark_rect(cornerRadius=3, tooltip=True).encode(
        opacity=alt.Opacity(
            "share:Q", scale=alt.Scale(domain=[0, 1], range=[0.05, 0.6]), legend=None
        ),
        tooltip=[
            alt.Tooltip("actual:N"),
            alt.Tooltip("predicted:N"),
            alt.Tooltip("count:Q", format=",.0f", title="rows"),
            alt.Tooltip("share:Q", format=".1%", title="of the actual class"),
        ],
    )
    height = max(HEIGHT, 22 * len(classes))
    return layers(cells, *_cell_texts(base, len(classes)), height=height)


def _cell_texts(base: alt.Chart, classes: int) -> list[alt.Chart]:
    if classes > CLASSES_WITH_COUNTS:
        return []
    both = classes <= CLASSES_WITH_SHARES
    counts = base.mark_text(style="cell-label" if both else "cell-note", dy=-8 if both else 0)
    layers = [counts.encode(text=alt.Text("count_text:N"))]
    if both:
        notes = base.mark_text(style="cell-note", dy=10)
        layers.append(notes.encode(text=alt.Text("share:Q", format=".1%")))
    return layers


def importance(item: ChartItem) -> AnyChart:
    return _bars(item, "feature", "importance", "share of the importance")


def coefficients(item: ChartItem) -> AnyChart:
    return _bars(item, "feature", "coefficient", "coefficient, of scaled numbers")


def bar(item: ChartItem) -> AnyChart:
    """The first column names the bars, the second is their length."""
    name, value = list(item.data)[:2]
    return _bars(item, name, value, str(item.options.get("title", value)))


def _bars(item: ChartItem, name: str, value: str, title: str) -> alt.Chart:
    """Bars in the item's order, which says what matters; those below 0 in another colour."""
    kept = {"name": item.data[name][:MOST_BARS], "value": item.data[value][:MOST_BARS]}
    sign = ["negative" if v < 0 else "positive" for v in numbers(kept["value"])]
    y = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=170, domain=False))
    colour = alt.Color("sign:N", legend=None, scale=alt.Scale(domain=["positive", "negative"]))
    drawn: alt.Chart = (
        alt.Chart(inline({**kept, "sign": sign}))
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X("value:Q", title=title, axis=alt.Axis(tickCount=5)),
            y=y,
            color=colour,
            tooltip=[
                alt.Tooltip("name:N", title=name),
                alt.Tooltip("value:Q", title=value, format=".4~g"),
            ],
        )
        .properties(height=max(80, 19 * len(sign)))
    )
    return drawn


def cluster_scatter(item: ChartItem) -> AnyChart:
    names = sorted(set(map(str, item.data["cluster"])), key=_natural)
    data = {**item.data, "cluster": [str(name) for name in item.data["cluster"]]}
    colour = alt.Color("cluster:N", scale=alt.Scale(domain=names))
    drawn: alt.Chart = (
        alt.Chart(inline(data))
        .mark_point(filled=True, size=34, opacity=0.75)
        .encode(
            x=alt.X("x:Q", title="widest direction", scale=alt.Scale(zero=False)),
            y=alt.Y("y:Q", title="second direction", scale=alt.Scale(zero=False)),
            color=colour,
            shape=alt.Shape("cluster:N", scale=alt.Scale(domain=names)),
            tooltip=[
                alt.Tooltip("cluster:N"),
                alt.Tooltip("x:Q", format=".3~g"),
                alt.Tooltip("y:Q", format=".3~g"),
            ],
        )
        .properties(height=340)
    )
    return drawn


def _natural(name: str) -> tuple[int, str]:
    """2 before 10."""
    return (len(name), name) if name.isdigit() else (1_000, name)


def residuals(item: ChartItem) -> AnyChart:
    return layers(
        level("residual", 0.0), _scatter(item, "predicted", "residual", "predicted - actual")
    )


def predicted_actual(item: ChartItem) -> AnyChart:
    both = [v for name in ("actual", "predicted") for v in numbers(item.data[name])]
    known = [value for value in both if math.isfinite(value)]
    points = _scatter(item, "actual", "predicted", "predicted")
    if not known:
        return layers(points)
    return layers(diagonal("actual", "predicted", min(known), max(known)), points)


def _scatter(item: ChartItem, x: str, y: str, y_title: str) -> alt.Chart:
    drawn: alt.Chart = (
        chart_of(item)
        .mark_point(filled=True, size=26, opacity=0.5)
        .encode(
            x=alt.X(**number_axis(x, x, zero=False)),
            y=alt.Y(**number_axis(y, y_title, zero=False)),
            tooltip=[alt.Tooltip(f"{name}:Q", format=",.4~g") for name in (x, y)],
        )
    )
    return drawn


def histogram(item: ChartItem) -> AnyChart:
    axis = alt.Axis(tickCount=4, format="~s", grid=False, title=None)
    drawn: alt.Chart = (
        chart_of(item)
        .mark_bar(binSpacing=1)
        .encode(
            x=alt.X("start:Q", bin="binned", axis=axis, scale=alt.Scale(zero=False, nice=False)),
            x2=alt.X2("end:Q"),
            y=alt.Y("count:Q", axis=None),
            tooltip=[
                alt.Tooltip("start:Q", title="from", format=",.4~g"),
                alt.Tooltip("end:Q", title="to", format=",.4~g"),
                alt.Tooltip("count:Q", title="rows", format=",.0f"),
            ],
        )
        .properties(height=72)
    )
    return drawn


def comparison(item: ChartItem) -> AnyChart:
    """Columns ``model``, ``metric`` and ``value``: a line a metric, a dot a model."""
    metrics = list(dict.fromkeys(map(str, item.data["metric"])))
    models = list(dict.fromkeys(map(str, item.data["model"])))
    values = [value for value in item.data["value"] if is_number(value)]
    inside = bool(values) and all(0 <= value <= 1 for value in numbers(values))
    x = number_axis("value", "", domain=[0, 1]) if inside else number_axis("value", "", zero=False)
    drawn: alt.Chart = (
        chart_of(item)
        .mark_point(filled=True, size=110, opacity=0.9)
        .encode(
            x=alt.X(**x),
            y=alt.Y("metric:N", sort=metrics, title=None, axis=alt.Axis(grid=True)),
            color=alt.Color("model:N", scale=alt.Scale(domain=models)),
            shape=alt.Shape("model:N", scale=alt.Scale(domain=models)),
            tooltip=[
                alt.Tooltip("model:N"),
                alt.Tooltip("metric:N"),
                alt.Tooltip("value:Q", format=".4~f"),
            ],
        )
        .properties(height=max(120, 29 * len(metrics)))
    )
    return drawn


CHARTS: Mapping[ChartKind, Callable[[ChartItem], AnyChart]] = {
    "roc": roc,
    "precision_recall": precision_recall,
    "lift": lift,
    "calibration": calibration,
    "threshold": threshold,
    "confusion": confusion,
    "importance": importance,
    "coefficients": coefficients,
    "cluster_scatter": cluster_scatter,
    "residuals": residuals,
    "predicted_actual": predicted_actual,
    "histogram": histogram,
    "bar": bar,
    "comparison": comparison,
}
"""Every kind of chart that an operator may show."""
