"""Branch expressions as Spark SQL, their variables as literals that no text can end early."""

from __future__ import annotations

import re

from headrace.errors import ScriptError, suggest
from headrace.language.expression_syntax import (
    Binary,
    Call,
    Cast,
    Expression,
    Index,
    Literal,
    Unary,
    VariableReference,
)
from headrace.language.scalars import Unknown, Value, kind_of, number_in, sql_literal
from headrace.language.variables import UnknownVariable, Variables

ARITHMETIC = frozenset("+-*/%")

_PLAIN_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)


def to_sql(expression: Expression, variables: Variables) -> str:
    """The expression as one Spark SQL scalar expression, its variables as literals.

    Raises
    ------
    UnknownVariable : for a name that is not defined
    ScriptError : for a variable whose value is not known
    """
    return _Sql(variables).written(expression)


def value_of_variable(node: VariableReference, variables: Variables) -> Value | Unknown:
    """What ``:name`` stands for.

    Raises
    ------
    UnknownVariable : for a name that is not defined, or was set to an unfinished text
    """
    variable = variables.find(node.name)
    if variable is None:
        raise UnknownVariable(
            f"unknown variable ':{node.name}'",
            span=node.span,
            hint=suggest(node.name, variables.names, "variables"),
        )
    if variable.deferred:
        raise UnknownVariable(
            f"':{node.name}' was set to a text with names that were not defined then",
            span=node.span,
            hint=f"set '{node.name}' after the variables that it names",
        )
    return variable.value


class _Sql:
    """Writes expressions as SQL under one set of variables."""

    def __init__(self, variables: Variables) -> None:
        self._variables = variables

    def written(self, node: Expression) -> str:
        if isinstance(node, Literal):
            return sql_literal(node.value)
        if isinstance(node, VariableReference):
            return sql_literal(self._variable(node))
        if isinstance(node, Unary):
            operand = self.written(node.operand)
            if node.operator == "not":
                return f"(NOT {operand})"
            return f"(- {self._as_number(node.operand, operand)})"
        if isinstance(node, Binary):
            return f"({' '.join((*self._pair(node),))})"
        if isinstance(node, Call):
            arguments = ", ".join(self.written(argument) for argument in node.arguments)
            return f"{_function(node.function)}({arguments})"
        if isinstance(node, Cast):
            return f"{node.function}({self.written(node.operand)} AS {node.type})"
        return self._indexed(node)

    def _pair(self, node: Binary) -> tuple[str, str, str]:
        left, right = self.written(node.left), self.written(node.right)
        if node.operator in ("and", "or"):
            return left, node.operator.upper(), right
        numeric = node.operator in ARITHMETIC
        if numeric or self._is_number(node.right):
            left = self._as_number(node.left, left)
        if numeric or self._is_number(node.left):
            right = self._as_number(node.right, right)
        return left, node.operator, right

    def _is_number(self, node: Expression) -> bool:
        if isinstance(node, Literal):
            return kind_of(node.value) == "number"
        if isinstance(node, VariableReference):
            return kind_of(self._variable(node)) == "number"
        if isinstance(node, Binary):
            return node.operator in ARITHMETIC
        return isinstance(node, Unary) and node.operator == "-"

    def _as_number(self, node: Expression, written: str) -> str:
        """The number that a text looks like; other texts stay, and the engine judges them."""
        text = node.value if isinstance(node, Literal) else None
        if isinstance(node, VariableReference):
            text = self._variable(node)
        number = number_in(text) if isinstance(text, str) else None
        return written if number is None else sql_literal(number)

    def _indexed(self, node: Index) -> str:
        base, position = self.written(node.base), self.written(node.position)
        if self._is_number(node.position):
            return f"get({base}, {position})"  # null outside the list, where [n] is an error
        return f"{base}[{position}]"

    def _variable(self, node: VariableReference) -> Value:
        value = value_of_variable(node, self._variables)
        if isinstance(value, Unknown):
            raise ScriptError(f"the value of ':{node.name}' is known only in a run", span=node.span)
        return value


def _function(name: str) -> str:
    if _PLAIN_NAME.fullmatch(name):
        return name
    return f"`{name.strip('`')}`"
