"""The parameters that linear models share, for classes and for numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from headrace.algorithms.base import Algorithm, Nothing
from headrace.graph.options import parameter

if TYPE_CHECKING:
    from headrace.models.preparation import Treatment


class LinearParameters(Algorithm):
    """A weighted sum of the features, its weights kept small by a penalty."""

    regularization: Annotated[float | None, Nothing] = parameter(
        None,
        "regParam",
        title="weight of the penalty beside the mean loss of a row, as Spark has it",
        ge=0,
    )
    l1_ratio: float = parameter(
        0.0,
        "elasticNetParam",
        title="share of the penalty on absolute weights (0: squares only, 1: lasso)",
        ge=0,
        le=1,
    )
    max_iter: int = parameter(1000, title="most steps of the solver", ge=1)
    tolerance: float = parameter(1e-4, "tol", title="change below which the solver stops", gt=0)
    fit_intercept: bool = parameter(True, title="add a constant")
    standardize: bool = parameter(
        True, "standardization", "normalize", title="scale numbers to mean 0 and deviation 1 first"
    )

    def treatment(self) -> Treatment:
        from headrace.models.preparation import Treatment

        return Treatment(text="onehot", missing="mean", scale=self.standardize)
