"""Texts as numbers by frequency."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from headrace.algorithms.base import Nothing, spelling
from headrace.algorithms.feature_step import FeatureStep
from headrace.errors import FitError
from headrace.graph.options import parameter
from headrace.graph.schema import Column, Schema

if TYPE_CHECKING:
    from headrace.models.preparation import Preparation, Treatment


class StringIndex(FeatureStep):
    """The most frequent text becomes 0, the next 1, and so on; equal ones by the alphabet."""

    name: ClassVar[str] = "StringIndex"
    title: ClassVar[str] = "texts as numbers, the most frequent first"
    description: ClassVar[str] = (
        "Learns the texts of each input column and gives each its number, from 0 for the most "
        "frequent. A missing text stays missing. A text that training did not see is an error, "
        "the number after the last (`keep`), or missing (`skip`)."
    )
    source: ClassVar[str] = "Spark ML's StringIndexer, with its order frequencyDesc"
    example: ClassVar[str] = 'train t as StringIndex.`city` where inputCol="city";'

    output_col: Annotated[str | None, Nothing] = parameter(
        None, title="name of the new column, of one input; none: the input's name and _index"
    )
    unseen: Annotated[Literal["error", "keep", "skip"], spelling()] = parameter(
        "error", "handleInvalid", title="a text that training did not see: error, keep or skip"
    )
    most: int = parameter(
        1_000_000, "maxCategories", title="most different texts of a column", ge=1
    )

    def treatment(self) -> Treatment:
        from headrace.models.preparation import Treatment

        return Treatment(
            text="ordinal", missing="native", unseen=self.unseen, max_categories=self.most
        )

    def outputs(self, inputs: Schema) -> Schema:
        if self.output_col and len(inputs) == 1:
            return Schema((Column(self.output_col, "int"),))
        return Schema(tuple(Column(f"{column.name}_index", "int") for column in inputs))

    def check_fitted(self, preparation: Preparation) -> None:
        other = next((c for c in preparation.inputs if c.type != "string"), None)
        if other is not None:
            raise FitError(
                f"StringIndex takes texts, and '{other.name}' is {other.type}",
                hint=f"cast({other.name} as string)",
            )
