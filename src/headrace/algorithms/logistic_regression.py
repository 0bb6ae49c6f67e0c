"""Logistic regression."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from headrace.algorithms.base import Classifier, Estimator, FitContext, Nothing
from headrace.algorithms.linear_parameters import LinearParameters
from headrace.graph.options import parameter


class LogisticRegression(LinearParameters, Classifier):
    """The logarithm of the odds is a weighted sum of the features."""

    name: ClassVar[str] = "LogisticRegression"
    aliases: ClassVar[tuple[str, ...]] = ("LogisticRegressor",)
    title: ClassVar[str] = "logistic regression for two classes or more"
    description: ClassVar[str] = (
        "A linear model whose sum is turned into class probabilities. Fast, well calibrated and "
        "easy to read; it sees no interactions. Numbers are scaled first, so that weights compare."
    )
    source: ClassVar[str] = (
        "Hastie, Tibshirani, Friedman (2009), The Elements of Statistical Learning, section 4.4"
    )
    example: ClassVar[str] = 'train t as LogisticRegression.`churn` where labelCol="y" and C=0.5;'

    c: Annotated[float | None, Nothing] = parameter(
        None,
        "inverse_regularization",
        title="inverse of the penalty beside the total loss (scikit-learn's C); 1 where neither "
        "it nor regularization is given",
        gt=0,
    )
    solver: Literal["auto", "lbfgs", "newton-cg", "newton-cholesky", "liblinear", "sag", "saga"] = (
        parameter("auto", title="auto: lbfgs, or saga where weights may become 0")
    )

    def build(self, context: FitContext) -> Estimator:
        from sklearn.linear_model import LogisticRegression as Logistic

        estimator: Estimator = Logistic(
            C=self.inverse_penalty(context.rows),
            l1_ratio=self.l1_ratio,
            solver=self._solver(),
            max_iter=self.max_iter,
            tol=self.tolerance,
            fit_intercept=self.fit_intercept,
            random_state=context.seed,
        )
        return estimator

    def inverse_penalty(self, rows: int) -> float:
        """scikit-learn's C: it weighs the sum of the losses, Spark's regParam their mean."""
        if self.c is not None:
            return self.c
        if self.regularization is None:
            return 1.0
        return 1 / (rows * self.regularization) if self.regularization else float("inf")

    def _solver(self) -> str:
        if self.solver != "auto":
            return self.solver
        return "saga" if self.l1_ratio else "lbfgs"
