"""Numbers scaled to mean 0 and deviation 1."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from headrace.algorithms.feature_step import FeatureStep
from headrace.errors import FitError
from headrace.graph.options import parameter
from headrace.graph.schema import VECTOR, Column, Schema, is_numeric, is_vector

if TYPE_CHECKING:
    from headrace.models.preparation import Preparation, Treatment


class StandardScaler(FeatureStep):
    """Each number, less its mean, by its standard deviation, all as one vector."""

    name: ClassVar[str] = "StandardScaler"
    title: ClassVar[str] = "numbers scaled to mean 0 and deviation 1, as a vector"
    description: ClassVar[str] = (
        "Learns the mean and the standard deviation (of the population) of each input and gives "
        "one vector of scaled numbers. A constant column becomes 0; a missing number its mean, 0. "
        "An input may be a vector too."
    )
    source: ClassVar[str] = (
        "Hastie, Tibshirani, Friedman (2009), The Elements of Statistical Learning, section 14.3"
    )
    example: ClassVar[str] = (
        'train t as StandardScaler.`scaled` where inputCols="age,pay" and outputCol="scaled";'
    )

    output_col: str = parameter("scaled", title="name of the new vector column")

    def treatment(self) -> Treatment:
        from headrace.models.preparation import Treatment

        return Treatment(missing="mean", scale=True)

    def outputs(self, inputs: Schema) -> Schema:
        return Schema((Column(self.output_col, VECTOR),))

    def check_fitted(self, preparation: Preparation) -> None:
        other = next((c for c in preparation.inputs if not _is_scalable(c.type)), None)
        if other is not None:
            raise FitError(
                f"StandardScaler takes numbers, and '{other.name}' is {other.type}",
                hint="leave it out, or turn it into numbers first (StringIndex)",
            )


def _is_scalable(type_name: str) -> bool:
    return is_numeric(type_name) or is_vector(type_name) or type_name == "boolean"
