"""Walks a script in the order of its lines: the one reading of it, for checking and for running.

Straight-line statements gather in a block, which becomes one pipeline. ``!if``, ``!for`` and
``set … type="sql"`` part the blocks, because the text after them depends on data. What differs
between a check and a run is the ``Host``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from headrace.errors import HeadraceError, Problem, ScriptError, suggest
from headrace.graph.options import Options, bind, parameter
from headrace.graph.pipeline import Pipeline
from headrace.graph.span import MappedText, Span
from headrace.graph.step import Json
from headrace.language.blocks import Block
from headrace.language.expression_parser import parse_condition
from headrace.language.expressions import (
    Scalar,
    Verdict,
    evaluate,
    evaluate_text,
    find_runtime_expressions,
)
from headrace.language.includes import (
    IncludeSettings,
    Libraries,
    fetch_library,
    resolve_include,
)
from headrace.language.lowering import Lowering
from headrace.language.macros import expand_macro, macro_text
from headrace.language.parser import parse
from headrace.language.scalars import Unknown, Value, as_text
from headrace.language.scope import Definition, Kind, Scope, StepIds, defined_names
from headrace.language.syntax import (
    Arm,
    Command,
    For,
    If,
    Include,
    Register,
    Set,
    Statement,
    Text,
    Train,
)
from headrace.language.templates import expand, text_variable
from headrace.language.variables import Variable
from headrace.operators.catalog import COMMANDS, LATER_COMMANDS, later
from headrace.operators.conf import SetConf
from headrace.operators.inline_table import InlineCell, InlineTable

MAX_ITERATIONS = 100_000
"""How often the body of one ``!for`` may run."""

OWN_COMMANDS = ("lastCommand", "lastTableName", "show")
"""Commands that only name things, or list names."""

LAST_TABLE_NAME = "__last_table_name__"


class SetOptions(Options):
    """What may stand after ``set k = v where``."""

    type: Literal["", "text", "sql", "conf", "shell", "defaultParam"] = parameter(
        "", title="What the value is: a text, a query, an engine setting, a command, a default"
    )
    scope: Literal["", "request", "session"] = parameter("", title="How long it lives")
    visible: Literal["", "un_select"] = parameter("", title="un_select hides it from select text")
    mode: str = parameter("", title="MLSQL's: accepted, without effect")


class NotKnownYet(Exception):  # noqa: N818 - a check's signal, never an error of the user's
    """A text hangs on a value that only a run gives."""


class Host(Protocol):
    """What a check and a run do differently."""

    def run_block(self, pipeline: Pipeline) -> None:
        """Run the block, or check it."""

    def report(self, problem: Problem) -> None:
        """Something is wrong: a check collects it, a run raises it unless it is a warning."""

    def failed(self, error: HeadraceError) -> None:
        """A statement is faulty: a check collects its problems, a run raises the error."""

    def mention(self, span: Span) -> None:
        """A statement hangs on what only a run gives; it may use any name in its text."""

    def alternatives(self, steps: Iterable[str]) -> None:
        """These steps' tables have one name after a branch that only a run decides."""

    @property
    def scalar(self) -> Scalar | None:
        """Runs one SQL expression; None while there is no engine to ask."""

    def cells(self, definition: Definition) -> tuple[str, ...] | None:
        """The first column of a table as texts; None where only a run can tell."""

    def shell(self, command: MappedText) -> str | None:
        """The output of a command, where the workspace allows it."""


