"""``run p as ClusteringEvaluator.`` … as metrics``: how well apart clusters lie."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from headrace.algorithms.base import DEFAULT_SEED, Nothing
from headrace.errors import Problem, RunError
from headrace.graph.schema import Column, Schema
from headrace.operators.base import Context, Inputs, Knowledge, Operator, Site, Value
from headrace.operators.evaluated_columns import (
    METRICS_SCHEMA,
    metrics_table,
    needed_column,
    required_column,
)
from headrace.operators.options import Names, parameter
from headrace.operators.row_hash import quoted, row_hash
from headrace.operators.training_checks import is_feature

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ADDED_BY_PREDICT = ("prediction", "distance")


class ClusteringEvaluator(Operator):
    """Measure clusters by the silhouette, and show their sizes and where they lie.

    Distances are taken over the feature columns, text as 0/1 columns, numbers scaled. The silhouette
    and the picture are of a sample, the same for the same seed.
    """

    operator_name: ClassVar[str] = "ClusteringEvaluator"
    category: ClassVar[str] = "evaluate"

    features_col: Names = parameter(
        (), "features", "inputCols", title="columns that distances are taken over; none: all others"
    )
    prediction_col: Annotated[str | None, Nothing] = parameter(
        None, "predictCol", title="the cluster of each row; none: the column prediction"
    )
    exclude_cols: Names = parameter(
        (), "ignoreCols", title="columns that distances are not taken over"
    )
    seed: int = parameter(DEFAULT_SEED, "randomSeed", title="fixes the sample", ge=0)

    def check(self, site: Site) -> Iterable[Problem]:
        schema = site.schema()
        if schema is None:
            return
        yield from required_column(
            site, schema, "prediction_col", self.prediction_col, "prediction"
        )
        named = [("features_col", name) for name in self.features_col]
        named += [("exclude_cols", name) for name in self.exclude_cols]
        for parameter_name, name in named:
            problem = site.column_problem(name, parameter_name)
            if problem is not None:
                yield problem

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        return {"table": METRICS_SCHEMA}

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        from headrace.algorithms.clusters import judge_clusters, report_of

        schema = context.tables.schema(inputs.frame())
        cluster = needed_column(schema, self.prediction_col, "prediction")
        features = self._features(schema, cluster)
        # the same sample whatever the order that the engine gives
        order = row_hash(features, self.seed)
        names = ", ".join(quoted(column.name) for column in features)
        table = context.tables.collect(
            context.tables.sql(
                f"select {quoted(cluster)} as __cluster__, {names} from {quoted(inputs.view())} "
                f"order by {order}"
            )
        )
        clusters = judge_clusters(table, "__cluster__", self.seed)
        context.show(report_of(clusters))
        return {"table": context.tables.from_arrow(metrics_table(clusters.metrics))}

    def _features(self, schema: Schema, cluster: str) -> list[Column]:
        if self.features_col:
            found = [c for c in map(schema.get, self.features_col) if c is not None]
        else:
            found = list(schema.without([cluster, *ADDED_BY_PREDICT, *self.exclude_cols]))
        usable = [column for column in found if is_feature(column.type)]
        if not usable:
            raise RunError(
                "ClusteringEvaluator has no column to take distances over",
                hint=f"name some in featuresCol; columns: {', '.join(schema.names)}",
            )
        return usable
