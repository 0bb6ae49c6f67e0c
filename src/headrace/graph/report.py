"""What a step has to show: plain values that ``headrace.report`` draws everywhere the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from headrace.graph.step import Json

ChartKind = Literal[
    "roc",
    "precision_recall",
    "lift",
    "calibration",
    "threshold",
    "confusion",
    "importance",
    "coefficients",
    "cluster_scatter",
    "residuals",
    "predicted_actual",
    "histogram",
    "bar",
    "comparison",
]

Cell = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class TextItem:
    """A line or a paragraph of plain text (never markup)."""

    text: str
    level: Literal["info", "warning"] = "info"


@dataclass(frozen=True, slots=True)
class TableItem:
    """Rows to show as a table; ``total_rows`` is how many there were, where it is known, and
    ``more`` says that these are only the first of rows that nobody counted."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    types: tuple[str, ...] = ()
    total_rows: int | None = None
    more: bool = False


@dataclass(frozen=True, slots=True)
class MetricsItem:
    """Named numbers of one model; ``higher_is_better`` where the direction is known."""

    values: Mapping[str, float]
    title: str = ""
    higher_is_better: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChartItem:
    """A chart by kind and its data, column by column; ``options`` holds labels and scalars."""

    kind: ChartKind
    data: Mapping[str, Sequence[Cell]]
    title: str = ""
    options: Mapping[str, Json] = field(default_factory=dict)


Item = TextItem | TableItem | MetricsItem | ChartItem


@dataclass(frozen=True, slots=True)
class Report:
    """The items that one step shows, in order."""

    title: str
    items: tuple[Item, ...] = ()
