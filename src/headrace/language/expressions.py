"""Branch expressions: as one SQL expression, and their value.

``evaluate`` computes comparisons, arithmetic, ``and``, ``or`` and ``not`` itself, by the rules of
``scalars.py``, so that they mean the same on every engine; each call of a function (with what
stands inside it) is one query. ``to_sql`` writes a whole expression for the engine, with the
variables as literals: a text that looks like a number becomes one where it meets a number.

Nulls are SQL's: a comparison with null is null, ``false and null`` is false, and a condition that
is null does not hold. An index outside a list gives null. ``Unknown`` values behave like nulls
that may become anything: ``false and unknown`` is false, ``true and unknown`` unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from headrace.errors import HeadraceError, ScriptError
from headrace.graph.span import MappedText
from headrace.language.expression_parser import parse_condition
from headrace.language.expression_sql import ARITHMETIC, to_sql, value_of_variable
from headrace.language.expression_syntax import (
    Assignment,
    Binary,
    Call,
    Cast,
    Condition,
    Expression,
    Index,
    Literal,
    Unary,
    VariableReference,
)
from headrace.language.scalars import (
    Unknown,
    Value,
    as_text,
    calculate,
    compare,
    described,
    from_engine,
    number_in,
    truth,
)
from headrace.language.variables import Variable, Variables

MAX_CANDIDATES = 1000
"""Most ``:{`` in one text that are looked at; each costs up to MAX_EXPRESSION characters."""

MAX_EXPRESSION = 10_000
"""Longest run-time expression, in characters."""

Scalar = Callable[[str], object]
"""Runs one scalar SQL expression on the engine and returns its cell as a Python value."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a condition holds (None where only a run can tell), and the variables that hold
    in its branch: those before it and those of its ``select`` parts."""

    holds: bool | None
    variables: Variables


@dataclass(frozen=True, slots=True)
class RuntimeExpression:
    """``:{expression}`` at the characters ``start`` to ``end`` of a text."""

    expression: MappedText
    start: int
    end: int


def evaluate(condition: Condition, variables: Variables, scalar: Scalar | None) -> Verdict:
    """Whether the condition holds.

    Parameters
    ----------
    condition : from ``parse_condition``
    variables : what ``:names`` mean; those of the ``select`` parts are added, for the block
    scalar : runs SQL; None while there is no engine, which makes what calls functions unknown

    Raises
    ------
    UnknownVariable : for a name that is not defined, at its place
    ScriptError : where the expression has no meaning (a text in arithmetic, a number as
        condition), at its place
    HeadraceError : whatever ``scalar`` raises, placed at the call
    """
    value, inside = _value_of(condition, variables, scalar)
    if isinstance(value, Unknown):
        return Verdict(None, inside)
    try:
        return Verdict(truth(value) is True, inside)
    except ScriptError as error:
        raise error.at(condition.result.span) from error.__cause__


def evaluate_text(text: MappedText, variables: Variables, scalar: Scalar | None) -> str | None:
    """The value of a ``:{expression}`` as text; None where only a run can tell.

    Raises as ``evaluate`` and ``parse_condition`` do.
    """
    value, _ = _value_of(parse_condition(text), variables, scalar)
    return None if isinstance(value, Unknown) else as_text(value)


def find_runtime_expressions(text: MappedText) -> tuple[RuntimeExpression, ...]:
    """The ``:{…}`` of an option's value, in their order.

    JSON also writes ``:{`` (``{"a":{"b":1}}``), so inside a longer text only what is an
    expression counts, and never what follows a quote; at the start of a text it always does.

    Raises
    ------
    ScriptError : for an expression at the start of the text that is none
    """
    found: list[RuntimeExpression] = []
    candidates = 0
    position = text.text.find(":{")
    while position >= 0:
        candidate = None
        if not _follows_quote(text.text, position):
            candidates += 1
            candidate = _runtime_expression(text, position)
        if candidates > MAX_CANDIDATES:
            raise ScriptError(
                f"more than {MAX_CANDIDATES} places that look like a run-time expression",
                span=text.span(position, position + 2),
                code="expression",
            )
        if candidate is not None:
            found.append(candidate)
        position = text.text.find(":{", candidate.end if candidate else position + 2)
    return tuple(found)


def _follows_quote(text: str, position: int) -> bool:
    before = text[max(0, position - 100) : position].rstrip()
    return before.endswith(("'", '"'))


def _runtime_expression(text: MappedText, start: int) -> RuntimeExpression | None:
    first = not text.text[: min(start, MAX_EXPRESSION)].strip()
    end = _closing_brace(text.text, start + 2)
    if end is None:
        return None
    expression = text.slice(start + 2, end)
    try:
        parse_condition(expression)
    except ScriptError:
        if first:
            raise
        return None
    return RuntimeExpression(expression, start, end + 1)


_BRACES = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[{}]", re.DOTALL)


def _closing_brace(text: str, start: int) -> int | None:
    depth = 1
    for match in _BRACES.finditer(text, start, start + MAX_EXPRESSION):
        depth += (match.group() == "{") - (match.group() == "}")
        if depth == 0:
            return match.start()
    return None


def _value_of(
    condition: Condition, variables: Variables, scalar: Scalar | None
) -> tuple[Value | Unknown, Variables]:
    for part in condition.parts:
        value = _Evaluation(variables, scalar).value(part.value)
        variables = variables.defining(_part(part, value))
    return _Evaluation(variables, scalar).value(condition.result), variables


def _part(part: Assignment, value: Value | Unknown) -> Variable:
    if isinstance(value, Unknown):
        value = Unknown(value.names | {part.name})
    return Variable(part.name, value, scope="block", span=part.span)


class _Evaluation:
    """Values of expressions under one set of variables."""

    def __init__(self, variables: Variables, scalar: Scalar | None) -> None:
        self._variables = variables
        self._scalar = scalar

    def value(self, node: Expression) -> Value | Unknown:
        try:
            return self._computed(node)
        except ScriptError as error:
            raise error.at(node.span) from error.__cause__

    def _computed(self, node: Expression) -> Value | Unknown:
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, VariableReference):
            return value_of_variable(node, self._variables)
        if isinstance(node, (Call, Cast)) or (isinstance(node, Index) and _calls(node.base)):
            return self._asked(node)
        if isinstance(node, Index):
            return self._item(node)
        if isinstance(node, Unary):
            return self._unary(node)
        return self._joined(node) if node.operator in ("and", "or") else self._operated(node)

    def _asked(self, node: Expression) -> Value | Unknown:
        """What the engine says; unknown without one."""
        unknown = _unknown_names(node, self._variables)
        if unknown or self._scalar is None:
            return Unknown(unknown)
        sql = to_sql(node, self._variables)
        try:
            return from_engine(self._scalar(sql))
        except HeadraceError as error:
            raise error.at(node.span) from error.__cause__

    def _item(self, node: Index) -> Value | Unknown:
        items, position = self.value(node.base), self.value(node.position)
        if isinstance(items, Unknown) or isinstance(position, Unknown):
            return _together(items, position)
        number = number_in(position) if isinstance(position, str) else position
        if items is None or number is None:
            return None
        if not isinstance(items, tuple) or isinstance(number, bool) or not isinstance(number, int):
            raise ScriptError(f"{described(items)} has no item {described(position)}",
                              hint='a list comes from a function such as split(:a, ",")',
                              code="expression")  # fmt: skip
        return items[number] if 0 <= number < len(items) else None

    def _unary(self, node: Unary) -> Value | Unknown:
        operand = self.value(node.operand)
        if isinstance(operand, Unknown):
            return operand
        if node.operator == "-":
            return calculate("-", 0, operand)
        holds = truth(operand)
        return None if holds is None else not holds

    def _operated(self, node: Binary) -> Value | Unknown:
        left, right = self.value(node.left), self.value(node.right)
        if isinstance(left, Unknown) or isinstance(right, Unknown):
            return _together(left, right)
        operate = calculate if node.operator in ARITHMETIC else compare
        return operate(node.operator, left, right)

    def _joined(self, node: Binary) -> Value | Unknown:
        """``and``, ``or`` with three values; the right side is asked only where it matters."""
        deciding = node.operator == "or"
        left = self._holds(node.left)
        if left is deciding:
            return deciding
        right = self._holds(node.right)
        if right is deciding:
            return deciding
        if isinstance(left, Unknown) or isinstance(right, Unknown):
            return _together(left, right)
        return None if left is None or right is None else not deciding

    def _holds(self, node: Expression) -> bool | Unknown | None:
        value = self.value(node)
        if isinstance(value, Unknown):
            return value
        try:
            return truth(value)
        except ScriptError as error:
            raise error.at(node.span) from error.__cause__


def _calls(node: Expression) -> bool:
    if isinstance(node, (Call, Cast)):
        return True
    return any(_calls(child) for child in _children(node))


def _unknown_names(node: Expression, variables: Variables) -> frozenset[str]:
    """The unknown variables that an expression hangs on; raises for undefined ones."""
    if isinstance(node, VariableReference):
        value = value_of_variable(node, variables)
        return value.names if isinstance(value, Unknown) else frozenset()
    names = (_unknown_names(child, variables) for child in _children(node))
    return frozenset[str]().union(*names)


def _children(node: Expression) -> tuple[Expression, ...]:
    if isinstance(node, Call):
        return node.arguments
    if isinstance(node, Binary):
        return node.left, node.right
    if isinstance(node, Index):
        return node.base, node.position
    return (node.operand,) if isinstance(node, (Unary, Cast)) else ()


def _together(*values: Value | Unknown) -> Unknown:
    return Unknown(
        frozenset[str]().union(*(value.names for value in values if isinstance(value, Unknown)))
    )
