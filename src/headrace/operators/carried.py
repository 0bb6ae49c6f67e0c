"""A value that an earlier block, or an earlier cell of a session, made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from headrace.graph.ports import Port, port_type
from headrace.operators.base import Context, Inputs, Operator, Value

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class Carried(Operator):
    """The shown input of a block: its step's id is the id of the step that made the value."""

    operator_name: ClassVar[str] = "carried"
    verbs: ClassVar[tuple[str, ...]] = ()

    output: str = "table"
    type: Literal["table", "model"] = "table"

    def inputs(self) -> tuple[Port, ...]:
        return ()

    def outputs(self) -> tuple[Port, ...]:
        return (Port(self.output, port_type(self.type)),)

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        return {self.output: context.carried(self.output)}
