"""Random forest for numbers."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from headrace.algorithms.base import Estimator, FitContext, Regressor, spelling
from headrace.algorithms.forest_parameters import ForestParameters
from headrace.graph.options import parameter


class RandomForestRegressor(ForestParameters, Regressor):
    """The mean of the leaf means of many randomised trees."""

    name: ClassVar[str] = "RandomForestRegressor"
    title: ClassVar[str] = "random forest for numbers"
    description: ClassVar[str] = (
        "Many deep trees, each grown on a bootstrap sample and choosing its splits among a random "
        "part of the features; their predictions are averaged. Never predicts beyond the range of "
        "the labels that it saw."
    )
    source: ClassVar[str] = "Breiman (2001), Random Forests, Machine Learning 45"
    example: ClassVar[str] = 'train t as RandomForestRegressor.`price` where labelCol="price";'

    criterion: Annotated[
        Literal["squared_error", "poisson"],
        spelling(variance="squared_error", mse="squared_error"),
    ] = parameter("squared_error", "impurity", title="what a split makes small")

    def build(self, context: FitContext) -> Estimator:
        from sklearn.ensemble import RandomForestRegressor as Forest

        estimator: Estimator = Forest(criterion=self.criterion, **self.tree_options(context))
        return estimator
