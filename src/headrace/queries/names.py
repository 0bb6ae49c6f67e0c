"""The names of one statement: what is known of them, and what is found wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlglot import exp

from headrace.graph.schema import Schema
from headrace.queries.functions import spark_functions
from headrace.queries.messages import name_fault, unknown_function, wrong_argument_count
from headrace.queries.query import Fault, TypedColumn
from headrace.queries.references import Star, call_reference, joined, span_of, star_of
from headrace.queries.scopes import Ambiguous, Found, Missing, Scope


class Names:
    """Looks names up in their scopes; collects faults, and the columns that were found."""

    def __init__(
        self,
        text: str,
        tables: Mapping[str, Schema | None],
        functions: Mapping[str, tuple[str, ...] | None],
    ) -> None:
        self.text = text
        self.table_names = tuple(tables)
        self.tables = {name.casefold(): schema for name, schema in tables.items()}
        self.function_names = tuple(functions)
        self.functions = {name.casefold(): names for name, names in functions.items()}
        self.faults: dict[str, Fault] = {}
        self.meanings: dict[int, Found] = {}
        self.columns: list[TypedColumn] = []

    def report(self, fault: Fault) -> None:
        """A name that is wrong in several clauses is told once, where it comes first."""
        known = self.faults.get(fault.message)
        if known is None or fault.start < known.start:
            self.faults[fault.message] = fault

    def column(self, node: exp.Expr, path: list[exp.Identifier], scope: Scope) -> None:
        """Find what a dotted name means."""
        meaning = scope.lookup(tuple(str(part.this) for part in path))
        if not isinstance(meaning, Found):
            self.report_name(path, meaning)
            return
        self.meanings[id(node)] = meaning
        written = joined(path)
        if written:
            column = TypedColumn(written.name, meaning.type, written.start, written.end)
            self.columns.append(column)

    def report_name(self, path: Iterable[exp.Expr], meaning: Missing | Ambiguous | Found) -> None:
        spans = [(part.name, span) for part in path if (span := span_of(part))]
        if spans and not isinstance(meaning, Found):
            self.report(name_fault(spans, meaning))

    def call(self, call: exp.Func, scope: Scope) -> None:
        """A function must exist, and a model's be given its columns."""
        written = call_reference(call, self.text)
        if written is None or not isinstance(call, exp.Anonymous):
            return
        name = written.name.casefold()
        if name not in self.functions:
            if name not in spark_functions():
                self.report(unknown_function(written, self.function_names))
            return
        arguments = self.functions[name]
        if arguments is None:
            return
        stars = [star for argument in call.expressions if (star := star_of(argument))]
        for star in stars:
            self.star_call(written.name, star, arguments, scope)
        if not stars and len(call.expressions) != len(arguments):
            self.report(wrong_argument_count(written, arguments, len(call.expressions)))

    def star_call(
        self, function: str, star: Star, arguments: tuple[str, ...], scope: Scope
    ) -> None:
        """``f(*)`` passes columns by name, so each must be there."""
        for argument in arguments:
            meaning = scope.lookup((*star.qualifier, argument))
            if isinstance(meaning, Found):
                continue
            fault = name_fault([(argument, (star.start, star.end))], meaning)
            message = f"{fault.message}, which {function}(*) needs"
            self.report(Fault(fault.kind, message, fault.start, fault.end, fault.hint))
