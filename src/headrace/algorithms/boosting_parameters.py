"""The parameters that gradient-boosted trees share, for classes and for numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from headrace.algorithms.base import Algorithm, FitContext, Nothing
from headrace.errors import FitError
from headrace.graph.options import parameter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from headrace.models.preparation import Treatment


FEWEST_ROWS_TO_HOLD_BACK = 20


class BoostingParameters(Algorithm):
    """Small trees over binned features, each correcting the sum of those before it."""

    matrix_order: ClassVar[Literal["C", "F"]] = "F"

    n_trees: int = parameter(
        150,
        "maxIter",
        "n_estimators",
        "numTrees",
        "numIterations",
        title="number of trees (for k classes, k at each step)",
        ge=1,
        le=100_000,
    )
    learning_rate: float = parameter(
        0.05, "stepSize", "eta", title="how much of each tree is added", gt=0, le=1
    )
    max_depth: Annotated[int | None, Nothing] = parameter(
        None, title="deepest level of a tree; none: only max_leaf_nodes counts", ge=1, le=1000
    )
    max_leaf_nodes: Annotated[int | None, Nothing] = parameter(
        15, "numLeaves", title="most leaves of a tree", ge=2
    )
    min_samples_leaf: Annotated[int | None, Nothing] = parameter(
        None,
        "minInstancesPerNode",
        "minDataInLeaf",
        title="fewest rows in a leaf; none: a twentieth of the rows, from 5 to 50",
        ge=1,
    )
    l2: float = parameter(
        5.0, "l2_regularization", "reg_lambda", title="how much leaf values are shrunk", ge=0
    )
    max_features: float = parameter(
        0.5,
        "featureSubsetStrategy",
        "colsample_bynode",
        title="features that a split chooses among, as a share",
        gt=0,
        le=1,
    )
    max_bins: int = parameter(
        255, title="bins that the values of a feature are put into", ge=4, le=255
    )
    early_stopping: bool = parameter(
        False, title="stop when a part of the rows that is held back gets no better"
    )
    validation_share: float = parameter(
        0.1, "validation_fraction", title="rows held back for early stopping", gt=0, lt=1
    )
    patience: int = parameter(
        10, "n_iter_no_change", title="trees without gain before an early stop", ge=1
    )

    def treatment(self) -> Treatment:
        from headrace.models.preparation import Treatment

        # two bins are for missing and for rare texts
        return Treatment(
            text="native", missing="native", max_categories=min(100, self.max_bins - 2)
        )

    def tree_options(self, context: FitContext) -> dict[str, Any]:
        """What scikit-learn's histogram boosting calls these parameters."""
        return {
            "max_iter": self.n_trees,
            "learning_rate": self.learning_rate,
            "max_depth": self.max_depth,
            "max_leaf_nodes": self.max_leaf_nodes,
            "min_samples_leaf": self.min_samples_leaf or usual_leaf(context.rows),
            "l2_regularization": self.l2,
            "max_features": self.max_features,
            "max_bins": self.max_bins,
            "early_stopping": self.early_stopping,
            "validation_fraction": self.validation_share,
            "n_iter_no_change": self.patience,
            "categorical_features": list(context.categorical) if any(context.categorical) else None,
            "random_state": context.seed,
        }

    def check_target(self, y: NDArray[np.number]) -> None:
        """Refuse to hold rows back for early stopping where there are too few."""
        if self.early_stopping and len(y) < FEWEST_ROWS_TO_HOLD_BACK:
            raise FitError(
                f"early stopping holds rows back, and there are only {len(y)}",
                hint="leave early_stopping out",
            )

    def importance(self, estimator: Any) -> NDArray[np.float64] | None:
        """The total gain of the splits on each feature, shape (n_features,)."""
        import numpy as np

        gains = np.zeros(estimator.n_features_in_)
        for predictor in (p for step in estimator._predictors for p in step):
            inner = predictor.nodes[predictor.nodes["is_leaf"] == 0]
            np.add.at(gains, inner["feature_idx"], inner["gain"])
        if estimator.is_categorical_ is None:
            return gains
        # the estimator puts categories first
        categorical = np.asarray(estimator.is_categorical_)
        order = np.concatenate([np.flatnonzero(categorical), np.flatnonzero(~categorical)])
        named = np.empty_like(gains)
        named[order] = gains
        return named


def usual_leaf(rows: int) -> int:
    """Fewest rows in a leaf: large leaves steady large tables, and leave small ones no split.

    >>> usual_leaf(20), usual_leaf(150), usual_leaf(30_000)
    (5, 7, 50)
    """
    return min(50, max(5, rows // 20))
