"""The parameters that random forests share, for classes and for numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from headrace.algorithms.base import Algorithm, FitContext, Nothing, spelling
from headrace.graph.options import parameter
from headrace.graph.signature import Task

if TYPE_CHECKING:
    from headrace.models.preparation import Treatment

FeatureShare = Annotated[
    Annotated[float, Field(gt=0)] | Literal["auto", "sqrt", "log2", "all", "onethird"],
    spelling(none="all"),
]
"""How many features a split chooses among: a word, a share, or (above 1) a number."""


class ForestParameters(Algorithm):
    """Trees grown on bootstrap samples, each split choosing among a random part of the features."""

    matrix_dtype: ClassVar[Literal["float32", "float64"]] = "float32"

    n_trees: int = parameter(
        100, "numTrees", "n_estimators", title="number of trees", ge=1, le=100_000
    )
    max_depth: Annotated[int | None, Nothing] = parameter(
        None, title="deepest level of a tree; none: until the other limits stop it", ge=1, le=1000
    )
    min_samples_leaf: int = parameter(5, "minInstancesPerNode", title="fewest rows in a leaf", ge=1)
    min_samples_split: int = parameter(2, title="fewest rows that are split further", ge=2)
    max_leaf_nodes: Annotated[int | None, Nothing] = parameter(
        None, title="most leaves of a tree", ge=2
    )
    min_impurity_decrease: float = parameter(
        0.0, "minInfoGain", title="least gain of a split", ge=0
    )
    subsample: float = parameter(
        1.0,
        "subsamplingRate",
        "max_samples",
        title="rows that each tree draws, as a share of all",
        gt=0,
        le=1,
    )
    max_features: FeatureShare = parameter(
        "auto",
        "featureSubsetStrategy",
        title="features that a split chooses among: auto, sqrt, log2, onethird, all, or a share; "
        "auto: sqrt for classes, a third for numbers",
    )

    def treatment(self) -> Treatment:
        from headrace.models.preparation import Treatment

        return Treatment(text="ordinal", missing="native", single=True)

    def tree_options(self, context: FitContext) -> dict[str, Any]:
        """What scikit-learn's forests call these parameters."""
        return {
            "n_estimators": self.n_trees,
            "max_depth": self.max_depth,
            "min_samples_leaf": self.min_samples_leaf,
            "min_samples_split": self.min_samples_split,
            "max_leaf_nodes": self.max_leaf_nodes,
            "min_impurity_decrease": self.min_impurity_decrease,
            "max_samples": self.subsample if self.subsample < 1 else None,
            "max_features": feature_share(self.max_features, self.task),
            "random_state": context.seed,
            "n_jobs": context.threads or -1,
        }


def feature_share(share: float | str, task: Task) -> float | str | None:
    """scikit-learn's ``max_features`` of a ``FeatureShare``.

    >>> feature_share("auto", "classify"), feature_share(0.5, "regress"), feature_share(4.0, "regress")
    ('sqrt', 0.5, 4)
    """
    if share == "auto":
        share = "sqrt" if task == "classify" else "onethird"
    if share == "onethird":
        return 1 / 3
    if isinstance(share, float) and share > 1:
        return int(share)
    return None if share == "all" else share
