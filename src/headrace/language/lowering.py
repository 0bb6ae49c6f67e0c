"""From statements to steps: each statement's texts expanded, its names found, its options typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar, cast

from headrace.algorithms.catalog import algorithm_names, find_algorithm
from headrace.errors import HeadraceError, OptionError, Problem, ScriptError
from headrace.graph.options import Bound, GivenOption, bind
from headrace.graph.ports import MODEL, TABLE
from headrace.graph.span import MappedText, Span
from headrace.graph.step import Json, Step
from headrace.language.links import Names, model_key
from headrace.language.queries import QuerySyntaxError, Reference, parse_query
from headrace.language.scope import Scope
from headrace.language.storage import Storage, connection_place
from headrace.language.syntax import (
    Command,
    Connect,
    Load,
    Register,
    Save,
    Select,
    Sql,
    Train,
    Unregister,
)
from headrace.operators.base import Operator
from headrace.operators.catalog import (
    bind_operator,
    find_command,
    find_operator,
    operator_names,
    throws,
    unknown_operator,
)
from headrace.operators.commands.base import Call, Word
from headrace.operators.commands.base import Command as CommandOperator
from headrace.operators.options import Options
from headrace.operators.predict import predict_operator
from headrace.operators.register import register_operator
from headrace.operators.sql import SqlCommand, SqlQuery, SqlValue
from headrace.operators.train import train_operator

Direct = Load | Select | Save | Train | Register | Unregister | Connect | Sql
Bindable = TypeVar("Bindable", bound=Options)


@dataclass(frozen=True)
class Lowering:
    """Lowers one statement after another into the current block.

    A method raises ``HeadraceError`` where its statement makes no step. What is wrong with a
    statement that makes one all the same goes to ``names.report``, which may raise it.
    """

    names: Names

    @cached_property
    def storage(self) -> Storage:
        return Storage(self.names)

    def statement(self, statement: Direct) -> None:
        """Any statement that needs no more than the names before it."""
        match statement:
            case Load():
                self.storage.load(statement)
            case Select():
                self.select(statement)
            case Save():
                self.storage.save(statement)
            case Train():
                self.train(statement)
            case Register():
                self.register(statement)
            case Unregister():
                self.unregister(statement)
            case Connect():
                self.storage.connect(statement)
            case Sql():
                self.sql(statement)

    def select(self, statement: Select) -> Step:
        text = self.names.expand(statement.query, True)
        operator = _parsed(SqlQuery, text, self.names.scope)
        links = self.names.sql_links(operator, text)
        table = self.names.new_name(statement.table, "table")
        texts = {"sql": text, "table": statement.table.value}
        step = self.names.block.add(table, operator, links, statement.span, texts)
        self.names.define("table", table, step, "table", statement.table.span)
        return step

    def value(self, name: str, text: MappedText) -> Step:
        """A query whose answer the script itself reads."""
        operator = _parsed(SqlValue, text, self.names.scope)
        links = self.names.sql_links(operator, text)
        return self.names.block.add(name, operator, links, text.origin, {"sql": text})

    def sql(self, statement: Sql) -> Step:
        text = self.names.expand(statement.statement, True)
        operator = _parsed(SqlCommand, text, self.names.scope)
        for target in parse_query(text.text).targets:
            self._refuse_own_table(target, text)
        links = self.names.sql_links(operator, text)
        step = self.names.block.add(statement.verb, operator, links, statement.span, {"sql": text})
        self._note_targets(statement.verb, parse_query(text.text).targets, step)
        return step

    def _refuse_own_table(self, target: Reference, text: MappedText) -> None:
        """A script's tables are values: SQL statements change those of the catalogue only."""
        if self.names.scope.find("table", target.name) is not None:
            message = f"'{target.name}' is a table of this script, which no statement changes"
            hint = "select its rows and the new ones as a table, or create one of another name"
            span = text.span(target.start, target.end)
            raise ScriptError(message, span=span, hint=hint, code="own-table")

    def _note_targets(self, verb: str, targets: Iterable[Reference], step: Step) -> None:
        catalogue = self.names.scope.catalogue
        for target in targets:
            if verb == "drop":
                catalogue.pop(target.name.casefold(), None)
            else:
                catalogue.setdefault(target.name.casefold(), step.id)

    def train(self, statement: Train) -> Step:
        path = self.names.text(statement.path)
        result = self.names.new_name(statement.result, "table") if statement.result else None
        bound = self._operator(statement, path)
        operator = _unwrap(bound, statement.operator.span)
        key = model_key(statement.operator.plain, path.text)
        texts = {**bound.texts, "path": path, "operator": statement.operator.value}
        links = self.names.operator_links(operator, statement.table, key, texts)
        name = result or _last_part(path.text) or statement.operator.plain
        step = self.names.block.add(name, operator, links, statement.span, texts)
        for port in operator.outputs():
            if port.type is MODEL:
                self.names.define("model", key, step, port.name, statement.span)
        span = statement.result.span if statement.result else statement.span
        self.names.define_result(step, result, span)
        return step

    def register(self, statement: Register) -> Step:
        path, name = self.names.text(statement.path), statement.operator.plain
        if find_algorithm(name) is None:
            raise _at(unknown_operator(name, algorithm_names()), statement.operator.span)
        function = self.names.new_name(statement.function, "function")
        options = self.names.options(statement.options)
        bound = register_operator(name, options, _path_option(path), function)
        operator = _unwrap(bound, statement.operator.span)
        texts = {**bound.texts, "path": path, "operator": statement.operator.value}
        links = self.names.operator_links(operator, None, model_key(name, path.text), texts)
        step = self.names.block.add(function, operator, links, statement.span, texts)
        output = operator.outputs()[0].name
        self.names.define("function", function, step, output, statement.span)
        return step

    def unregister(self, statement: Unregister) -> None:
        scope, found = self.names.scope, self.names.find("function", statement.function)
        scope.functions.pop(found.name.casefold(), None)
        scope.unregistered[found.name.casefold()] = statement.span

    def command(self, statement: Command) -> Step | None:
        """A command that is an operator; None where no operator has its name."""
        command = find_command(statement.name.plain)
        if command is None:
            return None
        call = self._call(command, statement)
        options = (*call.options, *self._connection_options(command, call))
        bound = bind(command, options, f"!{statement.name.plain}")
        operator = _unwrap(bound, statement.span)
        if throws(statement.name.plain):
            operator = operator.model_copy(update={"throw": True})
        links = {
            port: self.names.find_named("table", word.text, word.span)
            for port, word in call.tables.items()
        }
        table = links.get("table")
        own_name = f"{operator.operator_name}_{table.name}" if table else operator.operator_name
        name = call.result.text if call.result else own_name
        step = self.names.block.add(name, operator, links, statement.span, bound.texts)
        self._define_command_tables(step, operator, call.result)
        self.storage.note_writes(step, *_written_places(operator))
        return step

    def _call(self, command: type[CommandOperator], statement: Command) -> Call:
        words = [self.names.word(argument) for argument in statement.arguments]
        try:
            return command.read(words)
        except HeadraceError as error:
            raise error.at(statement.span) from error

    def _connection_options(
        self, command: type[CommandOperator], call: Call
    ) -> tuple[GivenOption, ...]:
        """The options of the connection that a command works on."""
        if "connection" not in command.model_fields:
            return ()
        named = next(option for option in call.options if option.key == "connection")
        options = self.storage.connection_options(named)
        return (GivenOption("options", cast(Json, options)),)

    def _operator(self, statement: Train, path: MappedText) -> Bound[Any]:
        name, options = statement.operator.plain, self.names.options(statement.options)
        if find_algorithm(name) is not None:
            make = predict_operator if statement.verb == "predict" else train_operator
            return make(name, options, _path_option(path))
        operator = find_operator(name)
        if operator is None or statement.verb == "predict":
            known = algorithm_names() if statement.verb == "predict" else _trainable()
            raise _at(unknown_operator(name, known), statement.operator.span)
        return bind_operator(operator, options, _path_option(path))

    def _define_command_tables(
        self, step: Step, operator: CommandOperator, result: Word | None
    ) -> None:
        tables = [port.name for port in operator.outputs() if port.type is TABLE]
        if tables == ["table"]:
            self.names.define_result(step, result.text if result else None, step.span)
            return
        for name in tables:
            self.names.define("table", name, step, name, step.span)


def _trainable() -> Sequence[str]:
    return (*algorithm_names(), *operator_names())


def _parsed(kind: type[Any], text: MappedText, scope: Scope) -> Any:
    try:
        return kind.reading(text.text, scope.names("function"))
    except QuerySyntaxError as error:
        raise error.at(text.span(error.start, error.end)) from error


def _unwrap(bound: Bound[Bindable], span: Span) -> Bindable:
    try:
        return bound.unwrap()
    except OptionError as error:
        raise error.at(span) from error


def _at(problem: Problem, span: Span) -> ScriptError:
    return ScriptError.of([replace(problem, span=span)])


def _path_option(path: MappedText) -> GivenOption:
    return GivenOption("path", path.text, path, path)


def _written_places(operator: Operator) -> tuple[str, ...]:
    """Where a command writes, as a later load finds it; all of a connection it works on."""
    connection = getattr(operator, "connection", None)
    return (connection_place(connection),) if connection else operator.written_paths()


def _last_part(path: str) -> str:
    return path.strip("/").rpartition("/")[2]
