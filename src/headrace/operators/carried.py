"""Values that an earlier block, or an earlier cell of a session, made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from headrace.graph.ports import Port, port_type
from headrace.operators.base import Context, Inputs, Operator, Value

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class Carried(Operator):
    """The shown input of a block: its step's id is the id of the step that made the values.

    ``ports`` are pairs of an output's name and the name of its port type.
    """

    operator_name: ClassVar[str] = "carried"
    verbs: ClassVar[tuple[str, ...]] = ()

    ports: tuple[tuple[str, str], ...]

    def inputs(self) -> tuple[Port, ...]:
        return ()

    def outputs(self) -> tuple[Port, ...]:
        return tuple(Port(name, port_type(type_name)) for name, type_name in self.ports)

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        """Nothing: the session has the values already."""
        return {}
