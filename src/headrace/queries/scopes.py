"""What a name in a query can mean: the relations, aliases and outer queries that it sees.

Names are compared whatever their case. The order of meanings is Spark's: a column of a
qualified table, a column (with fields after it), an alias of the same ``select``, a column of
the query around.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from headrace.graph.schema import Column, Schema
from headrace.queries.fields import UNKNOWN, fields_of, type_of_field

ANONYMOUS = ""
"""The name of a column that the engine names after its expression, such as ``count(1)``."""

_WORD = re.compile(r"\w+\Z")


@dataclass(frozen=True, slots=True)
class Relation:
    """A table, subquery or function in a ``from`` clause.

    ``name`` is its alias, or its own name; ``path`` the parts of the name that it was read by;
    ``complete`` is false where it may have columns that are not known.
    """

    columns: tuple[Column, ...]
    complete: bool = True
    name: str | None = None
    path: tuple[str, ...] = ()

    @classmethod
    def of_schema(cls, schema: Schema | None) -> Relation:
        return cls(schema.columns if schema else (), schema is not None)

    @property
    def label(self) -> str:
        """How messages call it."""
        return f"'{self.path[-1] if self.path else self.name}'" if self.name else "the subquery"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns if column.name != ANONYMOUS)

    def called(self, name: str | None, columns: tuple[str, ...] = ()) -> Relation:
        """The relation under an alias, its columns renamed in their order.

        The columns are new objects, as a relation that is read twice has each column twice;
        one that it holds twice itself (``select *, *``) stays one, and is not ambiguous.
        """
        if not columns:
            copies = {id(column): replace(column) for column in self.columns}
            kept = tuple(copies[id(column)] for column in self.columns)
            return Relation(kept, self.complete, name or self.name, self.path)
        renamed = tuple(
            Column(new, old.type) for new, old in zip(columns, self.columns, strict=False)
        )
        rest = tuple(Column(new, UNKNOWN) for new in columns[len(renamed) :])
        return Relation((*renamed, *rest), True, name or self.name, self.path)

    def answers_to(self, qualifier: tuple[str, ...]) -> bool:
        """Whether ``qualifier`` (folded) before a column means this relation."""
        if len(qualifier) == 1:
            return self.name is not None and self.name.casefold() == qualifier[0]
        return self._is_unaliased and qualifier == tuple(part.casefold() for part in self.path)

    @property
    def _is_unaliased(self) -> bool:
        return bool(self.path) and self.path[-1] == self.name

    def find(self, name: str) -> list[Column]:
        """The columns of that (folded) name: two where a subquery doubles one."""
        return [column for column in self.columns if column.name.casefold() == name]

    def may_have(self, name: str) -> bool:
        """Whether a column that is not listed could have this name."""
        if not self.complete:
            return True
        return not _WORD.match(name) and any(c.name == ANONYMOUS for c in self.columns)


Ctes = Mapping[str, Relation]
"""The common table expressions that a query sees, by folded name."""


@dataclass(frozen=True, slots=True)
class Found:
    """The meaning of a name; its type may be ``UNKNOWN``, its column None for what is none."""

    type: str
    column: Column | None = None


@dataclass(frozen=True, slots=True)
class Missing:
    """No meaning: the part at ``index`` of the path names nothing in ``places``.

    ``known`` are the names that could stand there; ``owner`` is the type of the value whose
    field was asked for, where the part is a field.
    """

    index: int
    places: tuple[Relation, ...] = ()
    known: tuple[str, ...] = ()
    owner: str | None = None
    is_qualifier: bool = False


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several meanings."""

    places: tuple[Relation, ...]


Meaning = Found | Missing | Ambiguous


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean at one place of a query.

    ``merged`` are the columns that ``using`` or ``natural`` made one; ``aliases`` the names of
    the ``select`` list and their types; ``aliases_first`` holds in ``order by`` and ``having``.
    """

    relations: tuple[Relation, ...] = ()
    merged: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = field(default_factory=dict)
    aliases_first: bool = False
    outer: Scope | None = None

    def seeing(self, aliases: Mapping[str, str], *, first: bool = False) -> Scope:
        return Scope(self.relations, self.merged, aliases, first, self.outer)

    def lookup(self, path: tuple[str, ...]) -> Meaning:
        """What a dotted name means here."""
        folded = tuple(part.casefold() for part in path)
        if self.aliases_first and folded[0] in self.aliases:
            return _fields(self.aliases[folded[0]], folded, 1)
        meaning = self._in_relations(folded)
        if not isinstance(meaning, Missing) or meaning.owner:
            return meaning
        if folded[0] in self.aliases:
            return _fields(self.aliases[folded[0]], folded, 1)
        if self.outer is None:
            return meaning
        further = self.outer.lookup(path)
        if isinstance(further, Missing) and further.index <= meaning.index and self.relations:
            return meaning
        return further

    def _in_relations(self, path: tuple[str, ...]) -> Meaning:
        for length in (2, 1):
            named = [r for r in self.relations if r.answers_to(path[:length])]
            if len(path) > length and named:
                meaning = self._column(tuple(named), path, length)
                if not isinstance(meaning, Missing) or not self._has_column(path[0]):
                    return meaning
        meaning = self._column(self.relations, path, 0)
        if isinstance(meaning, Missing) and not meaning.owner and len(path) > 1:
            known = tuple(r.name for r in self.relations if r.name)
            return Missing(0, self.relations, known, is_qualifier=True)
        return meaning

    def _has_column(self, name: str) -> bool:
        return any(relation.find(name) for relation in self.relations)

    def _column(
        self, relations: tuple[Relation, ...], path: tuple[str, ...], index: int
    ) -> Meaning:
        name = path[index]
        owners = [(relation, column) for relation in relations for column in relation.find(name)]
        if len({id(column) for _, column in owners}) > 1 and name not in self.merged:
            return Ambiguous(tuple(relation for relation, _ in owners))
        if owners:
            found = _fields(owners[0][1].type, path, index + 1)
            is_column = len(path) == index + 1
            return Found(owners[0][1].type, owners[0][1]) if is_column else found
        if any(relation.may_have(name) for relation in relations):
            return Found(UNKNOWN)
        return Missing(index, relations, tuple(_names(relations)))


def _names(relations: tuple[Relation, ...]) -> Iterator[str]:
    yield from dict.fromkeys(name for relation in relations for name in relation.names)


def _fields(type_name: str, path: tuple[str, ...], index: int) -> Meaning:
    """The meaning of a value's fields, from the part of the path at ``index`` on."""
    for position in range(index, len(path)):
        inner = type_of_field(type_name, path[position])
        if inner is None:
            return Missing(position, known=tuple(fields_of(type_name)), owner=type_name)
        type_name = inner
    return Found(type_name)
