"""The Arrow types of a query's columns, from what each driver tells of its result."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import pyarrow as pa

TIMESTAMP = pa.timestamp("us", "UTC")
LOCAL_TIMESTAMP = pa.timestamp("us")

UNBOUNDED_DECIMAL = pa.decimal128(38, 18)
"""For numbers of any precision, as Spark takes them."""

_EXACT = Context(prec=80, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of a result; ``convert`` makes the driver's value one that Arrow takes.

    It raises ``ValueError`` or ``TypeError`` for a value that the type cannot hold.
    """

    name: str
    type: pa.DataType
    convert: Callable[[Any], Any] | None = None

    def array(self, values: list[Any]) -> pa.Array:
        if self.convert is None:
            return pa.array(values, self.type)
        convert = self.convert
        return pa.array([None if value is None else convert(value) for value in values], self.type)


def decimal_type(precision: int | None, scale: int | None) -> pa.DataType:
    """A decimal of at most 38 digits; unbounded where nothing is told."""
    if not precision:
        return UNBOUNDED_DECIMAL
    return pa.decimal128(min(precision, 38), min(max(scale or 0, 0), 38))


def to_decimal(type_: pa.DataType) -> Callable[[Any], Decimal]:
    """Rounds half up to the scale; NaN and too many digits are errors."""
    step = Decimal(1).scaleb(-type_.scale)

    def convert(value: Any) -> Decimal:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
        if not number.is_finite():
            raise ValueError(f"{number} is no decimal number")
        return number.quantize(step, context=_EXACT)

    return convert


def to_text(value: Any) -> str:
    """Any value as text; JSON documents as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, bytes):
        return value.decode()
    return str(value)


def to_boolean(value: Any) -> bool:
    """0 and 1, as numbers or as a bit; other numbers are not cut down to true."""
    number = int.from_bytes(value, "big") if isinstance(value, bytes) else value
    if number not in (0, 1):
        raise ValueError(f"{number} is neither 0 nor 1")
    return bool(number)


def to_date(value: Any) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


def to_timestamp(value: Any) -> datetime:
    """A moment; without a zone it is taken as UTC."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
