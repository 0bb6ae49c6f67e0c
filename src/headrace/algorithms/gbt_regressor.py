"""Gradient-boosted trees for numbers."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from headrace.algorithms.base import Estimator, FitContext, Regressor, spelling
from headrace.algorithms.boosting_parameters import BoostingParameters
from headrace.graph.options import parameter


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

    def build(self, context: FitContext) -> Estimator:
        from sklearn.ensemble import HistGradientBoostingRegressor

        estimator: Estimator = HistGradientBoostingRegressor(
            loss=self.loss, **self.tree_options(context)
        )
        return estimator
