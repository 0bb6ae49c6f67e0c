"""Fields inside values of Spark types, such as ``struct<a:int,b:array<string>>``."""

from __future__ import annotations

from collections.abc import Iterator

UNKNOWN = "unknown"
"""The type of an expression that only the engine can type."""


def fields_of(type_name: str) -> dict[str, str]:
    """The fields of a struct by name; none for other types.

    >>> fields_of("struct<a:int,b:struct<c:decimal(10,2),d:int>>")
    {'a': 'int', 'b': 'struct<c:decimal(10,2),d:int>'}
    """
    if not (type_name.startswith("struct<") and type_name.endswith(">")):
        return {}
    pairs = (part.partition(":") for part in _parts(type_name[7:-1]))
    return {name.strip().strip("`"): kind.strip() for name, _, kind in pairs}


def _parts(text: str) -> Iterator[str]:
    """The text between commas that stand in no bracket."""
    depth = start = 0
    for position, char in enumerate(text):
        depth += (char in "<(") - (char in ">)")
        if char == "," and depth == 0:
            yield text[start:position]
            start = position + 1
    if text.strip():
        yield text[start:]


def type_of_field(type_name: str, field: str) -> str | None:
    """The type of ``value.field``; None where values of that type have no such field.

    A map has any key, and ``array.field`` is the array of its elements' fields.

    >>> type_of_field("array<struct<a:int>>", "A"), type_of_field("bigint", "a")
    ('array<int>', None)
    """
    if type_name == UNKNOWN:
        return UNKNOWN
    if type_name.startswith("map<"):
        return [part.strip() for part in _parts(type_name[4:-1])][-1]
    if type_name.startswith("array<"):
        inner = type_of_field(type_name[6:-1], field)
        return inner if inner in (None, UNKNOWN) else f"array<{inner}>"
    folded = {name.casefold(): kind for name, kind in fields_of(type_name).items()}
    return folded.get(field.casefold())
