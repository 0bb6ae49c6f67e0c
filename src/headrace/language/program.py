"""Walks a script in the order of its lines: the one reading of it, for checking and for running.

Straight-line statements gather in a block, which becomes one pipeline. ``!if``, ``!for`` and
``set … type="sql"`` part the blocks, because the text after them depends on data. What differs
between a check and a run is the ``Host``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from headrace.errors import HeadraceError, Problem, ScriptError, suggest
from headrace.graph.options import Options, bind, parameter
from headrace.graph.span import MappedText, Span
from headrace.language.blocks import Block
from headrace.language.control_flow import ControlFlow
from headrace.language.expressions import evaluate_text, find_runtime_expressions
from headrace.language.host import Host, NotKnownYet
from headrace.language.includes import (
    IncludeSettings,
    Libraries,
    fetch_library,
    resolve_include,
)
from headrace.language.links import Names, model_key
from headrace.language.lowering import Lowering
from headrace.language.macros import expand_macro, macro_text
from headrace.language.naming import NAMING_COMMANDS, NamingCommands
from headrace.language.parser import parse
from headrace.language.scalars import Unknown
from headrace.language.scope import (
    Definition,
    Kind,
    Scope,
    StepIds,
    definitions_in,
    variables_set_in,
)
from headrace.language.syntax import (
    Command,
    Connect,
    For,
    If,
    Include,
    Set,
    Statement,
    Text,
    Train,
)
from headrace.language.templates import Expansion, expand, text_variable
from headrace.language.variables import Variable
from headrace.operators.catalog import COMMANDS, LATER_COMMANDS, find_command, later
from headrace.operators.conf import SetConf

ALL_COMMANDS = (*COMMANDS, *NAMING_COMMANDS)


class SetOptions(Options):
    """What may stand after ``set k = v where``."""

    type: Literal["", "text", "sql", "conf", "shell", "defaultParam"] = parameter(
        "", title="What the value is: a text, a query, an engine setting, a command, a default"
    )
    scope: Literal["", "request", "session"] = parameter("", title="How long it lives")
    visible: Literal["", "un_select"] = parameter("", title="un_select hides it from select text")
    mode: str = parameter("", title="MLSQL's: accepted, without effect")


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

    def expansion(self, text: Text, in_select: bool = False) -> Expansion:
        """A text with its variables.

        Raises
        ------
        NotKnownYet : when one of them has a value that only a run gives
        ScriptError : as ``templates.expand``, and for text that no file or engine takes
        """
        expansion = expand(text.value, self.scope.variables, in_select=in_select)
        if expansion.unknown:
            raise NotKnownYet
        if _has_surrogates(expansion.text.text):
            message = "half a character (a surrogate without its other half)"
            raise ScriptError(message, span=text.span, hint="write the character itself")
        return expansion

    def expand(self, text: Text, in_select: bool = False) -> MappedText:
        """A text with its variables and, in option values, its run-time expressions."""
        expanded = self.expansion(text, in_select).text
        if in_select:
            self._refuse_passed_secret(expanded)
            return expanded
        return self._evaluated(expanded) if ":{" in expanded.text else expanded

    def cells(self, name: str, query: Text) -> tuple[str, ...] | None:
        """The first column of a query's rows; None where only a run can tell."""
        step = self._lowering.value(name, self.expand(query, True))
        self.flush()
        return self.host.cells(Definition(name, step.id, "table", query.span))

    def unknown(self, kind: Kind, name: str, span: Span | None) -> Definition:
        """A definition of which nothing is known."""
        return Definition(name, self.block.placeholder(name), kind, span)

    @property
    def _names(self) -> Names:
        return Names(self.scope, self.block, self.expand, self.host.report)

    @property
    def _lowering(self) -> Lowering:
        return Lowering(self._names)

    def _statement(self, statement: Statement) -> None:
        match statement:
            case Set():
                self._set(statement)
            case Include():
                self._include(statement)
            case Command():
                self._command(statement)
            case If():
                ControlFlow(self).branch(statement)
            case For():
                ControlFlow(self).loop(statement)
            case _:
                self._lowering.statement(statement)

    def _refuse_passed_secret(self, text: MappedText) -> None:
        """A macro gets its arguments as text, so a hidden one is found by what it says."""
        in_macro = text.origin.source.name.startswith("!")
        if in_macro and self.scope.secrets.occur_in(text.text):
            message = "an argument of the macro is hidden from select text"
            hint = 'it was set with visible="un_select"; use it in load, save and connect'
            raise ScriptError(message, span=text.origin, hint=hint, code="hidden-variable")

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

    def _define_unknown(self, statement: Statement) -> None:
        """Give a faulty statement's names a meaning of which nothing is known, so that what
        depends on them is not reported too."""
        for kind, defined in definitions_in([statement]):
            self.scope.open = self.scope.open or "$" in defined
            self.scope.define(kind, self.unknown(kind, defined, statement.span))
        self.scope.variables = self.scope.variables.forgetting(variables_set_in([statement]))
        match statement:
            case Train(operator=operator, path=path):
                key = model_key(operator.plain, path.plain)
                self.scope.define("model", self.unknown("model", key, statement.span))
            case Connect(name=name):
                self.scope.lost_connections |= {name.plain.casefold()}
            case Include():
                self.scope.open = True
            case Command(name=name) if find_command(name.plain) is None:
                self.scope.open = True
            case _:
                pass

    def _set(self, statement: Set) -> None:
        given = self._names.options(statement.options)
        options = bind(SetOptions, given, "set").unwrap()
        if options.type == "conf":
            self._configure(statement)
            return
        only_if_unset = options.type == "defaultParam"
        self.scope.set(self._variable(statement, options), only_if_unset=only_if_unset)

    def _variable(self, statement: Set, options: SetOptions) -> Variable:
        name, value = statement.key.plain, statement.value
        hidden, scope = options.visible == "un_select", options.scope or "request"
        if value.kind == "quoted_name" or options.type == "shell":
            found = self._shell_output(name, value)
        elif options.type == "sql":
            found = self._first_cell(name, value)
        else:
            known = self.scope.variables
            return text_variable(
                name, value.value, known, hidden=hidden, scope=scope, span=statement.span
            )
        return Variable(name, found, None, False, hidden, scope, statement.span)

    def _shell_output(self, name: str, command: Text) -> str | Unknown:
        if not self.scope.variables.surroundings.allow_shell:
            raise ScriptError(
                "shell commands are not allowed here",
                span=command.span,
                hint="allow_shell = true in headrace.toml allows them",
                code="shell",
            )
        output = self.host.shell(self.expand(command))
        return Unknown(frozenset({name})) if output is None else output

    def _first_cell(self, name: str, query: Text) -> str | Unknown:
        cells = self.cells(f"set_{name}", query)
        if cells is None:
            return Unknown(frozenset({name}))
        if not cells:
            raise ScriptError(
                f"the query of '{name}' gives no row", span=query.span,
                hint="an aggregate such as max(…) always gives one", code="empty-query",
            )  # fmt: skip
        return cells[0]

    def _configure(self, statement: Set) -> None:
        value = self.expand(statement.value)
        operator = SetConf(key=statement.key.plain, value=value.text)
        texts = {"key": statement.key.value, "value": value}
        self.block.add("conf", operator, {}, statement.span, texts)

    def _include(self, statement: Include) -> None:
        kind, path = statement.kind.plain, self.expand(statement.path)
        given = self._names.options(statement.options)
        if kind.casefold() == "lib":
            options = {option.key: str(option.value) for option in given}
            library = fetch_library(path, options, self.includes)
            self.libraries = self.libraries.including(library)
            return
        source = resolve_include(kind, path, statement.span, self.includes, self.libraries)
        self.walk(parse(source).statements)

    def _command(self, statement: Command) -> None:
        if NamingCommands(self._names, self.host.alternatives).run(statement):
            return
        if self._lowering.command(statement) is None and not self._macro(statement):
            if self.scope.open:  # a macro of that name may have come with what is not known
                raise NotKnownYet
            raise ScriptError.of([self._unknown_command(statement)])

    def _macro(self, statement: Command) -> bool:
        """Run the script that a variable of the command's name holds; False for none."""
        variable = self.scope.variables.find(statement.name.plain)
        if variable is None:
            return False
        if isinstance(variable.value, Unknown):
            raise NotKnownYet
        arguments = [replace(a, value=self.expand(a)) for a in statement.arguments]
        template = macro_text(variable, arguments)
        if template is None:
            return False
        surroundings = self.scope.variables.surroundings
        source = expand_macro(
            statement.name.plain, template, arguments, statement.span, surroundings
        )
        self.walk(parse(source).statements)
        return True

    def _unknown_command(self, statement: Command) -> Problem:
        name, span = statement.name.plain, statement.name.span
        spelt = later(name, LATER_COMMANDS)
        if spelt:
            message = f"the command !{spelt} is not available in this version"
            return Problem(message, span, f"available: {', '.join(ALL_COMMANDS)}", code="later")
        if self.scope.variables.find(name) is not None:
            message = f"the variable '{name}' holds a value that was computed, not a script"
            hint = f"a macro is a text: set {name} = '''…''';"
            return Problem(message, span, hint, code="unknown-command")
        macros = (v.name for v in self.scope.variables.defined.values() if v.written is not None)
        hint = suggest(name, (*ALL_COMMANDS, *macros), "commands")
        return Problem(f"unknown command '!{name}'", span, hint, code="unknown-command")


def _has_surrogates(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)
