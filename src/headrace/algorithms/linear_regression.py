"""Linear regression: least squares, ridge, lasso or elastic net, by its penalty."""

from __future__ import annotations

from typing import ClassVar

from headrace.algorithms.base import Estimator, FitContext, Regressor
from headrace.algorithms.linear_parameters import LinearParameters


class LinearRegression(LinearParameters, Regressor):
    """The label is a weighted sum of the features."""

    name: ClassVar[str] = "LinearRegression"
    aliases: ClassVar[tuple[str, ...]] = ("LinearRegressionExt",)
    title: ClassVar[str] = "linear regression, with or without a penalty"
    description: ClassVar[str] = (
        "Least squares; with `regularization` ridge regression, and with `l1_ratio` too the "
        "elastic net or (at 1) the lasso, whose weights may become 0. Numbers are scaled first, so "
        "that weights compare and the penalty treats them alike."
    )
    source: ClassVar[str] = (
        "Hastie, Tibshirani, Friedman (2009), The Elements of Statistical Learning, chapter 3"
    )
    example: ClassVar[str] = (
        'train t as LinearRegression.`price` where labelCol="price" and regParam=0.1;'
    )

    def build(self, context: FitContext) -> Estimator:
        from sklearn import linear_model

        if not self.regularization:
            least: Estimator = linear_model.LinearRegression(fit_intercept=self.fit_intercept)
            return least
        options = {
            "fit_intercept": self.fit_intercept,
            "max_iter": self.max_iter,
            "tol": self.tolerance,
            "random_state": context.seed,
        }
        if not self.l1_ratio:
            # Ridge weighs the sum of the squares, we (as Spark) their mean
            ridge: Estimator = linear_model.Ridge(
                alpha=self.regularization * context.rows, **options
            )
            return ridge
        net: Estimator = linear_model.ElasticNet(
            alpha=self.regularization, l1_ratio=self.l1_ratio, **options
        )
        return net
