"""SQL statements: a query that names its result, and text that is run for its effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, Self

from headrace.errors import CheckError, Problem
from headrace.graph.ports import MODEL, Port
from headrace.graph.schema import Schema
from headrace.graph.signature import Signature
from headrace.operators.base import Context, Inputs, Knowledge, Operator, Site, Value
from headrace.queries import FunctionCall, parse_query, resolve, rewrite

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
        """The input port of a function: no table has such a name."""
        return f"{name}()"

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
        problems = [*name_problems(self, site)]
        if problems:
            return problems
        try:
            analysed_schema(self, site)
        except CheckError as error:
            return error.at(site.place("sql")).problems
        return ()


class SqlQuery(SqlText):
    """A query; its result is the step's table."""

    operator_name: ClassVar[str] = "select"

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        return {"table": analysed_schema(self, site)}

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        return {"table": context.tables.sql(self.lowered(inputs))}


class SqlCommand(SqlText):
    """``insert``, ``create``, ``drop`` and ``refresh``: text for the engine's catalogue."""

    operator_name: ClassVar[str] = "sql"

    def outputs(self) -> tuple[Port, ...]:
        return ()

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        context.tables.command(self.lowered(inputs))
        return {}


def name_problems(operator: SqlText, site: Site) -> Iterable[Problem]:
    """Unknown and ambiguous names, and calls of models with other than their columns."""
    faults = resolve(
        parse_query(operator.sql), table_schemas(operator, site), argument_names(operator, site)
    )
    for fault in faults:
        span = site.within("sql", fault.start, fault.end)
        yield Problem(fault.message, span, fault.hint, code=fault.kind)


def table_schemas(operator: SqlText, site: Site) -> dict[str, Schema | None]:
    return {name: site.schema(name) for name in operator.tables}


def argument_names(operator: SqlText, site: Site) -> dict[str, tuple[str, ...] | None]:
    signatures = _signatures(operator, site)
    return {name: known.inputs.names if known else None for name, known in signatures.items()}


def _signatures(operator: SqlText, site: Site) -> dict[str, Signature | None]:
    return {name: site.signature(operator.function_port(name)) for name in operator.functions}


def analysed_schema(operator: SqlText, site: Site) -> Schema | None:
    """The columns that the engine finds; None where a table or a function is not known yet."""
    schemas = {name: schema for name in operator.tables if (schema := site.schema(name))}
    signatures = _signatures(operator, site)
    calls = {
        name: FunctionCall(name, known.inputs.names, function_type(known))
        for name, known in signatures.items()
        if known
    }
    if len(schemas) < len(operator.tables) or len(calls) < len(signatures):
        return None
    return site.analyzer.query_schema(rewrite(operator.sql, functions=calls), schemas)


def function_type(signature: Signature) -> str:
    """What a model's SQL function returns.

    A ``register`` step narrows ``outputs`` to the one column that its function gives; a
    model's own signature means the function's default output.
    """
    if len(signature.outputs) == 1:
        return signature.outputs.columns[0].type
    return {"classify": "array<double>", "cluster": "int"}.get(signature.task, "double")
