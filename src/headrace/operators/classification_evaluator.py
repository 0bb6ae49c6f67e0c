"""``run p as ClassificationEvaluator.`` … as metrics``: how good predicted classes are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from headrace.algorithms.base import Nothing
from headrace.errors import Problem
from headrace.graph.report import Cell, ChartItem, Item, MetricsItem, Report, TableItem, TextItem
from headrace.graph.schema import Schema
from headrace.operators.base import Context, Inputs, Knowledge, Operator, Site, Value
from headrace.operators.evaluated_columns import (
    METRICS_SCHEMA,
    metrics_table,
    needed_column,
    optional_column,
    required_column,
    selected,
)
from headrace.operators.options import Names, parameter
from headrace.operators.training_report import directions

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from headrace.algorithms.evaluation import Judged

MOST_CLASSES_DRAWN = 30
"""A larger confusion matrix cannot be read."""


class ClassificationEvaluator(Operator):
    """Measure predicted classes and probabilities against the label.

    Two classes: AUC, KS, precision, recall, F1 … of the positive one, with ROC, precision-recall,
    lift, calibration and threshold curves. More: averages over classes.
    """

    operator_name: ClassVar[str] = "ClassificationEvaluator"
    category: ClassVar[str] = "evaluate"

    label_col: Annotated[str | None, Nothing] = parameter(
        None, "actualCol", "yCol", title="the true class; none: the column called label"
    )
    prediction_col: Annotated[str | None, Nothing] = parameter(
        None, "predictCol", "preCol", title="the predicted class; none: the column prediction"
    )
    probability_col: Annotated[str | None, Nothing] = parameter(
        None,
        "scoreCol",
        "rawPredictionCol",
        title="probabilities in class order, or that of the positive class; none: probability",
    )
    weight_col: Annotated[str | None, Nothing] = parameter(None, title="how much each row counts")
    positive: Annotated[str | None, Nothing] = parameter(
        None, "positiveLabel", "preValue", title="the class that matters; none: the last of two"
    )
    classes: Names = parameter(
        (), title="the classes in the order of the probabilities; none: ascending"
    )

    def check(self, site: Site) -> Iterable[Problem]:
        schema = site.schema()
        if schema is None:
            return
        yield from required_column(site, schema, "label_col", self.label_col, "label")
        named = {
            "prediction_col": self.prediction_col,
            "probability_col": self.probability_col,
            "weight_col": self.weight_col,
        }
        for parameter_name, name in named.items():
            problem = site.column_problem(name, parameter_name) if name else None
            if problem is not None:
                yield problem
        if not any(named.values()) and not {"prediction", "probability"} & set(schema.names):
            yield Problem(
                "ClassificationEvaluator finds neither predictions nor probabilities",
                site.place("table"),
                "evaluate a table that predict made, or name predictionCol or probabilityCol; "
                f"columns: {', '.join(schema.names)}",
                code="no-prediction",
            )

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        return {"table": METRICS_SCHEMA}

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        from headrace.algorithms.evaluation import Columns, classification_metrics, judge

        schema = context.tables.schema(inputs.frame())
        table = selected(inputs, context, self._columns(schema))
        judged = judge(Columns(**table), self.positive, self.classes)
        if judged.left_out:
            context.warn(f"{judged.left_out:,} rows without a label or a prediction are left out")
        values = classification_metrics(judged)
        context.show(report_of(judged, values))
        rows = {**values, "rows": float(judged.y.size)}
        return {"table": context.tables.from_arrow(metrics_table(rows))}

    def _columns(self, schema: Schema) -> dict[str, str | None]:
        return {
            "label": needed_column(schema, self.label_col, "label"),
            "prediction": optional_column(schema, self.prediction_col, "prediction"),
            "probability": optional_column(schema, self.probability_col, "probability"),
            "weight": optional_column(schema, self.weight_col),
        }


def report_of(judged: Judged, values: Mapping[str, float]) -> Report:
    """Metrics, confusion matrix and, for two classes with probabilities, the curves."""
    items: list[Item] = [MetricsItem(values, "Classification", directions(values))]
    if judged.positive is not None:
        items.append(TextItem(f"positive class: {judged.classes[judged.positive]}"))
    items.append(confusion_item(judged))
    if judged.positive is None:
        items.append(_per_class(judged))
    items += _curves(judged)
    return Report("Classification", tuple(items))


def confusion_item(judged: Judged) -> ChartItem | TextItem:
    """The confusion matrix as a chart, cell by cell."""
    k = len(judged.classes)
    if k > MOST_CLASSES_DRAWN:
        return TextItem(f"the confusion matrix of {k} classes is too large to show")
    cells = judged.confusion
    data: dict[str, Sequence[Cell]] = {
        "actual": [judged.classes[i] for i in range(k) for _ in range(k)],
        "predicted": [judged.classes[j] for _ in range(k) for j in range(k)],
        "count": cells.reshape(-1).tolist(),
    }
    return ChartItem("confusion", data, "Confusion matrix", {"classes": list(judged.classes)})


def _per_class(judged: Judged) -> TableItem:
    from headrace.algorithms import metrics

    cells = judged.confusion
    precision, recall, f1 = metrics.per_class(cells)
    support = cells.sum(axis=1)
    rows = zip(
        judged.classes,
        precision.tolist(),
        recall.tolist(),
        f1.tolist(),
        support.tolist(),
        strict=True,
    )
    return TableItem(("class", "precision", "recall", "f1", "rows"), tuple(rows), title="Classes")


def _curves(judged: Judged) -> list[Item]:
    from headrace.algorithms import curves, metrics

    ranking, score = judged.ranking(), judged.score
    if score is None:
        return []
    if ranking is None:
        return [
            TextItem("only one class occurs: AUC, KS and the curves are not defined", "warning")
        ]
    widest, at = metrics.ks(ranking)
    best_f1, best_at = curves.best_f1(ranking)
    prevalence = ranking.positives / (ranking.positives + ranking.negatives)
    actual = judged.y == judged.positive
    area, steps = metrics.auc(ranking), metrics.average_precision(ranking)
    return [
        ChartItem("roc", curves.roc(ranking), "ROC", {"auc": area, "ks": widest}),
        ChartItem(
            "precision_recall",
            curves.precision_recall(ranking),
            "Precision and recall",
            {"pr_auc": steps, "prevalence": prevalence},
        ),
        ChartItem("lift", curves.lift(ranking), "Lift and gain", {"prevalence": prevalence}),
        ChartItem("calibration", curves.calibration(actual, score, judged.w), "Calibration"),
        ChartItem(
            "threshold",
            curves.threshold(ranking),
            "Decision threshold",
            {"ks": widest, "ks_threshold": at, "best_f1": best_f1, "best_f1_threshold": best_at},
        ),
    ]
