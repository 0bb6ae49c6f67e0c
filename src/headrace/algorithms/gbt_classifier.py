"""Gradient-boosted trees for classes."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from headrace.algorithms.base import Classifier, Estimator, FitContext, spelling
from headrace.algorithms.boosting_parameters import BoostingParameters
from headrace.errors import FitError
from headrace.graph.options import parameter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class GBTClassifier(BoostingParameters, Classifier):
    """A sum of small trees, turned into class probabilities."""

    name: ClassVar[str] = "GBTClassifier"
    aliases: ClassVar[tuple[str, ...]] = ("GBTs", "HistGradientBoostingClassifier")
    title: ClassVar[str] = "gradient-boosted trees for classes"
    description: ClassVar[str] = (
        "Trees are added one after another, each fitted to what the sum of the others still gets "
        "wrong; values are binned first, which makes it fast. Usually the best choice for tables "
        "of mixed columns: categories and missing values are handled by the trees themselves."
    )
    source: ClassVar[str] = (
        "Friedman (2001), Greedy Function Approximation: A Gradient Boosting Machine, "
        "Annals of Statistics 29; Ke et al. (2017), LightGBM, NeurIPS 30"
    )
    example: ClassVar[str] = 'train t as GBTClassifier.`churn` where labelCol="y" and maxIter=100;'

    loss: Annotated[
        Literal["log_loss"],
        spelling(
            deviance="log_loss",
            logistic="log_loss",
            auto="log_loss",
            binomial_deviance="log_loss",
            binary_crossentropy="log_loss",
            categorical_crossentropy="log_loss",
        ),
    ] = parameter("log_loss", "lossType", title="what training makes small")

    def check_target(self, y: NDArray[np.number]) -> None:
        super().check_target(y)
        if not self.early_stopping:
            return
        counts = Counter(y.tolist())
        held_back = math.ceil(self.validation_share * len(y))
        if min(counts.values()) < 2 or held_back < len(counts) or len(y) - held_back < len(counts):
            raise FitError(
                "early stopping holds rows of every class back and keeps others: of the rarest "
                f"there are {min(counts.values())}, and {held_back} are held back of {len(y)}",
                hint="leave early_stopping out, or change validation_share",
            )

    def build(self, context: FitContext) -> Estimator:
        from sklearn.ensemble import HistGradientBoostingClassifier

        estimator: Estimator = HistGradientBoostingClassifier(
            loss=self.loss, **self.tree_options(context)
        )
        return estimator
