"""What names mean at one place of a script: tables, functions, models, connections, variables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from headrace.errors import Problem, suggest
from headrace.graph.options import GivenOption
from headrace.graph.span import Span
from headrace.language.secrets import Secrets
from headrace.language.syntax import For, If, Load, Register, Select, Set, Statement, Train
from headrace.language.variables import Variable, Variables

Kind = Literal["table", "function", "model"]
KINDS: tuple[Kind, ...] = ("table", "function", "model")
Unknown = Callable[[Kind, str, Span | None], "Definition"]


@dataclass(frozen=True, slots=True)
class Definition:
    """What a name stands for: an output of a step."""

    name: str
    step: str
    output: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """A database that ``connect`` named: options that ``load`` and ``save`` take over."""

    format: str
    options: tuple[GivenOption, ...]


@dataclass(frozen=True, slots=True)
class Skipped:
    """Why a name that the script would define is not defined: what was passed over, and where."""

    what: Literal["a branch that was not taken", "a loop that had nothing to run over"]
    span: Span


@dataclass
class Scope:
    """The names that statements have defined so far.

    Tables and functions are found whatever their case, as in Spark; models by ``model_key``.
    ``catalogue`` holds the tables that SQL statements made, and the step that did; ``written``
    the places that earlier steps write; ``skipped`` the names of branches that were not taken.
    ``open`` says that statements have defined names that only a run knows, so that a name which
    is not here may exist all the same; ``lost_connections`` are those whose statement is faulty.
    """

    variables: Variables
    tables: dict[str, Definition] = field(default_factory=dict)
    functions: dict[str, Definition] = field(default_factory=dict)
    models: dict[str, Definition] = field(default_factory=dict)
    connections: dict[str, Connection] = field(default_factory=dict)
    lost_connections: frozenset[str] = frozenset()
    catalogue: dict[str, str] = field(default_factory=dict)
    written: dict[str, Definition] = field(default_factory=dict)
    unregistered: dict[str, Span] = field(default_factory=dict)
    skipped: dict[str, Skipped] = field(default_factory=dict)
    last_table: Definition | None = None
    open: bool = False
    secrets: Secrets = field(default_factory=Secrets)

    def copy(self) -> Scope:
        """The same names; what is defined in the copy stays there. Secrets are shared."""
        return replace(
            self,
            tables=dict(self.tables),
            functions=dict(self.functions),
            models=dict(self.models),
            connections=dict(self.connections),
            catalogue=dict(self.catalogue),
            written=dict(self.written),
            unregistered=dict(self.unregistered),
            skipped=dict(self.skipped),
        )

    def names(self, kind: Kind) -> tuple[str, ...]:
        return tuple(definition.name for definition in self._of(kind).values())

    def find(self, kind: Kind, name: str) -> Definition | None:
        return self._of(kind).get(name if kind == "model" else name.casefold())

    def define(self, kind: Kind, definition: Definition) -> None:
        """Give a name its meaning from here on."""
        name = definition.name
        self._of(kind)[name if kind == "model" else name.casefold()] = definition
        if kind == "table":
            self.last_table = definition

    def set(self, variable: Variable, *, only_if_unset: bool = False) -> None:
        """Give a variable its value from here on; what it hides is a secret."""
        self.variables = self.variables.defining(variable, only_if_unset=only_if_unset)
        if variable.hidden and isinstance(variable.value, str):
            self.secrets.add(variable.value)

    def writer_of(self, place: str) -> Definition | None:
        """What wrote this place, or a folder or connection above it, earlier in the script."""
        known = (
            written
            for written in self.written
            if place.rstrip("/") == written.rstrip("/")
            or place.startswith(written if written.endswith(".") else f"{written.rstrip('/')}/")
        )
        return next((self.written[written] for written in known), None)

    def unknown(self, kind: Kind, name: str, span: Span | None) -> Problem:
        """The problem of a name that nothing defines, with why or with what exists."""
        skipped = self.skipped.get(name.casefold())
        if skipped is not None:
            message = f"{kind} '{name}' is defined only in {skipped.what}"
            hint = f"that is at {skipped.span.label}"
            return Problem(message, span, hint, code=f"unknown-{kind}")
        hint = suggest(name, self.names(kind), f"{kind}s")
        return Problem(f"unknown {kind} '{name}'", span, hint, code=f"unknown-{kind}")

    def skip(self, statements: Iterable[Statement], why: Skipped) -> None:
        """Remember what statements that do not run would have defined."""
        for _, name in definitions_in(statements):
            self.skipped[name.casefold()] = why

    def merge(self, arms: Sequence[Scope], unknown: Unknown) -> None:
        """After arms of which one will have run: what they agree on stays known.

        Where an arm does not define a name that the others do, the others' meaning holds: after
        that arm using it is an error of the run.

        Parameters
        ----------
        arms : the scope at the end of each
        unknown : makes a definition, by kind, name and place, of which nothing is known
        """
        self.variables = self.variables.forgetting(_changed_variables(self, arms))
        for kind in KINDS:
            self._merge(kind, arms, unknown)
        for arm in arms:
            self.connections |= arm.connections
            self.catalogue |= arm.catalogue
            self.written |= arm.written
            self.lost_connections |= arm.lost_connections
            self.open = self.open or arm.open
        self.last_table = self._last_of(arms, unknown)

    def keeping(self, ran: Callable[[str], bool], before: Scope) -> None:
        """After a text that failed: names of steps that did not run mean what they did before."""
        for kind in KINDS:
            mine, old = self._of(kind), before._of(kind)
            for key in [key for key, made in mine.items() if not ran(made.step)]:
                del mine[key]
                if key in old:
                    mine[key] = old[key]
        self.catalogue = {k: step for k, step in self.catalogue.items() if ran(step)}
        self.written = {k: made for k, made in self.written.items() if ran(made.step)}

    def _merge(self, kind: Kind, arms: Sequence[Scope], unknown: Unknown) -> None:
        mine = self._of(kind)
        for key in dict.fromkeys(key for arm in arms for key in arm._of(kind)):
            meanings = [made for arm in arms if (made := arm._of(kind).get(key))]
            first = meanings[0]
            same = all(meaning == first for meaning in meanings)
            mine[key] = first if same else unknown(kind, first.name, first.span)

    def _last_of(self, arms: Sequence[Scope], unknown: Unknown) -> Definition | None:
        last = [arm.last_table for arm in arms if arm.last_table]
        if not last or all(made == last[0] for made in last):
            return last[0] if last else None
        return unknown("table", last[0].name, last[0].span)

    def _of(self, kind: Kind) -> dict[str, Definition]:
        return {"table": self.tables, "function": self.functions, "model": self.models}[kind]


def definitions_in(statements: Iterable[Statement]) -> Iterator[tuple[Kind, str]]:
    """The tables and functions that statements define, also in branches inside them, as written."""
    for statement in statements:
        match statement:
            case Load(table=name) | Select(table=name):
                yield "table", name.plain
            case Register(function=name):
                yield "function", name.plain
            case Train(result=name) if name is not None:
                yield "table", name.plain
            case If() | For():
                yield from definitions_in(statements_inside(statement))
            case _:
                pass


def variables_set_in(statements: Iterable[Statement]) -> set[str]:
    """The variables that statements set, also in branches inside them."""
    names: set[str] = set()
    for statement in statements:
        if isinstance(statement, Set):
            names.add(statement.key.plain)
        elif isinstance(statement, If | For):
            names |= variables_set_in(statements_inside(statement))
    return names


def statements_inside(statement: If | For) -> Iterator[Statement]:
    """The statements of all arms, or of the body."""
    if isinstance(statement, For):
        yield from statement.body
    else:
        for arm in statement.arms:
            yield from arm.body


def _changed_variables(before: Scope, arms: Sequence[Scope]) -> set[str]:
    old = before.variables.defined
    return {
        name
        for arm in arms
        for name, variable in arm.variables.defined.items()
        if old.get(name) != variable
    }


class StepIds:
    """Ids that are unique in a session, whatever their case, because engines fold view names."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}  # a loop may define one name many thousand times

    def new(self, name: str, endings: Sequence[str] = ()) -> str:
        """``name`` itself the first time, then ``name_2``, ``name_3``, …

        With ``endings``, the id followed by each of them is taken too.
        """
        count = self._next.get(name, 1)
        while not self._free(_numbered(name, count), endings):
            count += 1
        self._next[name] = count + 1
        step_id = _numbered(name, count)
        self._taken.update(f"{step_id}{ending}".casefold() for ending in ("", *endings))
        return step_id

    def _free(self, step_id: str, endings: Sequence[str]) -> bool:
        return not any(f"{step_id}{ending}".casefold() in self._taken for ending in ("", *endings))


def _numbered(name: str, count: int) -> str:
    return name if count == 1 else f"{name}_{count}"