@dataclass
class Program:
    """A script in progress: the scope that it has built, and the block that it is building.

    ``includes`` says what may be brought in, ``libraries`` what has been.
    """

    scope: Scope
    host: Host
    includes: IncludeSettings
    libraries: Libraries = field(default_factory=Libraries)
    block: Block = field(default_factory=lambda: Block(StepIds()))

    def run(self, statements: Iterable[Statement]) -> None:
        """Walk all statements, and hand over the last block."""
        self.walk(statements)
        self.flush()

    def walk(self, statements: Iterable[Statement]) -> None:
        for statement in statements:
            try:
                self._statement(statement)
            except NotKnownYet:
                self._define_unknown(statement)
                self.host.mention(statement.span)
            except HeadraceError as error:
                self._define_unknown(statement)
                self.host.failed(error.at(statement.span))

    def flush(self) -> None:
        """Hand the block to the host; what follows may depend on what it gives."""
        if self.block:
            self.host.run_block(self.block.take())

    def expand(self, text: Text, in_select: bool = False) -> MappedText:
        """A text with its variables and, in option values, its run-time expressions."""
        expansion = expand(text.value, self.scope.variables, in_select=in_select)
        if expansion.unknown:
            raise NotKnownYet
        if in_select or ":{" not in expansion.text.text:
            return expansion.text
        return self._evaluated(expansion.text)

    def _evaluated(self, text: MappedText) -> MappedText:
        """An option's value with each ``:{expression}`` replaced by what it gives now."""
        parts: list[MappedText] = []
        end = 0
        for found in find_runtime_expressions(text):
            value = evaluate_text(found.expression, self.scope.variables, self.host.scalar)
            if value is None:
                raise NotKnownYet
            parts.append(text.slice(end, found.start))
            parts.append(MappedText.value_at(value, text.span(found.start, found.end)))
            end = found.end
        return MappedText.joined([*parts, text.slice(end, len(text.text))])

    @property
    def lowering(self) -> Lowering:
        return Lowering(self.scope, self.block, self.expand, self.host.report)

    def _statement(self, statement: Statement) -> None:
        match statement:
            case Set():
                self._set(statement)
            case Include():
                self._include(statement)
            case Command():
                self._command(statement)
            case If():
                self._if(statement)
            case For():
                self._for(statement)
            case _:
                self.lowering.statement(statement)

    def _define_unknown(self, statement: Statement) -> None:
        """Give a faulty statement's names a meaning of which nothing is known, so that what
        depends on them is not reported too."""
        if isinstance(statement, Set):
            unknown = Unknown(frozenset({statement.key.plain}))
            variable = Variable(statement.key.plain, unknown, span=statement.span)
            self.scope.variables = self.scope.variables.defining(variable)
        for name in defined_names([statement]):
            kind: Kind = "function" if isinstance(statement, Register) else "table"
            self.scope.define(kind, self.unknown(kind, name, statement.span))
        if isinstance(statement, Train):
            path = statement.path.plain
            self.scope.define("model", self.unknown("model", path, statement.span))

    def unknown(self, kind: Kind, name: str, span: Span | None) -> Definition:
        """A definition of which nothing is known."""
        return Definition(name, self.block.placeholder(name), kind, span)

    def _set(self, statement: Set) -> None:
        bound = bind(SetOptions, self.lowering.options(statement.options), "set")
        options = bound.unwrap()
        name, value = statement.key.plain, statement.value
        hidden, scope = options.visible == "un_select", options.scope or "request"
        if options.type == "conf":
            self._configure(statement)
            return
        kind = "shell" if value.kind == "quoted_name" else options.type
        if kind == "sql":
            variable = Variable(name, self._first_cell(statement), None, False, hidden, scope)
        elif kind == "shell":
            output = self.host.shell(self.expand(value))
            unknown = Unknown(frozenset({name}))
            found = unknown if output is None else output
            variable = Variable(name, found, None, False, hidden, scope)
        else:
            variable = text_variable(
                name,
                value.value,
                self.scope.variables,
                hidden=hidden,
                scope=scope,
                span=statement.span,
            )
        default = options.type == "defaultParam"
        self.scope.variables = self.scope.variables.defining(variable, only_if_unset=default)

    def _configure(self, statement: Set) -> None:
        value = self.expand(statement.value)
        operator = SetConf(key=statement.key.plain, value=value.text)
        texts = {"key": statement.key.value, "value": value}
        self.block.add("conf", operator, {}, statement.span, texts)

    def _first_cell(self, statement: Set) -> str | Unknown:
        name = statement.key.plain
        cells = self._query_cells(f"set_{name}", statement.value)
        if cells is None:
            return Unknown(frozenset({name}))
        if not cells:
            raise ScriptError(
                f"the query of '{name}' gives no row", span=statement.value.span,
                hint="an aggregate such as max(…) always gives one", code="empty-query",
            )  # fmt: skip
        return cells[0]

    def _query_cells(self, name: str, query: Text) -> tuple[str, ...] | None:
        step = self.lowering.value(name, self.expand(query, True))
        self.flush()
        return self.host.cells(Definition(name, step.id, "table", query.span))

    def _include(self, statement: Include) -> None:
        kind, path = statement.kind.plain, self.expand(statement.path)
        options = {
            option.key: str(option.value) for option in self.lowering.options(statement.options)
        }
        if kind.casefold() == "lib":
            library = fetch_library(path, options, self.includes)
            self.libraries = self.libraries.including(library)
            return
        source = resolve_include(kind, path, statement.span, self.includes, self.libraries)
        self.walk(parse(source).statements)

    def _command(self, statement: Command) -> None:
        name = statement.name.plain.casefold()
        if name == "show" and self._show_names(statement):
            return
        if name == "lastcommand":
            self._name_last_table(statement)
        elif name == "lasttablename":
            last = self._last_table(statement)
            variable = Variable(LAST_TABLE_NAME, last.name, span=statement.span)
            self.scope.variables = self.scope.variables.defining(variable)
        elif self.lowering.command(statement) is None and not self._macro(statement):
            raise ScriptError.of([self._unknown_command(statement)])

    def _show_names(self, statement: Command) -> bool:
        """``!show tables|functions|variables``: the names of the session, as a table."""
        words = [self.expand(argument).text for argument in statement.arguments]
        kind = words[0].casefold() if len(words) == 1 else ""
        rows: list[tuple[InlineCell, ...]]
        columns: tuple[tuple[str, str], ...] = (("name", "string"),)
        if kind == "variables":
            rows = [(v.name, _shown(v)) for v in self.scope.variables.defined.values()]
            columns = (("name", "string"), ("value", "string"))
        elif kind == "tables":
            rows = [(table,) for table in self.scope.names("table")]
        elif kind == "functions":
            rows = [(function,) for function in self.scope.names("function")]
        else:
            return False
        operator = InlineTable(columns=columns, rows=tuple(rows))
        step = self.block.add(f"show_{kind}", operator, {}, statement.span)
        self.scope.last_table = Definition(step.id, step.id, "table", statement.span)
        return True

    def _name_last_table(self, statement: Command) -> None:
        words = [self.expand(argument).text for argument in statement.arguments]
        if len(words) != 2 or words[0].casefold() != "named":
            raise ScriptError(
                "!lastCommand takes a name for the last table", span=statement.span,
                hint="usage: !lastCommand named TABLE;", code="command-usage",
            )  # fmt: skip
        last = self._last_table(statement)
        self.scope.define("table", replace(last, name=words[1]))

    def _last_table(self, statement: Command) -> Definition:
        if self.scope.last_table is None:
            message = f"no statement before !{statement.name.plain} has made a table"
            raise ScriptError(message, span=statement.span, code="command-usage")
        return self.scope.last_table

    def _macro(self, statement: Command) -> bool:
        """Run the script that a variable of the command's name holds; False for none."""
        variable = self.scope.variables.find(statement.name.plain)
        if variable is None:
            return False
        if isinstance(variable.value, Unknown):
            raise NotKnownYet
        arguments = [self._expanded(argument) for argument in statement.arguments]
        template = macro_text(variable, arguments)
        if template is None:
            return False
        surroundings = self.scope.variables.surroundings
        source = expand_macro(
            statement.name.plain, template, arguments, statement.span, surroundings
        )
        self.walk(parse(source).statements)
        return True

    def _expanded(self, text: Text) -> Text:
        return Text(text.kind, self.expand(text), text.span)

    def _unknown_command(self, statement: Command) -> Problem:
        name, span = statement.name.plain, statement.name.span
        spelt = later(name, LATER_COMMANDS)
        if spelt:
            message = f"the command !{spelt} is not available in this version"
            hint = f"available: {', '.join((*COMMANDS, *OWN_COMMANDS))}"
            return Problem(message, span, hint, code="later")
        macros = tuple(self.scope.variables.defined)
        known = (*COMMANDS, *OWN_COMMANDS, *macros)
        hint = suggest(name, known, "commands")
        return Problem(f"unknown command '!{name}'", span, hint, code="unknown-command")

    def _if(self, statement: If) -> None:
        before = self.scope.variables
        for position, arm in enumerate(statement.arms):
            verdict = self._verdict(arm)
            if verdict.holds is None:
                self._undecided(statement.arms[position:])
                break
            self.scope.variables = verdict.variables
            if verdict.holds:
                for skipped in statement.arms[position + 1 :]:
                    self.scope.skip(skipped.body, skipped.span)
                self.walk(arm.body)
                break
            self.scope.skip(arm.body, arm.span)
        self.scope.variables = self.scope.variables.leaving_block(before)

    def _verdict(self, arm: Arm) -> Verdict:
        variables = self.scope.variables
        if arm.condition is None:
            return Verdict(True, variables)
        try:
            condition = parse_condition(self.expand(arm.condition, True))
        except NotKnownYet:
            return Verdict(None, variables)
        return evaluate(condition, variables, self.host.scalar)

    def _undecided(self, arms: Sequence[Arm]) -> None:
        """Walk every arm, each from the same beginning: one of them will run."""
        self.flush()
        before, ends = self.scope, []
        for arm in arms:
            self.scope = before.copy()
            self.walk(arm.body)
            self.flush()
            ends.append(self.scope)
        if all(arm.condition is not None for arm in arms):
            ends.append(before.copy())
        self.scope = before
        before.merge(ends, self.unknown)
        self.host.alternatives(
            made.step
            for end in ends
            for name, made in end.tables.items()
            if made != before.tables[name]
        )

    def _for(self, statement: For) -> None:
        before = self.scope.variables
        items: Sequence[Value | Unknown] | None = self._items(statement)
        if items is None:
            items = [Unknown(frozenset({statement.name.plain}))]
        if len(items) > MAX_ITERATIONS:
            message = f"the loop would run {len(items):,} times; {MAX_ITERATIONS:,} are allowed"
            raise ScriptError(message, span=statement.over.span, code="loop-size")
        for item in items:
            variable = Variable(statement.name.plain, item, scope="block", span=statement.span)
            self.scope.variables = self.scope.variables.defining(variable)
            self.walk(statement.body)
        if not items:
            self.scope.skip(statement.body, statement.span)
        self.scope.variables = self.scope.variables.leaving_block(before)

    def _items(self, statement: For) -> Sequence[str] | None:
        if statement.items is None:
            return self._query_cells(f"for_{statement.name.plain}", statement.over)
        return [self._item(item, statement.over.span) for item in statement.items]

    def _item(self, item: Json, span: Span) -> str:
        if not isinstance(item, str):
            return json.dumps(item)
        text = MappedText.value_at(item, span)
        return self.expand(Text("string", text, span)).text


def _shown(variable: Variable) -> str | None:
    if variable.hidden:
        return "(hidden)"
    value = variable.value
    return None if isinstance(value, Unknown) else as_text(value)
