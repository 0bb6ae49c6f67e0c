"""``run p as ConfusionMatrix.`` where actualCol=… and predictCol=… as cells``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from headrace.algorithms.base import Nothing
from headrace.errors import Problem
from headrace.graph.report import MetricsItem, Report
from headrace.graph.schema import Column, Schema
from headrace.operators.base import Context, Inputs, Knowledge, Operator, Site, Value
from headrace.operators.classification_evaluator import confusion_item
from headrace.operators.evaluated_columns import needed_column, required_column
from headrace.operators.options import parameter
from headrace.operators.row_hash import quoted
from headrace.operators.training_report import directions

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame


class ConfusionMatrix(Operator):
    """Count the rows of every pair of true and predicted class.

    The result has a row a pair that occurs: ``actual``, ``predicted``, ``count``. The engine
    counts; only the counts leave it.
    """

    operator_name: ClassVar[str] = "ConfusionMatrix"
    category: ClassVar[str] = "evaluate"

    actual_col: Annotated[str | None, Nothing] = parameter(
        None, "labelCol", title="the true class; none: the column called label"
    )
    predict_col: Annotated[str | None, Nothing] = parameter(
        None, "predictionCol", "preCol", title="the predicted class; none: the column prediction"
    )

    def check(self, site: Site) -> Iterable[Problem]:
        schema = site.schema()
        if schema is None:
            return
        yield from required_column(site, schema, "actual_col", self.actual_col, "label")
        yield from required_column(site, schema, "predict_col", self.predict_col, "prediction")

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        schema = site.schema()
        actual = schema.get(self.actual_col or "label") if schema else None
        predicted = schema.get(self.predict_col or "prediction") if schema else None
        if actual is None or predicted is None:
            return {"table": None}
        columns = (
            Column("actual", actual.type),
            Column("predicted", predicted.type),
            Column("count", "bigint", nullable=False),
        )
        return {"table": Schema(columns)}

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        schema = context.tables.schema(inputs.frame())
        actual = needed_column(schema, self.actual_col, "label")
        predicted = needed_column(schema, self.predict_col, "prediction")
        frame = context.tables.sql(
            f"select {quoted(actual)} as actual, {quoted(predicted)} as predicted, "
            f"count(*) as count from {quoted(inputs.view())} group by 1, 2 order by 1, 2"
        )
        counts = context.tables.collect(frame)
        self._show(counts, context)
        return {"table": context.tables.from_arrow(counts)}

    def _show(self, counts: pa.Table, context: Context) -> None:
        from headrace.algorithms.evaluation import Columns, classification_metrics, judge

        judged = judge(Columns(counts["actual"], counts["predicted"], weight=counts["count"]))
        values = classification_metrics(judged)
        items = (confusion_item(judged), MetricsItem(values, "Classification", directions(values)))
        context.show(Report("Confusion matrix", items))
