"""``run p as RegressionEvaluator.`` … as metrics``: how near predicted numbers are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from headrace.algorithms.base import Nothing
from headrace.errors import Problem, RunError
from headrace.graph.report import Cell, ChartItem, MetricsItem, Report
from headrace.graph.schema import is_numeric
from headrace.operators.base import Context, Inputs, Knowledge, Operator, Site, Value
from headrace.operators.evaluated_columns import (
    METRICS_SCHEMA,
    metrics_table,
    needed_column,
    optional_column,
    required_column,
    selected,
)
from headrace.operators.options import parameter
from headrace.operators.training_report import directions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from pyspark.sql import DataFrame

DRAWN_ROWS = 500
"""More points than these hide each other."""


class RegressionEvaluator(Operator):
    """Measure predicted numbers against the label: RMSE, MAE, R², MAPE."""

    operator_name: ClassVar[str] = "RegressionEvaluator"
    category: ClassVar[str] = "evaluate"

    label_col: Annotated[str | None, Nothing] = parameter(
        None, "actualCol", "yCol", title="the true number; none: the column called label"
    )
    prediction_col: Annotated[str | None, Nothing] = parameter(
        None, "predictCol", "preCol", title="the predicted number; none: the column prediction"
    )
    weight_col: Annotated[str | None, Nothing] = parameter(None, title="how much each row counts")

    def check(self, site: Site) -> Iterable[Problem]:
        schema = site.schema()
        if schema is None:
            return
        named = {
            "label_col": (self.label_col, "label"),
            "prediction_col": (self.prediction_col, "prediction"),
        }
        for parameter_name, (name, default) in named.items():
            yield from required_column(site, schema, parameter_name, name, default)
            column = schema.get(name or default)
            if column is not None and not is_numeric(column.type) and column.type != "boolean":
                yield Problem(
                    f"column '{column.name}' is {column.type}, not a number",
                    site.place(parameter_name),
                    "for classes take ClassificationEvaluator",
                    code="label-type",
                )
        problem = site.column_problem(self.weight_col, "weight_col") if self.weight_col else None
        if problem is not None:
            yield problem

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        return {"table": METRICS_SCHEMA}

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        from headrace.algorithms.metrics import regression_metrics
        from headrace.algorithms.numeric_columns import complete_numbers

        schema = context.tables.schema(inputs.frame())
        columns = {
            "label": needed_column(schema, self.label_col, "label"),
            "prediction": needed_column(schema, self.prediction_col, "prediction"),
            "weight": optional_column(schema, self.weight_col),
        }
        numbers, left_out = complete_numbers(selected(inputs, context, columns))
        y, p, w = numbers["label"], numbers["prediction"], numbers.get("weight")
        if not y.size:
            raise RunError(
                "there is no row with both a label and a prediction",
                hint="look at the steps before: does a filter or a join leave nothing?",
            )
        if left_out:
            context.warn(f"{left_out:,} rows without a label or a prediction are left out")
        values = regression_metrics(y, p, w)
        context.show(report_of(y, p, values))
        rows = {**values, "rows": float(y.size)}
        return {"table": context.tables.from_arrow(metrics_table(rows))}


def report_of(
    y: NDArray[np.float64], p: NDArray[np.float64], values: Mapping[str, float]
) -> Report:
    """Metrics, predictions beside labels, and residuals beside predictions."""
    import numpy as np

    # in the order of the label, evenly spaced: the same points whatever the rows' order
    order = np.lexsort((p, y))
    kept = order[np.linspace(0, y.size - 1, min(y.size, DRAWN_ROWS)).round().astype(np.int64)]
    actual: Sequence[Cell] = y[kept].tolist()
    predicted: Sequence[Cell] = p[kept].tolist()
    residual: Sequence[Cell] = (p[kept] - y[kept]).tolist()
    items = (
        MetricsItem(values, "Regression", directions(values)),
        ChartItem(
            "predicted_actual", {"actual": actual, "predicted": predicted}, "Predicted and actual"
        ),
        ChartItem("residuals", {"predicted": predicted, "residual": residual}, "Residuals"),
    )
    return Report("Regression", items)
