"""Feature steps: fitted like a model, kept like a model, and no prediction."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from headrace.algorithms.base import Algorithm, Estimator, FitContext
from headrace.graph.schema import Schema
from headrace.graph.signature import Task

if TYPE_CHECKING:
    from headrace.models.preparation import Preparation


class FeatureStep(Algorithm):
    """An algorithm that is a preparation alone: what it learns is how columns become numbers."""

    task: ClassVar[Task] = "transform"
    takes_weights: ClassVar[bool] = False

    def build(self, context: FitContext) -> Estimator:
        """Passes the prepared matrix on."""
        from sklearn.preprocessing import FunctionTransformer

        estimator: Estimator = FunctionTransformer()
        return estimator

    def outputs(self, inputs: Schema) -> Schema:
        """The columns that it adds, given the columns that it reads."""
        raise NotImplementedError(self.name)

    def check_fitted(self, preparation: Preparation) -> None:
        """Refuse what the step cannot work on.

        Raises
        ------
        FitError : naming the column
        """
