"""What names mean while one template is expanded, and how much it may still ask for."""

from __future__ import annotations

from dataclasses import dataclass

from headrace.errors import ScriptError, suggest
from headrace.graph.span import Span
from headrace.language.scalars import Unknown, Value
from headrace.language.template_methods import MAX_CHARACTERS
from headrace.language.template_parser import LOOP_MEMBERS
from headrace.language.variables import UnknownVariable, Variable, Variables

MAX_WORK = 500_000
"""Most nodes that one expansion may visit, loops counted each time round."""

MAX_REFERENCES = 40
"""How deep variables that were set to unfinished texts may name one another."""


@dataclass(frozen=True, slots=True)
class Loop:
    """``$foreach`` in a loop's body: which item this is, of how many."""

    index: int
    length: int

    def member(self, name: str) -> Value:
        members: dict[str, Value] = {
            "index": self.index,
            "count": self.index + 1,
            "hasNext": self.index + 1 < self.length,
            "first": self.index == 0,
            "last": self.index + 1 == self.length,
        }
        if name not in members:
            raise ScriptError(
                f"$foreach has no '{name}'", hint=suggest(name, LOOP_MEMBERS), code="template"
            )
        return members[name]


class Room:
    """What is left of the limits; shared by an expansion and those inside it."""

    def __init__(self, text: str) -> None:
        self._work = MAX_WORK
        # The text itself may be as long as a script may be; the limit is for what is added.
        self._characters = MAX_CHARACTERS + len(text)

    def step(self, weight: int = 1) -> None:
        """One node visited, or work worth as many."""
        self._work -= weight
        if self._work < 0:
            raise ScriptError(
                f"the template takes more than {MAX_WORK} steps", code="template-size"
            )

    def write(self, characters: int) -> None:
        self._characters -= characters
        if self._characters < 0:
            raise ScriptError(
                f"the template makes a text of more than {MAX_CHARACTERS} characters",
                code="template-size",
            )


class Names:
    """The variables, with the names that the template itself sets.

    Collects what the text was seen to depend on: ``unknown`` values and ``hidden`` ones.
    ``using`` are the unfinished variables that led here, outermost first.
    """

    def __init__(
        self,
        variables: Variables,
        in_select: bool,
        keep_unknown: bool,
        room: Room,
        using: tuple[str, ...] = (),
    ) -> None:
        self.variables = variables
        self.in_select = in_select
        self.keep_unknown = keep_unknown
        self.room = room
        self.using = using
        self.local: dict[str, Value | Unknown] = {}
        self.loops: list[Loop] = []
        self.unknown: set[str] = set()
        self.hidden = False

    def defines(self, name: str) -> bool:
        return name in self.local or self.variables.find(name) is not None

    def variable(self, name: str, span: Span) -> Variable:
        """The variable of the script, if it may be seen here.

        Raises
        ------
        UnknownVariable : with the nearest names
        ScriptError : for a hidden one in select text
        """
        variable = self._found(name, span)
        if variable.hidden and self.in_select:
            raise ScriptError(
                f"variable '{name}' is hidden from select text",
                span=span,
                code="hidden-variable",
                hint='it was set with visible="un_select"; use it in load, save and connect',
            )
        self.hidden = self.hidden or variable.hidden
        return variable

    def inside(self, variable: Variable, span: Span) -> Names:
        """The names for expanding an unfinished variable's text.

        Raises
        ------
        ScriptError : when the variable needs itself, or too many others
        """
        using = (*self.using, variable.name)
        if variable.name in self.using or len(using) > MAX_REFERENCES:
            raise ScriptError(
                f"variable '{variable.name}' needs itself: {' → '.join(using)}",
                span=span,
                code="template",
            )
        assert variable.written is not None  # an unfinished variable has its text
        self.room.step(10 + len(variable.written.text) // 10)  # it is parsed again
        return Names(self.variables, self.in_select, False, self.room, using)

    def _found(self, name: str, span: Span) -> Variable:
        try:
            return self.variables.get(name, span)
        except UnknownVariable as error:
            known = (*self.local, *self.variables.names)
            hint = f"{suggest(name, known, 'variables')}; for a plain dollar sign write \\$"
            raise UnknownVariable(error.message, span=span, hint=hint) from None
