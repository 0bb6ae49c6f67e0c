"""Commands that only name things, or list names: ``!show``, ``!lastCommand``, ``!lastTableName``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from headrace.errors import Problem, ScriptError
from headrace.language.links import Names
from headrace.language.scalars import Unknown, as_text
from headrace.language.scope import Definition
from headrace.language.syntax import Command
from headrace.language.variables import Variable
from headrace.operators.catalog import LATER_SHOWS, later
from headrace.operators.inline_table import InlineCell, InlineTable

LAST_TABLE_NAME = "__last_table_name__"
NAMING_COMMANDS = ("lastCommand", "lastTableName")

Rows = list[tuple[InlineCell, ...]]


@dataclass(frozen=True)
class NamingCommands:
    """Runs them; ``read`` is told of steps whose tables are read by name only."""

    names: Names
    read: Callable[[Iterable[str]], None]

    def run(self, statement: Command) -> bool:
        """Run the command; False where it is none of these."""
        match statement.name.plain.casefold():
            case "show":
                return self._show(statement)
            case "lastcommand":
                self._name_last_table(statement)
            case "lasttablename":
                self._set_last_table_name(statement)
            case _:
                return False
        return True

    def _show(self, statement: Command) -> bool:
        """``!show tables|functions|variables``: the names of the session, as a table."""
        words = [self.names.text(argument).text for argument in statement.arguments]
        kind = words[0].casefold() if words else ""
        if len(words) != 1 or kind not in ("tables", "functions", "variables"):
            self._refuse_later(statement, words)
            return False
        columns = (
            {"name": "string", "value": "string"} if kind == "variables" else {"name": "string"}
        )
        operator = InlineTable(columns=tuple(columns.items()), rows=tuple(self._rows(kind)))
        step = self.names.block.add(f"show_{kind}", operator, {}, statement.span)
        self.names.define_result(step, None, statement.span)
        return True

    def _rows(self, kind: str) -> Rows:
        scope = self.names.scope
        if kind == "variables":
            return [(v.name, _shown(v)) for v in scope.variables.defined.values()]
        return [(name,) for name in scope.names("table" if kind == "tables" else "function")]

    def _refuse_later(self, statement: Command, words: list[str]) -> None:
        """Listings of later versions; a table of such a name comes first."""
        spelt = later(words[0].partition("/")[0], LATER_SHOWS) if words else None
        if spelt and self.names.scope.find("table", words[0]) is None:
            message = f"!show {spelt} is not available in this version"
            hint = "!show tables; !show functions; !show variables; and !show TABLE; are"
            span = statement.arguments[0].span
            raise ScriptError.of([Problem(message, span, hint, code="later")])

    def _name_last_table(self, statement: Command) -> None:
        words = statement.arguments
        if len(words) != 2 or self.names.text(words[0]).text.casefold() != "named":
            raise ScriptError(
                "!lastCommand takes a name for the last table", span=statement.span,
                hint="usage: !lastCommand named TABLE;", code="command-usage",
            )  # fmt: skip
        name, last = self.names.new_name(words[1], "table"), self._last_table(statement)
        self.names.scope.define("table", replace(last, name=name))

    def _set_last_table_name(self, statement: Command) -> None:
        """Make the last table's name a variable; one without a name gets that of its step."""
        last, scope = self._last_table(statement), self.names.scope
        if scope.find("table", last.name) is None:
            scope.define("table", last)
        self.read([last.step])
        scope.set(Variable(LAST_TABLE_NAME, last.name, span=statement.span))

    def _last_table(self, statement: Command) -> Definition:
        last = self.names.scope.last_table
        if last is None:
            message = f"no statement before !{statement.name.plain} has made a table"
            raise ScriptError(message, span=statement.span, code="command-usage")
        return last


def _shown(variable: Variable) -> str | None:
    if variable.hidden:
        return "(hidden)"
    value = variable.value
    if variable.deferred and variable.written is not None:
        return variable.written.text
    return None if isinstance(value, Unknown) else as_text(value)
