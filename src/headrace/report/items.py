"""Report items as HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from headrace.graph.report import Cell, ChartItem, Item, MetricsItem, TableItem, TextItem
from headrace.report.markup import Markup, element, joined, json_script, text
from headrace.report.numbers import cell_text, number_columns, number_text

MOST_ROWS = 200
"""Rows of a table that stand in the page; more would make it slow and nobody reads them."""


@dataclass
class Drawings:
    """The charts of one page, numbered in their order."""

    specifications: list[dict[str, Any]] = field(default_factory=list)

    def figure(self, item: ChartItem) -> Markup:
        """The place of a chart; the page's script draws it there."""
        self.specifications.append(_specification(item))
        place = element(
            "div",
            class_="chart",
            data_chart=str(len(self.specifications) - 1),
            role="img",
            aria_label=f"{item.title or item.kind} chart",
        )
        caption = element("figcaption", text(item.title), *_notes(item))
        return element("figure", caption, place, class_=f"kind-{item.kind}")

    def data(self) -> Markup:
        return json_script(self.specifications, id="charts")


def _specification(item: ChartItem) -> dict[str, Any]:
    from altair.utils.schemapi import debug_mode

    from headrace.report.charts import chart

    # our charts are validated by their tests; doing so again would double the time of a report
    with debug_mode(False):
        return dict(chart(item).to_dict(validate=False))


def _notes(item: ChartItem) -> Iterator[Markup]:
    """The scalars that say in a word what the curve shows."""
    labels = {"auc": "AUC", "ks": "KS", "pr_auc": "average precision", "best_f1": "best F1"}
    known = [
        f"{label} {number_text(value)}"
        for key, label in labels.items()
        if isinstance(value := item.options.get(key), int | float) and not isinstance(value, bool)
    ]
    if known and "series" not in item.data:
        yield element("span", text(", ".join(known)), class_="note")


def items_html(items: Sequence[Item], drawings: Drawings) -> Markup:
    """All items in order; neighbouring texts, charts and histograms stand together."""
    groups = groupby(items, _family)
    return joined(_group(family, list(group), drawings) for family, group in groups)


def _family(item: Item) -> str:
    if isinstance(item, ChartItem):
        return "histograms" if item.kind == "histogram" else "charts"
    return "texts" if isinstance(item, TextItem) else "single"


def _group(family: str, items: Sequence[Item], drawings: Drawings) -> Markup:
    if family == "texts":
        return _texts([item for item in items if isinstance(item, TextItem)])
    if family == "single":
        return joined(_single(item) for item in items)
    figures = [drawings.figure(item) for item in items if isinstance(item, ChartItem)]
    alone = " alone" if len(figures) == 1 else ""
    return element("div", *figures, class_=f"{family}{alone}")


def _texts(items: Sequence[TextItem]) -> Markup:
    kinds = ["warning" if item.level == "warning" else None for item in items]
    if len(items) == 1:
        return element("p", text(items[0].text), class_=kinds[0] or "note")
    lines = [
        element("li", text(item.text), class_=kind) for item, kind in zip(items, kinds, strict=True)
    ]
    return element("ul", *lines, class_="texts")


def _single(item: Item) -> Markup:
    if isinstance(item, MetricsItem):
        return metrics_html(item)
    return table_html(item) if isinstance(item, TableItem) else Markup("")


def metrics_html(item: MetricsItem) -> Markup:
    """Tiles of a name and a number, those between 0 and 1 with a bar."""
    tiles = [_tile(name, value, item.higher_is_better) for name, value in item.values.items()]
    title = [element("h4", text(item.title))] if item.title else []
    return joined([*title, element("dl", *tiles, class_="metrics")])


def _tile(name: str, value: float, higher_is_better: Mapping[str, bool]) -> Markup:
    direction = direction_mark(higher_is_better.get(name))
    term = element("dt", text(name), *direction)
    bar = [meter(value)] if 0 <= value <= 1 else []
    return element("div", term, element("dd", text(number_text(value)), *bar))


def direction_mark(higher_is_better: bool | None) -> list[Markup]:
    """An arrow that says which way is better, where that is known."""
    if higher_is_better is None:
        return []
    words, arrow = ("higher", "↑") if higher_is_better else ("lower", "↓")
    hint = f"{words} is better"
    return [element("span", text(arrow), class_="direction", title=hint, aria_label=hint)]


def meter(share: float) -> Markup:
    bar = element("span", style=f"width:{100 * share:.1f}%")
    return element("span", bar, class_="meter", aria_hidden="true")


def table_html(item: TableItem) -> Markup:
    """A table that scrolls inside its own frame, under its title."""
    shown = item.rows[:MOST_ROWS]
    right = number_columns(item)
    types = item.types or ("",) * len(item.columns)
    head = element("tr", *map(_heading, item.columns, types, right))
    body = [element("tr", *map(_cell, row, right)) for row in shown]
    table = element("table", element("thead", head), element("tbody", *body))
    label = item.title or "table"
    frame = element("div", table, class_="table", tabindex="0", role="region", aria_label=label)
    title = [element("h4", text(item.title))] if item.title else []
    return joined([*title, frame, *_rest(len(shown), item)])


def _heading(name: str, kind: str, right: bool) -> Markup:
    return element(
        "th", text(name), scope="col", class_="number" if right else None, title=kind or None
    )


def _cell(value: Cell, right: bool) -> Markup:
    kind = " ".join(["number"] * right + ["null"] * (value is None)) or None
    exact = repr(value) if isinstance(value, float) else None
    return element("td", text(cell_text(value)), class_=kind, title=exact)


def _rest(shown: int, item: TableItem) -> list[Markup]:
    total = item.total_rows or len(item.rows)
    if total <= shown and not item.more:
        return []
    of = f" of {total:,}" if total > shown else ""
    return [element("p", text(f"the first {shown:,}{of} rows"), class_="note")]
