"""The variables that a statement sees: set ones over built-in ones. A value; changes give a new one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Literal, Self

from headrace.errors import ScriptError, suggest
from headrace.graph.span import MappedText, Span
from headrace.language.dates import DATE_PATTERN, format_date, shifted
from headrace.language.scalars import Unknown, Value

Scope = Literal["request", "session", "block"]
"""How long a variable lives: this text, all texts of the session, or one branch or loop."""

DAYS_FROM_TODAY = {"theDayBeforeYesterday": -2, "yesterday": -1, "today": 0, "tomorrow": 1}


class UnknownVariable(ScriptError):  # noqa: N818 - its parent says that it is an error
    """A name that no ``set`` before it has defined."""

    code = "unknown-variable"


@dataclass(frozen=True, slots=True)
class Variable:
    """A name and what it stands for.

    ``written`` is the text of its ``set`` before expansion. Where that text names variables
    which were not defined then (the slots of a macro, say), ``deferred`` is true: it is
    expanded where it is used, and ``value`` is empty. A ``hidden`` one never enters select text.
    """

    name: str
    value: Value | Unknown | datetime
    written: MappedText | None = field(default=None, compare=False)
    deferred: bool = False
    hidden: bool = False
    scope: Scope = "request"
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a run takes from the world, fixed when it starts.

    ``new_id`` gives names for ``uuid()``; a run that must repeat passes one that does.
    ``allow_shell`` says whether the workspace lets scripts run commands.
    """

    now: datetime
    home: str
    owner: str
    new_id: Callable[[], str]
    allow_shell: bool = False


@dataclass(frozen=True)
class Variables:
    """What names mean at one place of a script."""

    surroundings: Surroundings
    defined: Mapping[str, Variable] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def names(self) -> tuple[str, ...]:
        """All names, the script's own first."""
        return tuple(dict.fromkeys((*self.defined, *self._built_in())))

    def find(self, name: str) -> Variable | None:
        """The variable, or None; a set one hides a built-in one of the same name."""
        if name in self.defined:
            return self.defined[name]
        make = self._built_in().get(name)
        return None if make is None else Variable(name, make())

    def get(self, name: str, span: Span | None = None) -> Variable:
        """The variable.

        Raises
        ------
        UnknownVariable : placed at ``span``, with the nearest names
        """
        variable = self.find(name)
        if variable is None:
            raise UnknownVariable(
                f"unknown variable '{name}'",
                span=span,
                hint=suggest(name, self.names, "variables"),
            )
        return variable

    def defining(self, *variables: Variable, only_if_unset: bool = False) -> Self:
        """With these set; ``only_if_unset`` is what ``type="defaultParam"`` asks."""
        new = {v.name: v for v in variables if not (only_if_unset and v.name in self.defined)}
        return self._with({**self.defined, **new})

    def for_next_text(self) -> Self:
        """What outlives the request: the variables of ``scope="session"``."""
        return self._with({n: v for n, v in self.defined.items() if v.scope == "session"})

    def leaving_block(self, before: Self) -> Self:
        """After a branch or loop that began with ``before``: its own names are gone, what it
        hid is back, and what a ``set`` inside it defined stays."""
        kept = {n: v for n, v in self.defined.items() if v.scope != "block"}
        back = {n: v for n, v in before.defined.items() if n not in kept}
        return self._with({**kept, **back})

    def forgetting(self, names: Iterable[str]) -> Self:
        """With the values of these no longer known: arms of which one will run may set them."""
        return self._with({**self.defined, **{name: self._forgotten(name) for name in names}})

    def _forgotten(self, name: str) -> Variable:
        known = self.defined.get(name, Variable(name, ""))
        return replace(known, value=Unknown(frozenset({name})), deferred=False)

    def _with(self, defined: dict[str, Variable]) -> Self:
        return replace(self, defined=MappingProxyType(defined))

    def _built_in(self) -> dict[str, Callable[[], Value]]:
        at = self.surroundings
        return {
            "HOME": lambda: at.home,
            "OWNER": lambda: at.owner,
            "date": lambda: at.now,
            **{name: self._day(days) for name, days in DAYS_FROM_TODAY.items()},
        }

    def _day(self, days: int) -> Callable[[], str]:
        return lambda: format_date(shifted(self.surroundings.now, "Days", days), DATE_PATTERN)
