"""SQL that identifies a row by what is in it, the same on every engine and in every run."""

from __future__ import annotations

from collections.abc import Iterable

from headrace.graph.schema import FRACTIONS, INTEGERS, Column


def quoted(name: str) -> str:
    """A column or view name as SQL text takes any name.

    >>> quoted("default.payment`s")
    '`default.payment``s`'
    """
    return "`" + name.replace("`", "``") + "`"


def row_hash(columns: Iterable[Column], seed: int) -> str:
    """An SQL expression: a bigint that depends on the columns' values and the seed alone.

    ``xxhash64`` skips nulls, so ``(null, 5)`` and ``(5, null)`` would be equal: each column that may
    be null is followed by whether it is. All NaNs are one value; 0.0 and -0.0 are equal in
    ``xxhash64`` itself.
    """
    parts = [f"{seed}L"]
    for column in columns:
        parts.append(_canonical(column))
        if column.nullable:
            parts.append(f"isnull({quoted(column.name)})")
    return f"xxhash64({', '.join(parts)})"


def _canonical(column: Column) -> str:
    name = quoted(column.name)
    if column.type in FRACTIONS:
        return f"if(isnan({name}), double('nan'), double({name}))"
    if column.type in INTEGERS:
        return f"bigint({name})"
    return name
