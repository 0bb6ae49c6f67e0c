"""Report items of every kind, and runs made of them, as operators would show them."""

from __future__ import annotations

from headrace.errors import FitError, Problem
from headrace.graph.report import (
    ChartItem,
    ChartKind,
    Item,
    MetricsItem,
    Report,
    TableItem,
    TextItem,
)
from headrace.graph.span import Source
from headrace.runtime.events import (
    Event,
    RunFinished,
    RunStarted,
    StepFailed,
    StepFinished,
    StepShowed,
    StepStarted,
    Warned,
)
from headrace.runtime.history import History

SCRIPT = Source(
    "churn.mlsql",
    "load csv.`orders.csv` as orders;\n"
    "select * from orders -- 订单\n"
    "as paid;\n"
    "run paid as DataSummary.`` as profile;\n",
)

UNIT = [0.0, 0.25, 0.5, 0.75, 1.0]

CHARTS: dict[ChartKind, ChartItem] = {
    "roc": ChartItem(
        "roc",
        {"fpr": UNIT, "tpr": [0.0, 0.6, 0.8, 0.9, 1.0], "threshold": [0.9, 0.7, 0.5, 0.3, 0.1]},
        "ROC",
        {"auc": 0.775, "ks": 0.35},
    ),
    "precision_recall": ChartItem(
        "precision_recall",
        {"recall": UNIT, "precision": [1.0, 0.8, 0.6, 0.4, 0.3], "threshold": UNIT[::-1]},
        "Precision and recall",
        {"pr_auc": 0.61, "prevalence": 0.3},
    ),
    "lift": ChartItem(
        "lift",
        {
            "share": [0.2, 0.4, 0.6, 0.8, 1.0],
            "gain": [0.6, 0.8, 0.9, 0.95, 1.0],
            "lift": [3.0, 2.0, 1.5, 1.1875, 1.0],
        },
        "Lift and gain",
        {"prevalence": 0.3},
    ),
    "calibration": ChartItem(
        "calibration",
        {"predicted": UNIT, "observed": [0.1, 0.2, 0.5, 0.8, 0.9], "count": [10.0] * 5},
        "Calibration",
    ),
    "threshold": ChartItem(
        "threshold",
        {
            "threshold": UNIT,
            "precision": [0.3, 0.4, 0.6, 0.8, 1.0],
            "recall": UNIT[::-1],
            "f1": [0.46, 0.52, 0.54, 0.38, 0.0],
            "accuracy": [0.3, 0.6, 0.7, 0.75, 0.7],
        },
        "Decision threshold",
        {"ks": 0.4, "ks_threshold": 0.45, "best_f1": 0.54, "best_f1_threshold": 0.5},
    ),
    "confusion": ChartItem(
        "confusion",
        {
            "actual": ["no", "no", "是", "是"],
            "predicted": ["no", "是", "no", "是"],
            "count": [12_345.0, 67.0, 89.0, 1_011.0],
        },
        "Confusion matrix",
        {"classes": ["no", "是"]},
    ),
    "importance": ChartItem(
        "importance",
        {"feature": ["年龄", "balance", "city"], "importance": [0.5, 0.3, 0.2]},
        "Feature importance",
    ),
    "coefficients": ChartItem(
        "coefficients",
        {"feature": ["balance", "年龄"], "coefficient": [-1.5, 0.75]},
        "Coefficients",
    ),
    "cluster_scatter": ChartItem(
        "cluster_scatter",
        {"x": [0.0, 0.1, 5.0, 5.1], "y": [0.0, 0.2, 4.0, 4.2], "cluster": ["0", "0", "1", "1"]},
        "Clusters",
    ),
    "residuals": ChartItem(
        "residuals",
        {"predicted": [1.0, 2.0, 3.0], "residual": [0.1, -0.2, 0.05]},
        "Residuals",
    ),
    "predicted_actual": ChartItem(
        "predicted_actual",
        {"actual": [1.0, 2.0, 3.0], "predicted": [1.1, 1.8, 3.05]},
        "Predicted and actual",
    ),
    "histogram": ChartItem(
        "histogram",
        {"start": [0.0, 10.0, 20.0], "end": [10.0, 20.0, 30.0], "count": [5, 40, 2]},
        "年龄",
        {"column": "年龄"},
    ),
    "bar": ChartItem("bar", {"city": ["北京", "Leeds"], "rows": [120, 80]}, "Rows by city"),
    "comparison": ChartItem(
        "comparison",
        {
            "metric": ["auc", "auc", "f1", "f1"],
            "model": ["forest", "boosting"] * 2,
            "value": [0.77, 0.79, 0.46, 0.47],
        },
        "Metrics",
    ),
}

ORDERS = TableItem(
    ("client", "名称", "amount", "paid"),
    ((30_000, "北京市第一客户", 1234.5678, True), (7, "Ada", None, False)),
    "orders",
    ("bigint", "string", "double", "boolean"),
    total_rows=30_000,
)

WIDE = TableItem(tuple(f"column_{n}" for n in range(30)), (tuple(range(30)),), "wide")


def evaluation(auc: float, log_loss: float) -> Report:
    """What an evaluator shows of one model."""
    metrics = MetricsItem(
        {"auc": auc, "log_loss": log_loss},
        "Classification",
        {"auc": True, "log_loss": False},
    )
    return Report("Classification", (metrics, CHARTS["roc"], CHARTS["confusion"]))


def history(*steps: tuple[str, Report], error: FitError | None = None) -> History:
    """A run of these steps; the last one failed where there is an error."""
    listener = History()
    for event in _events(steps, error):
        listener(event)
    return listener


def _events(steps: tuple[tuple[str, Report], ...], error: FitError | None) -> list[Event]:
    events: list[Event] = [RunStarted(SCRIPT.name)]
    for number, (step, report) in enumerate(steps):
        failed = error is not None and number == len(steps) - 1
        events.append(StepStarted(step, f"run {step}", SCRIPT.span(33, 60)))
        events.append(StepShowed(step, report))
        if failed and error is not None:
            events.append(StepFailed(step, 1.5, error))
        else:
            events.append(StepFinished(step, 0.25, 1_234))
    return [*events, RunFinished(2.5, error)]


def warned(run: History, message: str) -> History:
    run(Warned(Problem(message, SCRIPT.span(0, 4), "look again", "warning")))
    return run


def every_item() -> tuple[Item, ...]:
    texts = (TextItem("fitted in 2 s"), TextItem("one class only", "warning"))
    return (*texts, ORDERS, MetricsItem({"rmse": 12.5, "r2": 0.5}, "Regression"), *CHARTS.values())
