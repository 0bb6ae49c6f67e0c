"""What a training says of itself: the best of its groups, the result table, the report."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from headrace.algorithms.base import Algorithm
from headrace.algorithms.directions import HIGHER_IS_BETTER
from headrace.errors import FitError
from headrace.graph.report import (
    Cell,
    ChartItem,
    ChartKind,
    Item,
    MetricsItem,
    Report,
    TableItem,
    TextItem,
)
from headrace.models.protocols import FitResult

if TYPE_CHECKING:
    import pyarrow as pa

MOST_FEATURES = 30
"""How many features a chart of importance shows."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """One group's fit and when it ran."""

    group: int
    algorithm: Algorithm
    result: FitResult
    started: datetime
    ended: datetime

    @property
    def judged(self) -> Mapping[str, float]:
        """The metrics that groups are compared by: on the evaluation table where there is one."""
        return self.result.evaluation or self.result.metrics


def best_of(fits: Sequence[Fitted], metric: str) -> Fitted:
    """The fit with the best value, in the metric's own direction; of equals the first.

    Raises
    ------
    FitError : when there are several and none of them has a value
    """
    if len(fits) == 1:
        return fits[0]
    known = [fit for fit in fits if not math.isnan(fit.judged[metric])]
    if not known:
        raise FitError(
            f"no fitParam group has a value of the metric '{metric}'", hint="choose another metric"
        )
    sign = 1 if HIGHER_IS_BETTER[metric] else -1
    return max(known, key=lambda fit: sign * fit.judged[metric])


def result_table(fits: Sequence[Fitted], best: Fitted, reference: str) -> pa.Table:
    """The (name, value) rows that MLSQL's ``train`` gives, group after group."""
    import pyarrow as pa

    rows = [row for fit in fits for row in _result_rows(fit, fit is best, reference)]
    names, values = zip(*rows, strict=True)
    return pa.table({"name": list(names), "value": list(values)})


def _result_rows(fit: Fitted, chosen: bool, reference: str) -> list[tuple[str, str]]:
    return [
        ("modelPath", reference if chosen else ""),
        ("algIndex", str(fit.group)),
        ("alg", fit.algorithm.name),
        ("metrics", json.dumps(dict(fit.judged))),
        ("status", "success"),
        ("message", "; ".join(fit.result.choices)),
        ("startTime", fit.started.isoformat(timespec="milliseconds")),
        ("endTime", fit.ended.isoformat(timespec="milliseconds")),
        ("trainParams", json.dumps(fit.algorithm.model_dump(mode="json"))),
    ]


def report_of(fits: Sequence[Fitted], best: Fitted, metric: str, reference: str) -> Report:
    """What is shown of a training: choices, metrics, what the model looks at."""
    name = best.algorithm.name
    items: list[Item] = [TextItem(_headline(best, reference))]
    items += [TextItem(choice) for choice in best.result.choices]
    if len(fits) > 1:
        items.append(_comparison(fits, best, metric))
    items += _metrics(best)
    items += _weights(best)
    return Report(f"{name} {reference}", tuple(items))


def _headline(best: Fitted, reference: str) -> str:
    result = best.result
    return f"{best.algorithm.name} as {reference}: {result.rows:,} rows in {result.seconds:.1f} s"


def _comparison(fits: Sequence[Fitted], best: Fitted, metric: str) -> TableItem:
    rows = tuple(
        (
            fit.group,
            json.dumps(fit.algorithm.model_dump(mode="json", exclude_defaults=True)),
            fit.judged[metric],
            "best" if fit is best else "",
        )
        for fit in fits
    )
    where = "the evaluation table" if best.result.evaluation else "the training rows"
    return TableItem(
        ("group", "parameters", metric, ""), rows, title=f"fitParam groups by {metric} on {where}"
    )


def _metrics(best: Fitted) -> list[Item]:
    both = (
        ("on the evaluation table", best.result.evaluation),
        ("on the training rows", best.result.metrics),
    )
    return [
        MetricsItem(dict(values), f"{best.algorithm.name} {where}", directions(values))
        for where, values in both
        if values
    ]


def directions(values: Mapping[str, float]) -> dict[str, bool]:
    """Which of these metrics are better when higher, where that is known."""
    return {name: HIGHER_IS_BETTER[name] for name in values if name in HIGHER_IS_BETTER}


def _weights(best: Fitted) -> list[Item]:
    items: list[Item] = []
    kinds: tuple[tuple[ChartKind, str, str, Mapping[str, float] | None], ...] = (
        ("importance", "Feature importance", "importance", best.result.importance),
        ("coefficients", "Coefficients", "coefficient", best.result.coefficients),
    )
    for kind, title, key, values in kinds:
        largest = sorted((values or {}).items(), key=lambda item: -abs(item[1]))[:MOST_FEATURES]
        if largest:
            names, numbers = zip(*largest, strict=True)
            data: dict[str, Sequence[Cell]] = {"feature": names, key: numbers}
            items.append(ChartItem(kind, data, title))
    return items
