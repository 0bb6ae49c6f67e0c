"""The columns of a table. Types are Spark SQL's own, as ``simpleString`` writes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

INTEGERS = frozenset({"tinyint", "smallint", "int", "bigint"})
FRACTIONS = frozenset({"float", "double"})
DATES = frozenset({"date", "timestamp", "timestamp_ntz"})
VECTOR = "array<double>"
SPARSE_VECTOR = "struct<size:int,indices:array<int>,values:array<double>>"


def is_numeric(type_name: str) -> bool:
    """Integers, fractions and decimals.

    >>> is_numeric("decimal(10,2)"), is_numeric("string")
    (True, False)
    """
    return type_name in INTEGERS | FRACTIONS or type_name.startswith("decimal")


def is_date(type_name: str) -> bool:
    return type_name in DATES


def is_vector(type_name: str) -> bool:
    """``array<double>``, an array of another number type, or the sparse struct."""
    if type_name == SPARSE_VECTOR:
        return True
    return type_name.startswith("array<") and is_numeric(type_name[6:-1])


@dataclass(frozen=True, slots=True)
class Column:
    """A name and a Spark SQL type such as ``bigint`` or ``array<double>``."""

    name: str
    type: str
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of a table in their order; names are looked up whatever their case."""

    columns: tuple[Column, ...] = ()

    @classmethod
    def of(cls, **types: str) -> Schema:
        """``Schema.of(id="bigint", name="string")``."""
        return cls(tuple(Column(name, type_name) for name, type_name in types.items()))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def get(self, name: str) -> Column | None:
        folded = name.casefold()
        return next((c for c in self.columns if c.name.casefold() == folded), None)

    def __contains__(self, name: str) -> bool:
        return self.get(name) is not None

    def __iter__(self) -> Iterator[Column]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    def without(self, names: Iterable[str]) -> Schema:
        dropped = {name.casefold() for name in names}
        return Schema(tuple(c for c in self.columns if c.name.casefold() not in dropped))

    def with_columns(self, *columns: Column) -> Schema:
        """These columns appended; one of an existing name takes that one's place."""
        new = {column.name.casefold(): column for column in columns}
        kept = tuple(new.pop(c.name.casefold(), c) for c in self.columns)
        return Schema(kept + tuple(new.values()))

    def ddl(self) -> str:
        """As ``CREATE TABLE`` writes it, names in back-quotes."""
        return ", ".join(f"`{c.name.replace('`', '``')}` {c.type}" for c in self.columns)
