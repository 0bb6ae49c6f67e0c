"""Charts as small pictures of characters, by kind."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from headrace.graph.report import Cell, ChartItem, ChartKind
from headrace.report.drawing import Canvas, Point, horizontal_bar, shade, sparkline
from headrace.report.numbers import number_text, numbers
from headrace.report.terminal_tables import one_line

WIDTH, HEIGHT = 30, 8
"""Characters of a picture without its axes: two of them fit into 80 columns, three into 120."""

MARGIN = 6
BAR_WIDTH = 16
MOST_BARS = 10
MOST_CLASSES = 8
NAME_WIDTH = 24
CURVE, REFERENCE = "cyan", "bright_black"
SERIES = ("cyan", "yellow", "magenta", "green", "blue", "red")


def picture(item: ChartItem) -> Text:
    """A chart as lines of text, all of one width."""
    drawn = PICTURES[item.kind](item)
    width = max(line.cell_len for line in drawn)
    for line in drawn:
        line.pad_right(width - line.cell_len)
        line.no_wrap = True
    return Text("\n", no_wrap=True).join(drawn)


def distributions(items: Sequence[ChartItem]) -> Text:
    """Histograms, a line each: the name, its shape, from where to where."""
    names = [_name(item.title or str(item.options.get("column", ""))) for item in items]
    width = max(map(cell_len, names))
    return Text("\n").join(
        _distribution(set_cell_size(name, width), item)
        for name, item in zip(names, items, strict=True)
    )


def _distribution(name: str, item: ChartItem) -> Text:
    low, high = numbers(item.data["start"]), numbers(item.data["end"])
    bounds = f"{number_text(low[0])} … {number_text(high[-1])}" if low else ""
    shape = sparkline(numbers(item.data["count"]))
    return Text.assemble(name, "  ", (shape, CURVE), "  ", (bounds, "dim"))


def _title(item: ChartItem, note: str = "") -> Text:
    return Text.assemble((one_line(item.title), "bold"), ("  " + note if note else "", "dim"))


def _noted(item: ChartItem, **labels: str) -> str:
    known = {label: item.options.get(key) for key, label in labels.items()}
    return ", ".join(
        f"{label} {number_text(value)}"
        for label, value in known.items()
        if isinstance(value, int | float)
    )


def _pairs(item: ChartItem, x: str, y: str) -> list[Point]:
    both = zip(numbers(item.data[x]), numbers(item.data[y]), strict=True)
    return [(a, b) for a, b in both if math.isfinite(a) and math.isfinite(b)]


class _Axes:
    """What the edges of a picture stand for."""

    def __init__(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        self.x, self.y = _widened(x), _widened(y)

    @classmethod
    def around(cls, points: Sequence[Point]) -> _Axes:
        if not points:
            return cls((0.0, 1.0), (0.0, 1.0))
        xs, ys = zip(*points, strict=True)
        return cls((min(xs), max(xs)), (min(ys), max(ys)))

    def place(self, points: Sequence[Point]) -> list[Point]:
        (x0, x1), (y0, y1) = self.x, self.y
        return [((x - x0) / (x1 - x0), (y - y0) / (y1 - y0)) for x, y in points]

    def framed(self, title: Text, canvas: Canvas, x_title: str) -> list[Text]:
        """The canvas with a title above and the ends of both axes."""
        top, bottom = number_text(self.y[1]), number_text(self.y[0])
        labels = [top, *[""] * (canvas.height - 2), bottom]
        rows = [
            Text.assemble((label[:MARGIN].rjust(MARGIN) + "│", "dim"), row)
            for label, row in zip(labels, canvas.rows(), strict=True)
        ]
        left, right = number_text(self.x[0]), number_text(self.x[1])
        middle = x_title.center(max(0, canvas.width - len(left) - len(right)))
        below = Text(" " * (MARGIN + 1) + left + middle + right, style="dim")
        title.truncate(MARGIN + 1 + canvas.width, overflow="ellipsis")
        return [title, *rows, below]


def _widened(ends: tuple[float, float]) -> tuple[float, float]:
    low, high = ends
    return (low, high) if high > low else (low - 0.5, high + 0.5)


UNIT = (0.0, 1.0)


def _curve(
    item: ChartItem, x: str, y: str, title: Text, x_title: str, *, top: float = 1.0,
    reference: Sequence[Point] = (),
) -> list[Text]:  # fmt: skip
    axes = _Axes(UNIT, (0.0, top))
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.line(axes.place(reference), REFERENCE, step=2)
    canvas.line(axes.place(_pairs(item, x, y)), CURVE)
    return axes.framed(title, canvas, x_title)


DIAGONAL: Sequence[Point] = ((0.0, 0.0), (1.0, 1.0))


def _roc(item: ChartItem) -> list[Text]:
    title = _title(item, _noted(item, auc="AUC", ks="KS"))
    return _curve(item, "fpr", "tpr", title, "false positive rate", reference=DIAGONAL)


def _precision_recall(item: ChartItem) -> list[Text]:
    prevalence = item.options.get("prevalence")
    level = (
        [(0.0, float(prevalence)), (1.0, float(prevalence))]
        if isinstance(prevalence, float)
        else []
    )
    title = _title(item, _noted(item, pr_auc="area"))
    return _curve(item, "recall", "precision", title, "recall", reference=level)


def _lift(item: ChartItem) -> list[Text]:
    known = [value for value in numbers(item.data["lift"]) if math.isfinite(value)]
    top = max([*known, 1.0])
    level = ((0.0, 1.0), (1.0, 1.0))
    return _curve(item, "share", "lift", _title(item), "share of rows", top=top, reference=level)


def _calibration(item: ChartItem) -> list[Text]:
    return _curve(
        item, "predicted", "observed", _title(item), "mean probability", reference=DIAGONAL
    )


def _threshold(item: ChartItem) -> list[Text]:
    """F1 alone: lines that only colour tells apart say nothing where there is none."""
    best = _noted(item, best_f1="best F1", best_f1_threshold="at").replace(",", "")
    return _curve(item, "threshold", "f1", _title(item, "F1"), best or "threshold")


def _confusion(item: ChartItem) -> list[Text]:
    classes = list(dict.fromkeys(map(str, item.data["actual"])))
    if len(classes) > MOST_CLASSES:
        return [_title(item), Text(f"{len(classes)} classes: see the HTML report", style="dim")]
    counts = numbers(item.data["count"])
    cells = {
        (str(actual), str(predicted)): count
        for actual, predicted, count in zip(
            item.data["actual"], item.data["predicted"], counts, strict=True
        )
    }
    names = {name: _name(name, 12) for name in classes}
    first = max(map(cell_len, ["actual", *names.values()]))
    width = max(map(cell_len, ["actual", *names.values(), *map(number_text, counts)]))
    head = set_cell_size("actual", first) + "".join(_right(names[c], width + 5) for c in classes)
    lines = [_title(item, "columns: predicted"), Text(head, style="dim")]
    return lines + [_confusion_row(names, name, cells, first, width) for name in classes]


def _confusion_row(
    names: Mapping[str, str],
    name: str,
    cells: Mapping[tuple[str, str], float],
    first: int,
    width: int,
) -> Text:
    row = Text(set_cell_size(names[name], first), style="dim")
    total = sum(cells.get((name, other), 0.0) for other in names) or 1.0
    for other in names:
        count = cells.get((name, other), 0.0)
        row.append(f"  {number_text(count):>{width}} ", style="not dim")
        row.append(shade(count / total) * 2, style=f"{CURVE} not dim")
    return row


def _right(text: str, width: int) -> str:
    return " " * max(0, width - cell_len(text)) + text


def _bars(item: ChartItem, name: str, value: str) -> list[Text]:
    """Bars by size; those below 0 in another colour, and by the sign of their number."""
    names = [_name(str(n)) for n in item.data[name][:MOST_BARS]]
    values = numbers(item.data[value])[:MOST_BARS]
    largest = max((abs(v) for v in values if math.isfinite(v)), default=0.0) or 1.0
    width = max(map(cell_len, names), default=0)
    lines = [
        _bar(set_cell_size(n, width), v, 0.0 if math.isnan(v) else abs(v) / largest)
        for n, v in zip(names, values, strict=True)
    ]
    more = len(item.data[name]) - len(lines)
    rest = [Text(f"… and {more} more", style="dim")] if more > 0 else []
    return [_title(item), *lines, *rest]


def _bar(name: str, value: float, share: float) -> Text:
    style = SERIES[1] if value < 0 else CURVE
    bar = horizontal_bar(share, BAR_WIDTH)
    return Text.assemble(name, " ", (bar, style), " ", (f"{number_text(value):>9}", "dim"))


def _importance(item: ChartItem) -> list[Text]:
    return _bars(item, "feature", "importance")


def _coefficients(item: ChartItem) -> list[Text]:
    return _bars(item, "feature", "coefficient")


def _bar_chart(item: ChartItem) -> list[Text]:
    name, value = list(item.data)[:2]
    return _bars(item, name, value)


def _comparison(item: ChartItem) -> list[Text]:
    names: Sequence[Cell] = [
        f"{metric} {model}"
        for metric, model in zip(item.data["metric"], item.data["model"], strict=True)
    ]
    return _bars(
        ChartItem("bar", {"name": names, "value": item.data["value"]}, item.title), "name", "value"
    )


def _histogram(item: ChartItem) -> list[Text]:
    return [_distribution(_name(item.title), item)]


def _cluster_scatter(item: ChartItem) -> list[Text]:
    points = _pairs(item, "x", "y")
    axes, canvas = _Axes.around(points), Canvas(WIDTH, HEIGHT + 2)
    clusters = list(dict.fromkeys(map(str, item.data["cluster"])))
    for n, cluster in enumerate(sorted(clusters)):
        kept = [c == cluster for c in map(str, item.data["cluster"])]
        own = {
            name: [v for v, keep in zip(item.data[name], kept, strict=True) if keep]
            for name in "xy"
        }
        points = _pairs(ChartItem("cluster_scatter", own), "x", "y")
        canvas.points(axes.place(points), SERIES[n % len(SERIES)])
    return axes.framed(_title(item), canvas, f"{len(clusters)} clusters")


def _residuals(item: ChartItem) -> list[Text]:
    points = _pairs(item, "predicted", "residual")
    axes = _Axes.around(points)
    level = [(axes.x[0], 0.0), (axes.x[1], 0.0)]
    return _cloud(item, axes, points, level, "predicted")


def _predicted_actual(item: ChartItem) -> list[Text]:
    points = _pairs(item, "actual", "predicted")
    flat = [value for point in points for value in point]
    ends = (min(flat), max(flat)) if flat else UNIT
    level = [(ends[0], ends[0]), (ends[1], ends[1])]
    return _cloud(item, _Axes(ends, ends), points, level, "actual")


def _cloud(
    item: ChartItem, axes: _Axes, points: Sequence[Point], reference: Sequence[Point], x_title: str
) -> list[Text]:
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.line(axes.place(reference), REFERENCE, step=2)
    canvas.points(axes.place(points), CURVE)
    return axes.framed(_title(item), canvas, x_title)


def _name(text: str, width: int = NAME_WIDTH) -> str:
    """Text of at most ``width`` cells, the end of a longer one cut."""
    text = one_line(text)
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…"


PICTURES: Mapping[ChartKind, Callable[[ChartItem], list[Text]]] = {
    "roc": _roc,
    "precision_recall": _precision_recall,
    "lift": _lift,
    "calibration": _calibration,
    "threshold": _threshold,
    "confusion": _confusion,
    "importance": _importance,
    "coefficients": _coefficients,
    "cluster_scatter": _cluster_scatter,
    "residuals": _residuals,
    "predicted_actual": _predicted_actual,
    "histogram": _histogram,
    "bar": _bar_chart,
    "comparison": _comparison,
}
"""Every kind of chart that an operator may show."""
