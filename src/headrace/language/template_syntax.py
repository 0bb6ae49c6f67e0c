"""The tree of a template. Offsets ``start`` and ``end`` count in the template's text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plain:
    """Characters that are copied."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Constant:
    """``5``, ``true``, ``null``; a quoted text is an ``Interpolated`` one."""

    value: str | int | float | bool | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Interpolated:
    """``"…"``: a text in which references count."""

    body: tuple[Node, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Method:
    """``.name(arguments)``"""

    name: str
    arguments: tuple[Expression, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Member:
    """``.name``"""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Item:
    """``[position]``"""

    position: Expression
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reference:
    """``$name`` or ``${name}`` with what follows it; ``quiet`` (``$!name``) may be undefined."""

    name: str
    postfixes: tuple[Method | Member | Item, ...]
    quiet: bool
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Listing:
    """``[a, b]``"""

    items: tuple[Expression, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Range:
    """``[first..last]``, both included; counts down where ``last`` is smaller."""

    first: Expression
    last: Expression
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Unary:
    """``!a`` or ``-a``"""

    operator: str
    operand: Expression
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Binary:
    """``a operator b``"""

    operator: str
    left: Expression
    right: Expression
    start: int
    end: int


Expression = Constant | Interpolated | Reference | Listing | Range | Unary | Binary


@dataclass(frozen=True, slots=True)
class SetVariable:
    """``#set($name = value)``"""

    name: str
    value: Expression
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Foreach:
    """``#foreach($name in over) body #end``"""

    name: str
    over: Expression
    body: tuple[Node, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Choice:
    """``#if(a) … #elseif(b) … #else … #end``; the last condition may be None."""

    arms: tuple[tuple[Expression | None, tuple[Node, ...]], ...]
    start: int
    end: int


Node = Plain | Reference | SetVariable | Foreach | Choice
