"""The tree of a branch expression."""

from __future__ import annotations

from dataclasses import dataclass, field

from headrace.graph.span import Span
from headrace.language.scalars import Value


@dataclass(frozen=True, slots=True)
class Literal:
    """``5``, ``1.5``, ``1e3``, ``"text"``, ``true``, ``null``"""

    value: Value
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class VariableReference:
    """``:name``"""

    name: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """``-a`` or ``not a``"""

    operator: str
    operand: Expression
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """``a operator b``; the operator is one of ``or and = != < <= > >= + - * / %``."""

    operator: str
    left: Expression
    right: Expression
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """``function(a, b)``: any function of the engine."""

    function: str
    arguments: tuple[Expression, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Cast:
    """``cast(a as type)``; ``function`` may be ``try_cast``."""

    function: str
    operand: Expression
    type: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Index:
    """``a[position]``"""

    base: Expression
    position: Expression
    span: Span = field(compare=False)


Expression = Literal | VariableReference | Unary | Binary | Call | Cast | Index


@dataclass(frozen=True, slots=True)
class Assignment:
    """``select value as :name``"""

    name: str
    value: Expression
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Condition:
    """``select … as :name, …; result``: the parts are computed in order before the result."""

    parts: tuple[Assignment, ...]
    result: Expression
