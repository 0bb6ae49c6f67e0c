"""From statements to steps: each statement's texts expanded, its names found, its options typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from headrace.algorithms.catalog import algorithm_names, find_algorithm
from headrace.errors import HeadraceError, OptionError, Problem, ScriptError, suggest
from headrace.graph.options import Bound, GivenOption, bind, fold
from headrace.graph.ports import MODEL, TABLE
from headrace.graph.span import MappedText, Span
from headrace.graph.step import Json, Step
from headrace.language.blocks import Block
from headrace.language.queries import QuerySyntaxError, parse_query
from headrace.language.scope import Connection, Definition, Kind, Scope
from headrace.language.syntax import (
    Command,
    Connect,
    Load,
    Option,
    Register,
    Save,
    Select,
    Sql,
    Text,
    Train,
    Unregister,
)
from headrace.operators import formats
from headrace.operators.base import WRITTEN, Operator
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
from headrace.operators.inline_table import InlineTable
from headrace.operators.load import Load as LoadOperator
from headrace.operators.options import Options
from headrace.operators.predict import predict_operator
from headrace.operators.register import register_operator
from headrace.operators.save import Save as SaveOperator
from headrace.operators.sql import SqlCommand, SqlQuery, SqlText, SqlValue
from headrace.operators.train import train_operator

INLINE_FORMATS = ("jsonStr", "csvStr", "script")
ONE_ROW = InlineTable(columns=(("value", "int"),), rows=((1,),))
"""MLSQL's built-in table ``command``, for operators that read none."""

Direct = Load | Select | Save | Train | Register | Unregister | Connect | Sql
Bindable = TypeVar("Bindable", bound=Options)
Expand = Callable[[Text, bool], MappedText]
"""Expands a text's templates; the flag tells whether it is select text."""


