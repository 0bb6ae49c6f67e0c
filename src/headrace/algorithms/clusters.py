"""Clusters of a table: how well apart they lie, how large they are, where they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headrace.algorithms.metrics import Codes, Floats, silhouette
from headrace.errors import ModelError, RunError
from headrace.graph.report import ChartItem, MetricsItem, Report, TableItem
from headrace.models.preparation import Preparation, Treatment

DRAWN_ROWS = 500
"""Points of the picture."""


@dataclass(frozen=True)
class Clusters:
    """What is known of clustered rows.

    ==============  ======  =======================================================
    ``points``      (n, 2)  a sample of the rows along their two widest directions
    ``members``     (n,)    index of each point's cluster in ``names``
    ``sizes``       (k,)    rows of each cluster
    ==============  ======  =======================================================
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    points: Floats
    members: Codes
    metrics: dict[str, float]


def judge_clusters(table: pa.Table, cluster: str, seed: int) -> Clusters:
    """Measure the clusters that the column ``cluster`` names, over all other columns.

    Raises
    ------
    RunError : where there are no rows, or a column cannot become numbers
    """
    table = table.filter(pc.is_valid(table[cluster]))
    if not table.num_rows:
        raise RunError("there is no row with a cluster to evaluate")
    names, codes = np.unique(table[cluster].to_numpy(), return_inverse=True)
    features = [name for name in table.column_names if name != cluster]
    try:
        preparation = Preparation.fit(table, features, Treatment(scale=True))
        matrix = preparation.transform([table[name] for name in preparation.columns])
    except ModelError as error:
        raise RunError(error.message, hint=error.hint) from error
    sizes = np.bincount(codes)
    kept = np.linspace(0, len(codes) - 1, min(len(codes), DRAWN_ROWS)).round().astype(np.int64)
    return Clusters(
        tuple(str(name) for name in names.tolist()),
        tuple(sizes.tolist()),
        two_dimensions(matrix)[kept],
        codes[kept],
        {
            "silhouette": silhouette(matrix, codes, seed=seed),
            "clusters": float(len(names)),
            "smallest": float(sizes.min()),
            "largest": float(sizes.max()),
            "rows": float(len(codes)),
        },
    )


def two_dimensions(X: Floats) -> Floats:  # noqa: N803 - the usual name of a feature matrix
    """(n, 2) coordinates along the two directions in which rows differ most (Pearson 1901).

    Each direction points to where its largest entry is positive, since a principal component's
    own sign means nothing and differs between libraries.
    """
    centred = X - X.mean(axis=0)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    axes = vectors[:, ::-1][:, :2]
    largest = np.abs(axes).argmax(axis=0)
    axes = axes * np.sign(axes[largest, np.arange(axes.shape[1])])
    points = centred @ axes
    return np.column_stack([points, np.zeros(len(X))])[:, :2] if points.shape[1] < 2 else points


def report_of(clusters: Clusters) -> Report:
    """Metrics, sizes and a picture."""
    total = sum(clusters.sizes)
    sizes = tuple(
        (name, size, size / total)
        for name, size in zip(clusters.names, clusters.sizes, strict=True)
    )
    data = {
        "x": clusters.points[:, 0].tolist(),
        "y": clusters.points[:, 1].tolist(),
        "cluster": [clusters.names[code] for code in clusters.members],
    }
    items = (
        MetricsItem(
            {"silhouette": clusters.metrics["silhouette"]}, "Clustering", {"silhouette": True}
        ),
        TableItem(("cluster", "rows", "share"), sizes, title="Cluster sizes"),
        ChartItem("cluster_scatter", data, "Clusters along their two widest directions"),
    )
    return Report("Clustering", items)
