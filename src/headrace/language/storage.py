"""``load``, ``save`` and ``connect``: from statements on files and databases to steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from headrace.errors import HeadraceError, OptionError, Problem, ScriptError, suggest
from headrace.graph.options import GivenOption, bind, fold, names_by_fold
from headrace.graph.protocols import SaveMode
from headrace.graph.span import MappedText
from headrace.graph.step import Step
from headrace.language.host import NotKnownYet
from headrace.language.links import Names
from headrace.language.scalars import Unknown, as_text
from headrace.language.scope import Connection, Definition
from headrace.language.syntax import Connect, Load, Save, Text
from headrace.language.templates import expand
from headrace.operators import formats
from headrace.operators.base import WRITTEN
from headrace.operators.load import Load as LoadOperator
from headrace.operators.options import Options
from headrace.operators.save import Save as SaveOperator

INLINE_FORMATS = ("jsonstr", "csvstr", "script")
SAVE_MODES: dict[str, SaveMode] = {
    "overwrite": "overwrite",
    "append": "append",
    "ignore": "ignore",
    "errorifexists": "errorIfExists",
}


@dataclass(frozen=True, slots=True)
class Place:
    """What a statement's path means: the format's own path, its options, and a name of the
    place by which a later ``load`` finds what an earlier statement wrote."""

    path: MappedText
    options: tuple[GivenOption, ...]
    name: str


@dataclass
class Storage:
    """Lowers statements that read or write places outside the session."""

    names: Names

    def load(self, statement: Load) -> Step:
        record = _options_record(formats.read_options, statement.format)
        place = self._place(statement, record)
        name, path = statement.format.plain, place.path
        if name.casefold() in INLINE_FORMATS:
            path = self._variable_text(path)
        options = self._bound(record, statement, place)
        operator = LoadOperator(format=formats.find(name).name, path=path.text, options=options)
        texts = {"path": path, "format": statement.format.value, "table": statement.table.value}
        writer = self.names.scope.writer_of(place.name)
        links = {WRITTEN.name: writer} if writer else {}
        table = self.names.new_name(statement.table, "table")
        step = self.names.block.add(table, operator, links, statement.span, texts)
        self.names.define("table", table, step, "table", statement.table.span)
        return step

    def save(self, statement: Save) -> Step:
        self._warn_of_modes(statement.modes)
        record = _options_record(formats.write_options, statement.format)
        place = self._place(statement, record)
        options = self._bound(record, statement, place)
        partition_by = [self.names.text(column) for column in statement.partition_by]
        operator = SaveOperator(
            format=formats.find(statement.format.plain).name,
            path=place.path.text,
            mode=_mode(statement.modes),
            options=options,
            partition_by=tuple(column.text for column in partition_by),
        )
        texts = {"path": place.path, "format": statement.format.value}
        if partition_by:
            texts["partition_by"] = _listed(partition_by)
        links = {"table": self.names.find("table", statement.table)}
        name = f"save_{links['table'].name}"
        step = self.names.block.add(name, operator, links, statement.span, texts)
        self.note_writes(step, place.name)
        return step

    def connect(self, statement: Connect) -> None:
        format_name = statement.format.plain
        if not statement.name.plain:
            raise ScriptError(
                "connect does not name the connection",
                span=statement.span,
                hint=f'end it with a name, as in connect {format_name} where url="…" as db;',
            )
        name = self.names.new_name(statement.name, "connection")
        options = self.names.options(statement.options)
        record = _options_record(formats.read_options, statement.format)
        of_loads = [option for option in options if not _only_for_saves(option, format_name)]
        faults = [p for p in bind(record, of_loads, format_name).problems if p.span is not None]
        if faults:  # an option that is missing may still come with the load
            raise OptionError.of(faults)
        self.names.scope.connections[name.casefold()] = Connection(format_name, options)

    def connection_options(self, named: GivenOption) -> Options:
        """The options of a connection, as one record.

        Raises
        ------
        ScriptError : when nothing has named it
        OptionError : when it lacks an option
        """
        name = str(named.value)
        connection = self._connection(name)
        if connection is None:
            hint = suggest(name, list(self.names.scope.connections), "connections")
            message = f"unknown connection '{name}'"
            raise ScriptError(message, span=named.value_span, hint=hint, code="unknown-connection")
        record = formats.read_options(connection.format)
        options = known_options(record, connection.options)
        return bind(record, options, connection.format).unwrap()

    def note_writes(self, step: Step, *places: str) -> None:
        """Let later loads of these places come after the step."""
        for place in places:
            made = Definition(place, step.id, WRITTEN.name, step.span)
            self.names.scope.written[place] = made

    def _connection(self, name: str) -> Connection | None:
        if name.casefold() in self.names.scope.lost_connections:
            raise NotKnownYet
        return self.names.scope.connections.get(name.casefold())

    def _place(self, statement: Load | Save, record: type[Options]) -> Place:
        """Path and options; where the path begins with a connection's name, also its options,
        which give way to the statement's own."""
        path, own = self.names.text(statement.path), self.names.options(statement.options)
        name, format_name = path.text.partition(".")[0], statement.format.plain.casefold()
        connection = self._connection(name) if format_name == "jdbc" else None
        if connection is None or connection.format.casefold() != format_name:
            return Place(path, own, path.text)
        names = names_by_fold(record)
        overridden = {names.get(fold(option.key)) for option in own}
        shared = known_options(record, connection.options)
        taken = [option for option in shared if names[fold(option.key)] not in overridden]
        table = _after_dot(path)
        return Place(table, (*taken, *own), f"{connection_place(name)}{table.text}")

    def _bound(self, record: type[Options], statement: Load | Save, place: Place) -> Options:
        bound = bind(record, place.options, statement.format.plain)
        try:
            return bound.unwrap()
        except OptionError as error:
            raise self._about_connections(error, place).at(statement.span) from error

    def _about_connections(self, error: OptionError, place: Place) -> OptionError:
        """The error; where a database's address is missing, with the connections there are."""
        first, dot, _ = place.path.text.partition(".")
        if not dot or not error.message.endswith("needs the option 'url'"):
            return error
        known = suggest(first, list(self.names.scope.connections), "connections")
        hint = f'or connect before: connect jdbc where url="…" as {first}; {known}'
        first_problem, *others = error.problems
        return OptionError.of([replace(first_problem, hint=hint), *others])

    def _variable_text(self, path: MappedText) -> MappedText:
        """The text of the variable that an inline format names, at the place of its name.

        Raises
        ------
        ScriptError : for a variable that is undefined, hidden, or set to a text which is
        NotKnownYet : for one that only a run gives
        """
        variables = self.names.scope.variables
        variable = variables.get(path.text, path.origin)
        if variable.hidden:
            message = f"variable '{variable.name}' is hidden, and a table would show it"
            hint = 'it was set with visible="un_select"'
            raise ScriptError(message, span=path.origin, hint=hint, code="hidden-variable")
        value = variable.value
        if variable.deferred and variable.written is not None:
            expansion = expand(variable.written, variables)
            value = Unknown(expansion.unknown) if expansion.unknown else expansion.text.text
        if isinstance(value, Unknown):
            raise NotKnownYet
        return MappedText.value_at(as_text(value), path.origin)

    def _warn_of_modes(self, modes: Sequence[Text]) -> None:
        if len({mode.plain.casefold() for mode in modes}) > 1:
            message = f"several save modes; the last one, {modes[-1].plain}, counts"
            problem = Problem(message, modes[-1].span, None, "warning", "save-mode")
            self.names.report(problem)


