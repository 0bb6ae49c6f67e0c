"""Gradient-boosted trees for numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from headrace.algorithms.base import Estimator, FitContext, Regressor, spelling
from headrace.algorithms.boosting_parameters import BoostingParameters
from headrace.errors import FitError
from headrace.graph.options import parameter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class GBTRegressor(BoostingParameters, Regressor):
    """A sum of small trees."""

    name: ClassVar[str] = "GBTRegressor"
    aliases: ClassVar[tuple[str, ...]] = ("HistGradientBoostingRegressor",)
    title: ClassVar[str] = "gradient-boosted trees for numbers"
    description: ClassVar[str] = (
        "Trees are added one after another, each fitted to what the sum of the others still gets "
        "wrong; values are binned first, which makes it fast. Categories and missing values are "
        "handled by the trees themselves."
    )
    source: ClassVar[str] = (
        "Friedman (2001), Greedy Function Approximation: A Gradient Boosting Machine, "
        "Annals of Statistics 29; Ke et al. (2017), LightGBM, NeurIPS 30"
    )
    example: ClassVar[str] = 'train t as GBTRegressor.`price` where labelCol="price";'

    loss: Annotated[
        Literal["squared_error", "absolute_error", "poisson", "gamma"],
        spelling(
            ls="squared_error",
            squared="squared_error",
            least_squares="squared_error",
            lad="absolute_error",
            absolute="absolute_error",
            least_absolute_deviation="absolute_error",
        ),
    ] = parameter("squared_error", "lossType", title="what training makes small")

    def check_target(self, y: NDArray[np.number]) -> None:
        super().check_target(y)
        if self.loss == "gamma" and y.min() <= 0:
            raise FitError(
                f"the loss gamma is of positive numbers, and the label goes down to {y.min():g}",
                hint="take poisson where it is 0 at times, else squared_error",
            )
        if self.loss == "poisson" and (y.min() < 0 or not y.any()):
            raise FitError(
                "the loss poisson is of counts, and the label "
                + ("is always 0" if y.min() == 0 else f"goes down to {y.min():g}"),
                hint="take squared_error",
            )

    def build(self, context: FitContext) -> Estimator:
        from sklearn.ensemble import HistGradientBoostingRegressor

        estimator: Estimator = HistGradientBoostingRegressor(
            loss=self.loss, **self.tree_options(context)
        )
        return estimator
