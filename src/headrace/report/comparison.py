"""Models measured by the same evaluator, beside each other."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from headrace.graph.report import Cell, ChartItem, ChartKind, Item, MetricsItem
from headrace.runtime.history import StepRecord

COMPARED: tuple[ChartKind, ...] = ("roc", "precision_recall", "lift", "calibration")
"""Curves that can be drawn over each other."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one evaluator step showed of one model."""

    step: str
    metrics: MetricsItem
    charts: Mapping[ChartKind, ChartItem]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Evaluations of one kind, at least two; ``names`` tell them apart in few words."""

    title: str
    names: tuple[str, ...]
    evaluations: tuple[Evaluation, ...]

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that all of them have."""
        first, *others = (list(e.metrics.values) for e in self.evaluations)
        return tuple(name for name in first if all(name in other for other in others))

    def values(self, metric: str) -> list[float]:
        return [evaluation.metrics.values[metric] for evaluation in self.evaluations]

    def higher_is_better(self, metric: str) -> bool | None:
        return self.evaluations[0].metrics.higher_is_better.get(metric)

    def best(self, metric: str) -> frozenset[int]:
        """Which evaluations are best; none where the metric's direction is not known."""
        higher = self.higher_is_better(metric)
        values = self.values(metric)
        known = [value for value in values if not math.isnan(value)]
        if higher is None or not known:
            return frozenset()
        best = max(known) if higher else min(known)
        return frozenset(n for n, value in enumerate(values) if value == best)

    def dots(self) -> ChartItem:
        """The metrics from 0 to 1 whose direction is known, as a chart."""
        shown = [
            (metric, name, value)
            for metric in self.metrics
            if self.higher_is_better(metric) is not None
            for name, value in zip(self.names, self.values(metric), strict=True)
        ]
        columns: list[Sequence[Cell]] = [*zip(*shown, strict=True)] if shown else [(), (), ()]
        data = dict(zip(("metric", "model", "value"), columns, strict=True))
        return ChartItem("comparison", data, "Metrics")

    def curves(self) -> list[ChartItem]:
        """Each kind of curve that all of them have, in one chart."""
        kinds = [k for k in COMPARED if all(k in e.charts for e in self.evaluations)]
        return [self._overlaid([e.charts[kind] for e in self.evaluations]) for kind in kinds]

    def _overlaid(self, items: Sequence[ChartItem]) -> ChartItem:
        data: dict[str, Sequence[Cell]] = {
            column: [value for item in items for value in item.data[column]]
            for column in items[0].data
        }
        lengths = [len(next(iter(item.data.values()))) for item in items]
        data["series"] = [
            name for name, n in zip(self.names, lengths, strict=True) for _ in range(n)
        ]
        return ChartItem(items[0].kind, data, items[0].title, items[0].options)


def comparisons(records: Iterable[StepRecord]) -> list[Comparison]:
    """The evaluators' steps by the title of their metrics, where there are several."""
    groups: dict[str, list[Evaluation]] = {}
    for record in records:
        for report in record.reports:
            evaluation = _evaluation(record.step, report.items)
            if evaluation is not None:
                groups.setdefault(evaluation.metrics.title, []).append(evaluation)
    return [
        Comparison(title, _short_names([e.step for e in group]), tuple(group))
        for title, group in groups.items()
        if len(group) > 1
    ]


def _evaluation(step: str, items: Sequence[Item]) -> Evaluation | None:
    """An evaluator's report begins with its metrics; a training's begins with its model."""
    if not items or not isinstance(items[0], MetricsItem):
        return None
    charts = {item.kind: item for item in items if isinstance(item, ChartItem)}
    return Evaluation(step, items[0], charts)


def _short_names(steps: Sequence[str]) -> tuple[str, ...]:
    """Step ids without the words that all of them begin or end with.

    >>> _short_names(["forest_metrics", "boosting_metrics"])
    ('forest', 'boosting')
    """
    words = [step.split("_") for step in steps]
    while len({w[-1] for w in words}) == 1 and min(map(len, words)) > 1:
        words = [w[:-1] for w in words]
    while len({w[0] for w in words}) == 1 and min(map(len, words)) > 1:
        words = [w[1:] for w in words]
    short = tuple("_".join(w) for w in words)
    return short if len(set(short)) == len(short) else tuple(steps)