def connection_place(name: str) -> str:
    """What the names of a connection's places begin with; files are called otherwise."""
    return f"jdbc:{name.casefold()}."


def known_options(record: type[Options], options: Sequence[GivenOption]) -> tuple[GivenOption, ...]:
    """Those of a connection's options that a record has: loads and saves have different ones."""
    names = names_by_fold(record)
    return tuple(option for option in options if fold(option.key) in names)


def _only_for_saves(option: GivenOption, format_name: str) -> bool:
    if not formats.is_writable(format_name):
        return False
    readable = names_by_fold(formats.read_options(format_name))
    writable = names_by_fold(formats.write_options(format_name))
    return fold(option.key) in writable.keys() - readable.keys()


def _options_record(options_of: Callable[[str], type[Options]], name: Text) -> type[Options]:
    try:
        return options_of(name.plain)
    except HeadraceError as error:
        raise error.at(name.span) from error


def _after_dot(path: MappedText) -> MappedText:
    """``TABLE`` of ``DB.TABLE``; empty where only the connection is named."""
    first, _, table = path.text.partition(".")
    start = len(first) + 1 if table else len(path.text)
    return path.slice(start, len(path.text))


def _mode(modes: Sequence[Text]) -> SaveMode:
    return SAVE_MODES[modes[-1].plain.casefold()] if modes else "errorIfExists"


def _listed(columns: Sequence[MappedText]) -> MappedText:
    """The columns as one text, each still mapped to where it stood."""
    parts = [columns[0]]
    for column in columns[1:]:
        parts += [MappedText.value_at(", ", column.origin), column]
    return MappedText.joined(parts)