@dataclass
class Lowering:
    """Lowers one statement after another into the current block.

    A method raises ``HeadraceError`` where its statement makes no step. What is wrong with a
    statement that makes one all the same goes to ``report``, which may raise it.
    """

    scope: Scope
    block: Block
    expand: Expand
    report: Callable[[Problem], None]

    def statement(self, statement: Direct) -> None:
        """Any statement that needs no more than the names before it."""
        match statement:
            case Load():
                self.load(statement)
            case Select():
                self.select(statement)
            case Save():
                self.save(statement)
            case Train():
                self.train(statement)
            case Register():
                self.register(statement)
            case Unregister():
                self.unregister(statement)
            case Connect():
                self.connect(statement)
            case Sql():
                self.sql(statement)

    def load(self, statement: Load) -> Step:
        path, options = self._connected(statement)
        name = statement.format.plain
        if name.casefold() in {known.casefold() for known in INLINE_FORMATS}:
            path = self._variable_text(path)
        record = self._format(formats.read_options, name, statement.format.span)
        bound = _unwrap(bind(record, options, name), statement.span)
        operator = LoadOperator(format=formats.find(name).name, path=path.text, options=bound)
        texts = {"path": path, "format": statement.format.value}
        writer = self.scope.writer_of(self.expand(statement.path, False).text)
        links = {WRITTEN.name: writer} if writer else {}
        return self._define(statement.table, operator, links, statement.span, texts)

    def connect(self, statement: Connect) -> None:
        name = statement.format.plain
        if not statement.name.plain:
            raise ScriptError(
                "connect does not name the connection",
                span=statement.span,
                hint=f'end it with a name, as in connect {name} where url="…" as db;',
            )
        options = self.options(statement.options)
        record = self._format(formats.read_options, name, statement.format.span)
        faults = [p for p in bind(record, options, name).problems if p.span is not None]
        if faults:  # an option that is missing may still come with the load
            raise OptionError.of(faults)
        self.scope.connections[statement.name.plain.casefold()] = Connection(name, options)

    def select(self, statement: Select) -> Step:
        text = self.expand(statement.query, True)
        operator = _parsed(SqlQuery, text, self.scope)
        links = self._sql_links(operator, text)
        return self._define(statement.table, operator, links, statement.span, {"sql": text})

    def value(self, name: str, text: MappedText) -> Step:
        """A query whose answer the script itself reads."""
        operator = _parsed(SqlValue, text, self.scope)
        links = self._sql_links(operator, text)
        return self.block.add(name, operator, links, text.origin, {"sql": text})

    def sql(self, statement: Sql) -> Step:
        text = self.expand(statement.statement, True)
        operator = _parsed(SqlCommand, text, self.scope)
        targets = parse_query(text.text).targets
        self.scope.catalogue |= {target.name.casefold() for target in targets}
        links = self._sql_links(operator, text)
        return self.block.add(statement.verb, operator, links, statement.span, {"sql": text})

    def save(self, statement: Save) -> Step:
        if len({mode.plain.casefold() for mode in statement.modes}) > 1:
            last = statement.modes[-1]
            message = f"several save modes; the last one, {last.plain}, counts"
            self.report(Problem(message, last.span, None, "warning", "save-mode"))
        path, options = self._connected(statement)
        name = statement.format.plain
        record = self._format(formats.write_options, name, statement.format.span)
        bound = _unwrap(bind(record, options, name), statement.span)
        partition_by = tuple(self.expand(column, False) for column in statement.partition_by)
        operator = SaveOperator(
            format=formats.find(name).name,
            path=path.text,
            mode=_mode(statement.modes),
            options=bound,
            partition_by=tuple(column.text for column in partition_by),
        )
        texts = {"path": path, "format": statement.format.value}
        if partition_by:
            texts["partition_by"] = partition_by[0]
        links = {"table": self.find("table", statement.table)}
        name = f"save_{links['table'].name}"
        step = self.block.add(name, operator, links, statement.span, texts)
        self._note_writes(step, *operator.written_paths(), self.expand(statement.path, False).text)
        return step

    def train(self, statement: Train) -> Step:
        path = self.expand(statement.path, False)
        bound = self._operator(statement, path)
        operator = _unwrap(bound, statement.operator.span)
        texts = {**bound.texts, "path": path, "operator": statement.operator.value}
        links = self._links(operator, statement.table, path.text, texts)
        name = statement.result.plain if statement.result else _model_name(path.text)
        step = self.block.add(
            name or statement.operator.plain, operator, links, statement.span, texts
        )
        for port in operator.outputs():
            if port.type is MODEL:
                made = Definition(path.text, step.id, port.name, statement.span)
                self.scope.define("model", made)
        self._define_tables(step, statement.result)
        return step

    def register(self, statement: Register) -> Step:
        path = self.expand(statement.path, False)
        name = statement.operator.plain
        if find_algorithm(name) is None:
            raise _at(unknown_operator(name, algorithm_names()), statement.operator.span)
        function = statement.function.plain
        given = _path_option(path)
        bound = register_operator(name, self.options(statement.options), given, function)
        operator = _unwrap(bound, statement.operator.span)
        texts = {**bound.texts, "path": path, "operator": statement.operator.value}
        links = self._links(operator, None, path.text, texts)
        step = self.block.add(function, operator, links, statement.span, texts)
        output = operator.outputs()[0].name
        self.scope.define("function", Definition(function, step.id, output, statement.span))
        return step

    def unregister(self, statement: Unregister) -> None:
        found = self.find("function", statement.function)
        del self.scope.functions[found.name.casefold()]
        self.scope.unregistered[found.name.casefold()] = statement.span

    def command(self, statement: Command) -> Step | None:
        """A command that is an operator; None where no operator has its name."""
        command = find_command(statement.name.plain)
        if command is None:
            return None
        words = [self._word(argument) for argument in statement.arguments]
        try:
            call = command.read(words)
        except HeadraceError as error:
            raise error.at(statement.span) from error
        options = (*call.options, *self._connection_options(command, call))
        bound = bind(command, options, f"!{statement.name.plain}")
        operator = _unwrap(bound, statement.span)
        if throws(statement.name.plain):
            operator = operator.model_copy(update={"throw": True})
        links = {port: self._find_word(word) for port, word in call.tables.items()}
        step = self.block.add(
            call.result.text if call.result else _command_id(operator, links),
            operator,
            links,
            statement.span,
            bound.texts,
        )
        self._define_command_tables(step, operator, call.result)
        self._note_writes(step, *operator.written_paths())
        return step

    def _connection_options(
        self, command: type[CommandOperator], call: Call
    ) -> tuple[GivenOption, ...]:
        """The options of the connection that a command works on, as one record."""
        if "connection" not in command.model_fields:
            return ()
        named = next(option for option in call.options if option.key == "connection")
        connection = self.scope.connections.get(str(named.value).casefold())
        if connection is None:
            hint = suggest(str(named.value), list(self.scope.connections), "connections")
            message = f"unknown connection '{named.value}'"
            raise ScriptError(message, span=named.value_span, hint=hint, code="unknown-connection")
        record = formats.read_options(connection.format)
        options = bind(record, connection.options, connection.format).unwrap()
        return (GivenOption("options", cast(Json, options)),)

    def options(self, options: Sequence[Option]) -> tuple[GivenOption, ...]:
        """Options as written, their texts expanded."""
        return tuple(self._option(option) for option in options)

    def find(self, kind: Kind, text: Text) -> Definition:
        """What a name means.

        Raises
        ------
        ScriptError : unknown, with the nearest names
        """
        value = self.expand(text, False)
        return self._find(kind, value.text, value.origin)

    def _find(self, kind: Kind, name: str, span: Span | None) -> Definition:
        found = self.scope.find(kind, name)
        if found is None:
            raise ScriptError.of([self.scope.unknown(kind, name, span)])
        return found

    def _find_word(self, word: Word) -> Definition:
        return self._find("table", word.text, word.span)

    def _option(self, option: Option) -> GivenOption:
        key = option.key.value
        if option.value.kind in ("number", "literal", "list"):
            return GivenOption(key.text, option.data, key, option.value.value)
        value = self.expand(option.value, False)
        return GivenOption(key.text, value.text, key, value)

    def _word(self, argument: Text) -> Word:
        value = self.expand(argument, False)
        return Word(value.text, value)

    def _connected(self, statement: Load | Save) -> tuple[MappedText, tuple[GivenOption, ...]]:
        """Path and options; where the path begins with a connection's name, also its options,
        which give way to the statement's own."""
        path, own = self.expand(statement.path, False), self.options(statement.options)
        connection = self.scope.connections.get(path.text.partition(".")[0].casefold())
        if connection is None or connection.format.casefold() != statement.format.plain.casefold():
            return path, own
        overridden = {fold(option.key) for option in own}
        taken = [option for option in connection.options if fold(option.key) not in overridden]
        return _after_dot(path), (*taken, *own)

    def _format(
        self, options_of: Callable[[str], type[Options]], name: str, span: Span
    ) -> type[Options]:
        try:
            return options_of(name)
        except HeadraceError as error:
            raise error.at(span) from error

    def _variable_text(self, path: MappedText) -> MappedText:
        """The text of the variable that an inline format names, at the place of its name."""
        variable = self.scope.variables.get(path.text, path.origin)
        value = MappedText.value_at(str(variable.value), path.origin)
        return self.expand(Text("string", value, path.origin), False)

    def _operator(self, statement: Train, path: MappedText) -> Bound[Any]:
        name, options = statement.operator.plain, self.options(statement.options)
        if find_algorithm(name) is not None:
            make = predict_operator if statement.verb == "predict" else train_operator
            return make(name, options, _path_option(path))
        operator = find_operator(name)
        if operator is None or statement.verb not in (*operator.verbs, "train"):
            known = algorithm_names() if statement.verb == "predict" else _trainable()
            raise _at(unknown_operator(name, known), statement.operator.span)
        return bind_operator(operator, options, _path_option(path))

    def _links(
        self, operator: Operator, table: Text | None, path: str, texts: Mapping[str, MappedText]
    ) -> dict[str, Definition]:
        """Fill the ports: ``table`` by the statement's own, ``model`` by the path, and a port
        that is called as an option by the table which that option names."""
        links: dict[str, Definition] = {}
        for port in operator.inputs():
            named = getattr(operator, port.name, None)
            if port.name == "table" and table is not None:
                links["table"] = self._statement_table(table)
            elif port.type is MODEL:
                model = self.scope.find("model", path)
                if model is not None:
                    links[port.name] = model
            elif isinstance(named, str):
                text = texts.get(port.name)
                links[port.name] = self._find("table", named, text.origin if text else None)
        return links

    def _statement_table(self, table: Text) -> Definition:
        if table.plain.casefold() == "command" and self.scope.find("table", "command") is None:
            step = self.block.add("command", ONE_ROW, {}, table.span)
            return Definition("command", step.id, "table", table.span)
        return self.find("table", table)

    def _sql_links(self, operator: SqlText, text: MappedText) -> dict[str, Definition]:
        links: dict[str, Definition] = {}
        for reference in parse_query(operator.sql).tables:
            found = self.scope.find("table", reference.name)
            if found is not None:
                links[_port_of(reference.name, operator.tables)] = found
            elif not self._in_catalogue(reference.name):
                span = text.span(reference.start, reference.end)
                self.report(self.scope.unknown("table", reference.name, span))
        for problem in self._unregistered_calls(operator, text):
            self.report(problem)
        for name in operator.functions:
            function = self.scope.find("function", name)
            if function is not None:
                links[operator.function_port(name)] = function
        return links

    def _unregistered_calls(self, operator: SqlText, text: MappedText) -> Iterator[Problem]:
        """Calls of functions that were taken away; the engine may still know them."""
        for call in parse_query(operator.sql).functions:
            gone = self.scope.unregistered.get(call.name.casefold())
            if gone is not None and self.scope.find("function", call.name) is None:
                message = f"function '{call.name}' is no longer registered"
                span = text.span(call.start, call.end)
                hint = f"it was unregistered at {gone.label}"
                yield Problem(message, span, hint, code="unknown-function")

    def _in_catalogue(self, name: str) -> bool:
        return "." in name or name.casefold() in self.scope.catalogue

    def _define(
        self,
        table: Text,
        operator: Operator,
        links: Mapping[str, Definition],
        span: Span,
        texts: Mapping[str, MappedText],
    ) -> Step:
        name = self.expand(table, False).text
        step = self.block.add(name, operator, links, span, {**texts, "table": table.value})
        self.scope.define("table", Definition(name, step.id, "table", table.span))
        return step

    def _define_tables(self, step: Step, result: Text | None) -> None:
        tables = [port for port in step.operator.outputs() if port.type is TABLE]
        if not tables:
            return
        name = result.plain if result else step.id
        made = Definition(name, step.id, tables[0].name, result.span if result else step.span)
        if result:
            self.scope.define("table", made)
        else:
            self.scope.last_table = made

    def _note_writes(self, step: Step, *paths: str) -> None:
        for path in paths:
            made = Definition(path, step.id, WRITTEN.name, step.span)
            self.scope.written[path] = made

    def _define_command_tables(
        self, step: Step, operator: CommandOperator, result: Word | None
    ) -> None:
        tables = [port.name for port in operator.outputs() if port.type is TABLE]
        if tables == ["table"]:
            made = Definition(result.text if result else step.id, step.id, "table", step.span)
            if result:
                self.scope.define("table", made)
            else:
                self.scope.last_table = made
            return
        for name in tables:
            self.scope.define("table", Definition(name, step.id, name, step.span))


def _trainable() -> tuple[str, ...]:
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


def _after_dot(path: MappedText) -> MappedText:
    """``TABLE`` of ``DB.TABLE``; empty where only the connection is named."""
    first, _, table = path.text.partition(".")
    start = len(first) + 1 if table else len(path.text)
    return path.slice(start, len(path.text))


def _mode(modes: Sequence[Text]) -> Any:
    known = {"overwrite": "overwrite", "append": "append", "ignore": "ignore"}
    return known.get(modes[-1].plain.casefold(), "errorIfExists") if modes else "errorIfExists"


def _model_name(path: str) -> str:
    return path.strip("/").rpartition("/")[2]


def _port_of(name: str, ports: Sequence[str]) -> str:
    return next(port for port in ports if port.casefold() == name.casefold())


def _command_id(operator: CommandOperator, links: Mapping[str, Definition]) -> str:
    """A step without a name of its own is called after the command and its table."""
    table = links.get("table")
    return f"{operator.operator_name}_{table.name}" if table else operator.operator_name
