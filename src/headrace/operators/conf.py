"""``set … where type="conf"``: a setting of the engine session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from headrace.graph.ports import Port
from headrace.operators.base import Context, Inputs, Operator, Value

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class SetConf(Operator):
    """Set one key of the session's configuration, such as ``spark.sql.session.timeZone``."""

    operator_name: ClassVar[str] = "conf"
    verbs: ClassVar[tuple[str, ...]] = ()

    key: str
    value: str

    def inputs(self) -> tuple[Port, ...]:
        return ()

    def outputs(self) -> tuple[Port, ...]:
        return ()

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        context.tables.set_conf(self.key, self.value)
        return {}
