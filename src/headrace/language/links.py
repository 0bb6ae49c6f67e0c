"""The names in a statement: what each means where it stands, and what new ones mean from here on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from headrace.algorithms.catalog import find_algorithm
from headrace.errors import Problem, ScriptError
from headrace.graph.options import GivenOption
from headrace.graph.ports import MODEL, TABLE
from headrace.graph.span import MappedText, Span
from headrace.graph.step import Step
from headrace.language.blocks import Block
from headrace.language.queries import parse_query
from headrace.language.scope import Definition, Kind, Scope
from headrace.language.syntax import Option, Text
from headrace.operators.base import Operator
from headrace.operators.commands.base import Word
from headrace.operators.inline_table import InlineTable
from headrace.operators.sql import SqlText

Expand = Callable[[Text, bool], MappedText]
"""Expands a text's templates; the flag tells whether it is select text."""

ONE_ROW = InlineTable(columns=(("value", "int"),), rows=((1,),))
"""MLSQL's built-in table ``command``, for operators that read none."""


@dataclass
class Names:
    """Finds and defines the names of one statement after another.

    A method raises ``HeadraceError`` where its statement makes no step. What is wrong with a
    statement that makes one all the same goes to ``report``, which may raise it.
    """

    scope: Scope
    block: Block
    expand: Expand
    report: Callable[[Problem], None]

    def text(self, text: Text) -> MappedText:
        """A text other than select text, expanded."""
        return self.expand(text, False)

    def new_name(self, text: Text, kind: str) -> str:
        """The name that a statement gives to what it makes.

        Raises
        ------
        ScriptError : for an empty one
        """
        name = self.text(text).text
        if not name.strip():
            message = f"the name of a {kind} is empty"
            raise ScriptError(message, span=text.span, hint="write a name", code="empty-name")
        return name

    def options(self, options: Sequence[Option]) -> tuple[GivenOption, ...]:
        """Options as written, their texts expanded; the passwords among them are secrets."""
        given = tuple(self._option(option) for option in options)
        self.scope.secrets.add_options(given)
        return given

    def word(self, argument: Text) -> Word:
        value = self.text(argument)
        return Word(value.text, value)

    def find(self, kind: Kind, text: Text) -> Definition:
        """What a name means.

        Raises
        ------
        ScriptError : unknown, with the nearest names
        """
        value = self.text(text)
        return self.find_named(kind, value.text, value.origin)

    def find_named(self, kind: Kind, name: str, span: Span | None) -> Definition:
        """As ``find``, of a name that is expanded already."""
        found = self.scope.find(kind, name)
        if found is not None:
            return found
        if self.scope.open:
            return Definition(name, self.block.placeholder(name), kind, span)
        raise ScriptError.of([self.scope.unknown(kind, name, span)])

    def statement_table(self, table: Text) -> Definition:
        """The table that a statement works on; ``command`` exists where nothing has its name."""
        if table.plain.casefold() == "command" and self.scope.find("table", "command") is None:
            step = self.block.add("command", ONE_ROW, {}, table.span)
            return Definition("command", step.id, "table", table.span)
        return self.find("table", table)

    def operator_links(
        self, operator: Operator, table: Text | None, model: str, texts: Mapping[str, MappedText]
    ) -> dict[str, Definition]:
        """Fill the ports: ``table`` by the statement's own, a model's by the key ``model``, and
        a port that is called as an option by the table which that option names."""
        links: dict[str, Definition] = {}
        for port in operator.inputs():
            named = getattr(operator, port.name, None)
            if port.name == "table" and table is not None:
                links["table"] = self.statement_table(table)
            elif port.type is MODEL:
                found = self.scope.find("model", model)
                if found is not None:
                    links[port.name] = found
            elif isinstance(named, str):
                text = texts.get(port.name)
                links[port.name] = self.find_named("table", named, text.origin if text else None)
        return links

    def sql_links(self, operator: SqlText, text: MappedText) -> dict[str, Definition]:
        """The tables that SQL text reads and the functions that it calls.

        Raises
        ------
        ScriptError : for calls of functions that were taken away; the engine may still know them
        """
        links: dict[str, Definition] = {}
        for reference in parse_query(operator.sql).tables:
            found = self.scope.find("table", reference.name)
            if found is not None:
                links[_port_of(reference.name, operator.tables)] = found
            elif not self._may_exist(reference.name):
                span = text.span(reference.start, reference.end)
                self.report(self.scope.unknown("table", reference.name, span))
        gone = tuple(self._unregistered_calls(operator, text))
        if gone:
            raise ScriptError.of(gone)
        for name in operator.functions:
            function = self.scope.find("function", name)
            if function is not None:
                links[operator.function_port(name)] = function
        return links

    def define(self, kind: Kind, name: str, step: Step, output: str, span: Span | None) -> None:
        """Give a name its meaning from here on: an output of a step."""
        self.scope.define(kind, Definition(name, step.id, output, span))

    def define_result(self, step: Step, name: str | None, span: Span | None) -> None:
        """The table of a step under its name, or as the last table where it has none."""
        tables = [port.name for port in step.operator.outputs() if port.type is TABLE]
        if tables and name is not None:
            self.define("table", name, step, tables[0], span)
        elif tables:
            self.scope.last_table = Definition(step.id, step.id, tables[0], step.span)

    def _option(self, option: Option) -> GivenOption:
        key = option.key.value
        if option.value.kind in ("number", "literal", "list"):
            return GivenOption(key.text, option.data, key, option.value.value)
        value = self.text(option.value)
        return GivenOption(key.text, value.text, key, value)

    def _may_exist(self, table: str) -> bool:
        return self.scope.open or "." in table or table.casefold() in self.scope.catalogue

    def _unregistered_calls(self, operator: SqlText, text: MappedText) -> Iterator[Problem]:
        for call in parse_query(operator.sql).functions:
            gone = self.scope.unregistered.get(call.name.casefold())
            if gone is not None and self.scope.find("function", call.name) is None:
                message = f"function '{call.name}' is no longer registered"
                span = text.span(call.start, call.end)
                hint = f"it was unregistered at {gone.label}"
                yield Problem(message, span, hint, code="unknown-function")


def model_key(algorithm: str, path: str) -> str:
    """The name of a model in a script: its place, or its algorithm where it has none."""
    place = path.strip().strip("/")
    if place:
        return place
    known = find_algorithm(algorithm)
    return f"{known.name if known else algorithm}.``"


def _port_of(name: str, ports: Sequence[str]) -> str:
    return next(port for port in ports if port.casefold() == name.casefold())
