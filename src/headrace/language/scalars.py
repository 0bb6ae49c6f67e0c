"""Values of variables: how they compare, compute, and look as text and as SQL.

Scripts hold numbers as text (``set n = "5"``). One rule covers templates and branches: a text
that looks like a number is that number when it meets one; two texts stay texts.

==========  ==========================  =========================================
left        right                       compared as
==========  ==========================  =========================================
text        text                        text, by code point
number      number                      number; exact unless one is a double
text        number                      number if the text looks like one,
                                        else unequal, and without order
text        boolean                     boolean if the text is true or false
text        date                        date if the text is an ISO date
anything    null                        null
==========  ==========================  =========================================
"""

from __future__ import annotations

import decimal
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from headrace.errors import ScriptError

Scalar = str | int | float | Decimal | bool | date | None
Value = Scalar | tuple[Scalar, ...]
Kind = Literal["text", "number", "boolean", "date", "list", "null"]
Number = int | float | Decimal

SMALLEST, LARGEST = -(2**63), 2**63 - 1
"""What fits SQL's bigint; whole numbers beyond it are an error, as in the engine."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_EXACT = decimal.Context(prec=38)
"""Spark's decimals hold 38 digits."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that only a run gives; ``names`` are the variables that it hangs on."""

    names: frozenset[str]


def kind_of(value: Value) -> Kind:
    if value is None:
        return "null"
    if isinstance(value, str):
        return "text"
    if isinstance(value, bool):  # before the numbers: bool is an int to Python
        return "boolean"
    if isinstance(value, (int, float, Decimal)):
        return "number"
    return "list" if isinstance(value, tuple) else "date"


def number_in(text: str) -> int | float | None:
    """The number that ``text`` looks like: an int where it is whole, else a double."""
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return None
    if _INTEGER.fullmatch(text) and SMALLEST <= int(text) <= LARGEST:
        return int(text)
    return float(text)


def compare(operator: str, left: Value, right: Value) -> bool | None:
    """``left operator right`` as the table above says; None where one of them is null.

    Raises
    ------
    ScriptError : when values without a common order are ordered
    """
    if left is None or right is None:
        return None
    pair = _aligned(left, right)
    if operator in ("=", "=="):
        return pair is not None and pair[0] == pair[1]
    if operator in ("!=", "<>"):
        return pair is None or pair[0] != pair[1]
    if pair is None or isinstance(pair[0], tuple):
        raise ScriptError(
            f"{described(left)} and {described(right)} have no order", hint=_ORDER_HINT
        )
    return _ORDERS[operator](pair[0], pair[1])


_ORDER_HINT = "a text is ordered against a number only if it looks like one, such as '5' or '1e3'"
_ORDERS: dict[str, Callable[[object, object], bool]] = {
    "<": lambda left, right: left < right,  # type: ignore[operator]
    "<=": lambda left, right: left <= right,  # type: ignore[operator]
    ">": lambda left, right: left > right,  # type: ignore[operator]
    ">=": lambda left, right: left >= right,  # type: ignore[operator]
}


def calculate(operator: str, left: Value, right: Value) -> Number | None:
    """``left operator right`` in SQL's arithmetic: ``/`` gives a double for whole numbers,
    ``%`` has the sign of the dividend, null makes null.

    Raises
    ------
    ScriptError : for what is no number, division by zero, and results beyond a bigint
    """
    if left is None or right is None:
        return None
    first, second = _operands(operator, left, right)
    if operator in "/%" and second == 0:
        raise ScriptError(f"division by zero: {described(left)} {operator} 0")
    try:
        result = _arithmetic(operator, first, second)
    except (decimal.DecimalException, OverflowError, ValueError) as error:
        raise ScriptError(f"the result of '{operator}' is too large or no number") from error
    if isinstance(result, int) and not SMALLEST <= result <= LARGEST:
        raise ScriptError(f"the result of '{operator}' is larger than a bigint")
    return result


def truth(value: Value) -> bool | None:
    """A condition's value: booleans, the texts true and false, or null.

    Raises
    ------
    ScriptError : for anything else
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower() in _BOOLEANS:
        return _BOOLEANS[value.strip().lower()]
    raise ScriptError(
        f"{described(value)} is not a condition",
        hint="a condition is true or false: compare it with something, such as :n > 0",
    )


def described(value: Value) -> str:
    """The value for an error message, shortened."""
    shown = repr(value) if isinstance(value, str) else as_text(value)
    return f"{kind_of(value)} {shown if len(shown) <= 60 else shown[:57] + '...'}"


def as_text(value: Value) -> str:
    """The value as a template writes it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(as_text(item) for item in value)}]"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def sql_literal(value: Value) -> str:
    """The value as a Spark SQL literal; no text can end it early.

    >>> sql_literal("it's \\\\ here")
    "'it\\\\'s \\\\\\\\ here'"
    """
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'"
    if isinstance(value, tuple):
        return f"array({', '.join(sql_literal(item) for item in value)})"
    if isinstance(value, datetime):
        return f"TIMESTAMP'{value.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"DATE'{value.isoformat()}'"
    return _sql_number(value)


