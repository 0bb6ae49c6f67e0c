"""Which way each metric is better; known without computing any."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from headrace.graph.signature import Task

HIGHER_IS_BETTER: Mapping[str, bool] = MappingProxyType(
    {
        "auc": True,
        "pr_auc": True,
        "ks": True,
        "accuracy": True,
        "balanced_accuracy": True,
        "f1": True,
        "precision": True,
        "recall": True,
        "f1_macro": True,
        "f1_weighted": True,
        "precision_macro": True,
        "precision_weighted": True,
        "recall_macro": True,
        "recall_weighted": True,
        "log_loss": False,
        "brier": False,
        "rmse": False,
        "mse": False,
        "mae": False,
        "median_absolute_error": False,
        "mape": False,
        "r2": True,
        "silhouette": True,
        "inertia": False,
    }
)
"""The direction of every metric: the best model has the largest or the smallest."""

DEFAULT_METRICS: Mapping[Task, str] = MappingProxyType(
    {"classify": "auc", "regress": "rmse", "cluster": "silhouette"}
)
"""What models of a task are compared by where the user does not say."""
