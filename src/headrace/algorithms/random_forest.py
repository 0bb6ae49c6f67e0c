"""Random forest for classes."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from headrace.algorithms.base import Classifier, Estimator, FitContext, spelling
from headrace.algorithms.forest_parameters import ForestParameters
from headrace.graph.options import parameter


class RandomForest(ForestParameters, Classifier):
    """The mean of the class shares in the leaves of many randomised trees."""

    name: ClassVar[str] = "RandomForest"
    aliases: ClassVar[tuple[str, ...]] = ("RandomForestClassifier",)
    title: ClassVar[str] = "random forest for classes"
    description: ClassVar[str] = (
        "Many deep trees, each grown on a bootstrap sample and choosing its splits among a random "
        "part of the features; their class shares are averaged. Hard to misuse, needs no scaling, "
        "and takes missing values as they are."
    )
    source: ClassVar[str] = "Breiman (2001), Random Forests, Machine Learning 45"
    example: ClassVar[str] = 'train t as RandomForest.`churn` where labelCol="y" and numTrees=200;'

    criterion: Annotated[Literal["gini", "entropy", "log_loss"], spelling(logloss="log_loss")] = (
        parameter("gini", "impurity", title="what a split makes small")
    )

    def build(self, context: FitContext) -> Estimator:
        from sklearn.ensemble import RandomForestClassifier

        estimator: Estimator = RandomForestClassifier(
            criterion=self.criterion, **self.tree_options(context)
        )
        return estimator