def from_engine(value: object) -> Value:
    """A cell of a query's answer as the value of a variable.

    Raises
    ------
    ScriptError : for maps, structs, bytes and nested lists
    """
    if isinstance(value, (list, tuple)) and not hasattr(value, "_fields"):
        items = tuple(from_engine(item) for item in value)
        if not any(isinstance(item, tuple) for item in items):
            return items  # type: ignore[return-value]  # no nested tuple is left
    elif value is None or isinstance(value, (str, int, float, Decimal, date)):
        return value
    raise ScriptError(
        f"a variable cannot hold a {type(value).__name__}",
        hint="take one field or element of it, or turn it into text with to_json or cast",
    )


_BOOLEANS = {"true": True, "false": False}


def _aligned(left: Scalar | tuple[Scalar, ...], right: Value) -> tuple[Value, Value] | None:
    """Both values as one kind, or None where they have none in common."""
    if isinstance(left, str) and not isinstance(right, str):
        left = _text_as(left, right)
    elif isinstance(right, str) and not isinstance(left, str):
        right = _text_as(right, left)
    if left is None or right is None or kind_of(left) != kind_of(right):
        return None
    if isinstance(left, float) and isinstance(right, Decimal):
        return left, float(right)
    if isinstance(left, Decimal) and isinstance(right, float):
        return float(left), right
    if isinstance(left, date) and isinstance(right, date):
        return _moment(left), _moment(right)
    return left, right


def _text_as(text: str, other: Value) -> Scalar:
    if kind_of(other) == "number":
        return number_in(text)
    if kind_of(other) == "boolean":
        return _BOOLEANS.get(text.strip().lower())
    if kind_of(other) == "date":
        try:
            return datetime.fromisoformat(text.strip())
        except ValueError:
            return None
    return None


def _moment(value: date) -> datetime:
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    return value.replace(tzinfo=None)  # SQL's timestamps have none: the wall clock counts


def _operands(operator: str, left: Value, right: Value) -> tuple[Number, Number]:
    first, second = _number(operator, left), _number(operator, right)
    if isinstance(first, float) or isinstance(second, float):
        return float(first), float(second)
    if isinstance(first, Decimal) or isinstance(second, Decimal):
        return Decimal(first), Decimal(second)
    return first, second


def _number(operator: str, value: Value) -> Number:
    number = number_in(value) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, (int, float, Decimal)):
        raise ScriptError(
            f"'{operator}' needs numbers, and {described(value)} is none",
            hint="join texts with concat(…)",
        )
    return number


def _arithmetic(operator: str, left: Number, right: Number) -> Number:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return _DECIMAL[operator](left, right)
    if isinstance(left, int) and isinstance(right, int) and operator == "%":
        return int(math.copysign(1, left)) * (abs(left) % abs(right))
    return (
        _PLAIN[operator](float(left), float(right))
        if _inexact(left, right, operator)
        else (_WHOLE[operator](int(left), int(right)))
    )


def _inexact(left: Number, right: Number, operator: str) -> bool:
    return operator == "/" or isinstance(left, float) or isinstance(right, float)


_WHOLE: dict[str, Callable[[int, int], int]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
}
_PLAIN: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "%": math.fmod,
}
_DECIMAL: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": _EXACT.add,
    "-": _EXACT.subtract,
    "*": _EXACT.multiply,
    "/": _EXACT.divide,
    "%": _EXACT.remainder,
}


def _sql_number(value: Number) -> str:
    if isinstance(value, float):
        special = {math.inf: "Infinity", -math.inf: "-Infinity"}
        shown = "NaN" if math.isnan(value) else special.get(value, repr(value))
        return f"CAST('{shown}' AS DOUBLE)"
    if isinstance(value, int):
        return f"CAST('{value}' AS BIGINT)" if abs(value) >= 2**31 else _signed(str(value))
    return _signed(f"{value:f}")


def _signed(digits: str) -> str:
    # In parentheses a minus cannot join an operator before it into a comment (`1 --1`).
    return f"({digits})" if digits.startswith("-") else digits
