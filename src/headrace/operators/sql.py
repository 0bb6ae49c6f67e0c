"""SQL statements: a query that names its result, and text that is run for its effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, Self

from headrace.errors import Problem
from headrace.graph.ports import MODEL, Port
from headrace.operators.base import Context, Inputs, Knowledge, Operator, Site, Value
from headrace.operators.sql_check import (
    analysed_schema,
    doubled_columns,
    function_port,
    sql_problems,
)
from headrace.queries import FunctionCall, parse_query, rewrite

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class SqlText(Operator):
    """SQL text with an input port for each table that it reads and each function it calls.

    A port is optional: one that is not linked names what the session knows by itself (a table
    of the engine's catalogue), or something whose own statement is wrong already.
    """

    category: ClassVar[str] = "sql"
    verbs: ClassVar[tuple[str, ...]] = ()

    sql: str
    tables: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()

    @classmethod
    def reading(cls, sql: str, functions: Iterable[str] = ()) -> Self:
        """The operator of a statement; ``functions`` are those that scripts registered.

        Raises
        ------
        QuerySyntaxError : with the place in ``sql``
        """
        query = parse_query(sql)
        registered = {name.casefold() for name in functions}
        called = tuple(name for name in query.function_names if name.casefold() in registered)
        return cls(sql=sql, tables=query.table_names, functions=called)

    @staticmethod
    def function_port(name: str) -> str:
        """The input port of a function."""
        return function_port(name)

    def inputs(self) -> tuple[Port, ...]:
        tables = (Port(name, optional=True) for name in self.tables)
        functions = (Port(self.function_port(name), MODEL, True) for name in self.functions)
        return (*tables, *functions)

    def lowered(self, inputs: Inputs) -> str:
        """The text with the names that the engine session knows, and ``f(*)`` written out."""
        views = {name: inputs.view(name) for name in self.tables if inputs.has(name)}
        calls: dict[str, FunctionCall] = {}
        for name in self.functions:
            if inputs.has(self.function_port(name)):
                value = inputs.function(self.function_port(name))
                calls[name] = FunctionCall(value.name, value.model.signature.inputs.names)
        return rewrite(self.sql, tables=views, functions=calls)

    def check(self, site: Site) -> Iterable[Problem]:
        return sql_problems(self, site)


class SqlQuery(SqlText):
    """A query; its result is the step's table."""

    operator_name: ClassVar[str] = "select"

    def check(self, site: Site) -> Iterable[Problem]:
        return [*super().check(site), *doubled_columns(self, site)]

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        return {"table": analysed_schema(self, site)}

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        return {"table": context.tables.sql(self.lowered(inputs))}


class SqlValue(SqlQuery):
    """A query that the script itself reads: of a variable (``set``) or of a loop."""

    operator_name: ClassVar[str] = "value"

    def check(self, site: Site) -> Iterable[Problem]:
        return sql_problems(self, site)


class SqlCommand(SqlText):
    """``insert``, ``create``, ``drop`` and ``refresh``: text for the engine's catalogue."""

    operator_name: ClassVar[str] = "sql"

    def outputs(self) -> tuple[Port, ...]:
        return ()

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        context.tables.command(self.lowered(inputs))
        return {}
