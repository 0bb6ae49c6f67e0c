"""What names mean at one place of a script: tables, functions, models, connections, variables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from headrace.errors import Problem, suggest
from headrace.graph.options import GivenOption
from headrace.graph.span import Span
from headrace.language.syntax import For, If, Load, Register, Select, Statement, Train
from headrace.language.variables import Variables

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


@dataclass
class Scope:
    """The names that statements have defined so far.

    Tables and functions are found whatever their case, as in Spark; models by the very path
    that they were trained at. ``written`` are the places that earlier
    steps write; ``skipped`` are names of branches that were not taken.
    """

    variables: Variables
    tables: dict[str, Definition] = field(default_factory=dict)
    functions: dict[str, Definition] = field(default_factory=dict)
    models: dict[str, Definition] = field(default_factory=dict)
    connections: dict[str, Connection] = field(default_factory=dict)
    catalogue: frozenset[str] = frozenset()
    written: dict[str, Definition] = field(default_factory=dict)
    unregistered: dict[str, Span] = field(default_factory=dict)
    skipped: dict[str, Span] = field(default_factory=dict)
    last_table: Definition | None = None

    def copy(self) -> Scope:
        """The same names; what is defined in the copy stays there."""
        return replace(
            self,
            tables=dict(self.tables),
            functions=dict(self.functions),
            models=dict(self.models),
            connections=dict(self.connections),
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

    def writer_of(self, path: str) -> Definition | None:
        """What wrote this path, or a folder or connection above it, earlier in the script."""
        known = (
            place
            for place in self.written
            if path.rstrip("/") == place.rstrip("/")
            or path.startswith(place if place.endswith(".") else f"{place.rstrip('/')}/")
        )
        return next((self.written[place] for place in known), None)

    def unknown(self, kind: Kind, name: str, span: Span | None) -> Problem:
        """The problem of a name that nothing defines, with why or with what exists."""
        skipped = self.skipped.get(name.casefold())
        if skipped is not None:
            message = f"{kind} '{name}' is defined only in a branch that was not taken"
            return Problem(
                message, span, f"the branch is at {skipped.label}", code=f"unknown-{kind}"
            )
        hint = suggest(name, self.names(kind), f"{kind}s")
        return Problem(f"unknown {kind} '{name}'", span, hint, code=f"unknown-{kind}")

    def skip(self, statements: Iterable[Statement], span: Span) -> None:
        """Remember what a branch that is not taken would have defined."""
        for name in defined_names(statements):
            self.skipped[name.casefold()] = span

    def merge(self, arms: Sequence[Scope], unknown: Unknown) -> None:
        """After arms of which one will have run: what they agree on stays known.

        Parameters
        ----------
        arms : the scope at the end of each
        unknown : makes a definition, by kind, name and place, of which nothing is known
        """
        self.variables = self.variables.forgetting(_changed_variables(self, arms))
        for kind in KINDS:
            self._merge(kind, arms, unknown)
        self.connections = {k: v for arm in arms for k, v in arm.connections.items()}
        self.catalogue = frozenset[str]().union(*(arm.catalogue for arm in arms))

    def _merge(self, kind: Kind, arms: Sequence[Scope], unknown: Unknown) -> None:
        mine = self._of(kind)
        for key in {key for arm in arms for key in arm._of(kind)}:
            meanings = [arm._of(kind).get(key) for arm in arms]
            first = next(meaning for meaning in meanings if meaning)
            same = all(meaning == first for meaning in meanings)
            mine[key] = first if same else unknown(kind, first.name, first.span)

    def _of(self, kind: Kind) -> dict[str, Definition]:
        return {"table": self.tables, "function": self.functions, "model": self.models}[kind]


def defined_names(statements: Iterable[Statement]) -> set[str]:
    """The tables and functions that statements define, also in branches inside them."""
    names: set[str] = set()
    for statement in statements:
        match statement:
            case Load(table=name) | Select(table=name) | Register(function=name):
                names.add(name.plain)
            case Train(result=name) if name is not None:
                names.add(name.plain)
            case If(arms=arms):
                names.update(*(defined_names(arm.body) for arm in arms))
            case For(body=body):
                names |= defined_names(body)
            case _:
                pass
    return names


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

    def new(self, name: str) -> str:
        """``name`` itself the first time, then ``name_2``, ``name_3``, …"""
        candidate, count = name, 1
        while candidate.casefold() in self._taken:
            count += 1
            candidate = f"{name}_{count}"
        self._taken.add(candidate.casefold())
        return candidate
