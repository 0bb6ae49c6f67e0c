"""The tree of a script: one frozen node per statement, every part with its place.

Texts keep what the writer wrote; ``${variables}`` are expanded later, when a statement's turn
comes, because a variable may be set anywhere before it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from headrace.graph.span import MappedText, Source, Span
from headrace.graph.step import Json

TextKind = Literal["word", "quoted_name", "string", "block", "number", "literal", "list", "sql"]
"""How a text was written; ``sql`` is the text of a query or of another SQL statement."""


@dataclass(frozen=True, slots=True)
class Text:
    """A name, path, string, block or raw word.

    ``value`` is its text without quotes and escapes, mapped to where each character stood;
    two texts are equal when kind and value are.
    """

    kind: TextKind
    value: MappedText = field(compare=False)
    span: Span = field(compare=False)
    plain: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "plain", self.value.text)


@dataclass(frozen=True, slots=True)
class Option:
    """``key = value``; ``key`` may be dotted (``fitParam.0.maxDepth``).

    ``data`` is the value where it is not text: a number, ``true``, ``null`` or a list.
    """

    key: Text
    value: Text
    data: Json = None


@dataclass(frozen=True, slots=True)
class Load:
    """``load FORMAT.`PATH` [where options] as T``"""

    format: Text
    path: Text
    options: tuple[Option, ...]
    table: Text
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Select:
    """``select … as T``: ``query`` is the SQL before the last ``as NAME``, comments kept."""

    query: Text
    table: Text
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Save:
    """``save [mode] T as FORMAT.`PATH` [where options] [partitionBy A, B]``"""

    modes: tuple[Text, ...]
    table: Text
    format: Text
    path: Text
    options: tuple[Option, ...]
    partition_by: tuple[Text, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Train:
    """``train|run|predict T as|into OPERATOR.`PATH` [where options] [as OUT]``"""

    verb: Literal["train", "run", "predict"]
    table: Text
    operator: Text
    path: Text
    options: tuple[Option, ...]
    result: Text | None
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Register:
    """``register OPERATOR.`PATH` as F [where options]``"""

    operator: Text
    path: Text
    function: Text
    options: tuple[Option, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Unregister:
    """``unregister F``, or as MLSQL writes it ``unregister OPERATOR.`F` [where options]``"""

    function: Text
    span: Span = field(compare=False)
    operator: Text | None = None
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Set:
    """``set K = V [where options]``"""

    key: Text
    value: Text
    options: tuple[Option, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Connect:
    """``connect FORMAT where options as DB``; MLSQL lets the name be left out: it is empty."""

    format: Text
    options: tuple[Option, ...]
    name: Text
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Include:
    """``include KIND.`PATH` [where options]``"""

    kind: Text
    path: Text
    options: tuple[Option, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Command:
    """``!NAME ARG …``"""

    name: Text
    arguments: tuple[Text, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Sql:
    """``insert|create|drop|refresh …``: SQL text for the engine, its verb included."""

    verb: Literal["insert", "create", "drop", "refresh"]
    statement: Text
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Arm:
    """One ``!if``, ``!elif`` or (without a condition) ``!else`` and the statements under it."""

    condition: Text | None
    body: tuple[Statement, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class If:
    """``!if … !elif … !else … !fi``"""

    arms: tuple[Arm, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class For:
    """``!for NAME in '''QUERY'''|[…]; … !done``: ``over`` is the query, or a list."""

    name: Text
    over: Text
    items: tuple[Json, ...] | None
    body: tuple[Statement, ...]
    span: Span = field(compare=False)


Statement = (
    Load
    | Select
    | Save
    | Train
    | Register
    | Unregister
    | Set
    | Connect
    | Include
    | Command
    | Sql
    | If
    | For
)


@dataclass(frozen=True, slots=True)
class Script:
    """A whole text, parsed."""

    source: Source = field(compare=False, repr=False)
    statements: tuple[Statement, ...] = ()
