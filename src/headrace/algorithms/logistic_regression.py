"""Logistic regression."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from headrace.algorithms.base import Classifier, Conflict, Estimator, FitContext, Nothing
from headrace.algorithms.linear_parameters import LinearParameters
from headrace.errors import FitError
from headrace.graph.options import parameter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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

    def conflicts(self) -> Iterable[Conflict]:
        lasso = self.solver == "liblinear" and self.l1_ratio == 1
        if self.l1_ratio and self.solver not in ("auto", "saga") and not lasso:
            yield Conflict(
                "solver",
                f"the solver {self.solver} cannot penalise absolute weights (l1_ratio)",
                "leave solver out, or take saga (or liblinear, where l1_ratio is 1)",
            )
        if self.c is not None and self.regularization is not None:
            yield Conflict(
                "c",
                "c and regularization both say how strong the penalty is",
                "keep one of them: c is its inverse beside the total loss",
            )

    def check_target(self, y: NDArray[np.number]) -> None:
        classes = int(y.max()) + 1
        if self.solver == "liblinear" and classes > 2:
            raise FitError(
                f"the solver liblinear tells two classes apart, and the label has {classes}",
                hint="leave solver out",
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
