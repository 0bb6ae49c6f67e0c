"""Reads Spark's type names, such as ``map<string,array<decimal(10,2)>>``.

pyspark has no such reader of its own: it sends the text to a running engine.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from pyspark.sql import types

_TOKEN = re.compile(r"\s*(?:`((?:[^`]|``)*)`|([^\s`<>(),:]+)|([<>(),:]))")

_SIMPLE: dict[str, Callable[[], types.DataType]] = {
    "tinyint": types.ByteType, "byte": types.ByteType,
    "smallint": types.ShortType, "short": types.ShortType,
    "int": types.IntegerType, "integer": types.IntegerType,
    "bigint": types.LongType, "long": types.LongType,
    "float": types.FloatType, "real": types.FloatType,
    "double": types.DoubleType,
    "decimal": types.DecimalType, "dec": types.DecimalType, "numeric": types.DecimalType,
    "string": types.StringType,
    "binary": types.BinaryType,
    "boolean": types.BooleanType,
    "date": types.DateType,
    "timestamp": types.TimestampType, "timestamp_ltz": types.TimestampType,
    "timestamp_ntz": types.TimestampNTZType,
    "void": types.NullType,
    "variant": types.VariantType,
}  # fmt: skip

_SIZED: dict[str, Callable[..., types.DataType]] = {
    "decimal": types.DecimalType, "dec": types.DecimalType, "numeric": types.DecimalType,
    "char": types.CharType, "varchar": types.VarcharType, "time": types.TimeType,
}  # fmt: skip

_INTERVAL_FIELDS = {
    "day": 0, "hour": 1, "minute": 2, "second": 3,
    "year": 0, "month": 1,
}  # fmt: skip


def parse_type(text: str) -> types.DataType:
    """The pyspark type that ``text`` names.

    Raises
    ------
    ValueError : when ``text`` is no Spark SQL type

    Examples
    --------
    >>> parse_type("struct<id:bigint,tags:array<string>>").simpleString()
    'struct<id:bigint,tags:array<string>>'
    """
    reader = _Reader(text, _tokens(text))
    parsed = reader.type()
    if reader.peek() is not None:
        raise ValueError(f"'{text}' is not a column type")
    return parsed


def _tokens(text: str) -> list[tuple[str, bool]]:
    """Each token and whether it is a name (in back-quotes or not)."""
    tokens, position, stripped = [], 0, text.rstrip()
    while position < len(stripped):
        match = _TOKEN.match(stripped, position)
        if match is None:
            raise ValueError(f"'{text}' is not a column type")
        quoted, word, mark = match.groups()
        name = quoted.replace("``", "`") if quoted is not None else word
        tokens.append((mark, False) if name is None else (name, True))
        position = match.end()
    return tokens


@dataclass
class _Reader:
    """One pass over the tokens of a type; each method reads what its docstring says."""

    text: str
    tokens: list[tuple[str, bool]]
    position: int = 0

    def type(self) -> types.DataType:
        """``array<type> | map<type,type> | struct<fields> | interval … | name[(n,…)]``"""
        name = self.name().lower()
        if name == "array":
            return types.ArrayType(self.enclosed(self.type))
        if name == "map":
            return self.enclosed(self.map)
        if name == "struct":
            return self.enclosed(self.struct)
        if name == "interval":
            return self.interval()
        if self.peek() == "(" and name in _SIZED:
            return _SIZED[name](*self.sizes())
        if name not in _SIMPLE:
            raise self.fault()
        return _SIMPLE[name]()

    def map(self) -> types.DataType:
        """``type , type``"""
        key = self.type()
        self.expect(",")
        return types.MapType(key, self.type())

    def struct(self) -> types.DataType:
        """``[name[:] type (, name[:] type)*]``"""
        fields: list[types.StructField] = []
        while self.peek() != ">":
            if fields:
                self.expect(",")
            name = self.name()
            self.skip(":")
            fields.append(types.StructField(name, self.type()))
        return types.StructType(fields)

    def interval(self) -> types.DataType:
        """``[field [to field]]``, the unit names of a day-time or year-month interval"""
        if self.peek() not in _INTERVAL_FIELDS:
            return types.CalendarIntervalType()
        first = last = self.name()
        if self.peek() == "to":
            self.name()
            last = self.name()
        kind = (
            types.YearMonthIntervalType if first in ("year", "month") else types.DayTimeIntervalType
        )
        return kind(_INTERVAL_FIELDS[first], _INTERVAL_FIELDS[last])

    def sizes(self) -> list[int]:
        """``( number (, number)* )``"""
        self.expect("(")
        sizes = [int(self.name())]
        while self.skip(","):
            sizes.append(int(self.name()))
        self.expect(")")
        return sizes

    def enclosed(self, inner: Callable[[], types.DataType]) -> types.DataType:
        """``< inner >``"""
        self.expect("<")
        parsed = inner()
        self.expect(">")
        return parsed

    def peek(self) -> str | None:
        return self.tokens[self.position][0] if self.position < len(self.tokens) else None

    def name(self) -> str:
        if self.position >= len(self.tokens) or not self.tokens[self.position][1]:
            raise self.fault()
        self.position += 1
        return self.tokens[self.position - 1][0]

    def skip(self, mark: str) -> bool:
        found = self.peek() == mark
        self.position += found
        return found

    def expect(self, mark: str) -> None:
        if not self.skip(mark):
            raise self.fault()

    def fault(self) -> ValueError:
        return ValueError(f"'{self.text}' is not a column type")
