"""JSON, one object a line, by whole columns; only nested values go one by one."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from headrace.engines.writers.base import FileFormat, Opening
from headrace.engines.writers.cells import as_text, is_text, joined
from headrace.engines.writers.text_files import TextFile
from headrace.operators.formats.json import JsonWrite

Notation = Callable[[Any], str]
"""Writes a value of one type as JSON."""

_CONTROL = r"[\x00-\x1f]"


class JsonWriter:
    """Bytes are base64, NaN and the infinities are texts, as Spark writes them."""

    def __init__(self, opening: Opening) -> None:
        self._options: JsonWrite = opening.options
        self._file = TextFile(opening.path, compression=self._options.compression)

    def write(self, batch: pa.RecordBatch) -> None:
        members = [
            self._member(name, column)
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
        ]
        # Joining by commas with null_handling="skip" would lose the rows that are null throughout.
        after_comma = pc.utf8_slice_codeunits(pc.binary_join_element_wise(*members, ""), 1)
        self._file.write(joined(pc.binary_join_element_wise("{", after_comma, "}", "")))

    def close(self) -> None:
        self._file.close()

    def _member(self, name: str, column: pa.Array) -> pa.Array:
        """``,"name":value``; empty where the member is left out."""
        value = _value(column)
        if not self._options.ignore_null_fields:
            value = pc.fill_null(value, "null")
        return pc.fill_null(pc.binary_join_element_wise(f",{_dumped(name)}:", value, ""), "")


def _value(column: pa.Array) -> pa.Array:
    kinds, type_ = pa.types, column.type
    if is_text(type_):
        return _texts(as_text(column))
    if kinds.is_integer(type_) or kinds.is_decimal(type_) or kinds.is_boolean(type_):
        return as_text(column)
    if kinds.is_floating(type_):
        return _floats(column)
    if kinds.is_date(type_) or kinds.is_timestamp(type_):
        return _enclosed(as_text(column))
    return as_json(column)


def _texts(column: pa.Array) -> pa.Array:
    if pc.any(pc.match_substring_regex(column, _CONTROL)).as_py():
        return as_json(column)
    escaped = pc.replace_substring(column, "\\", "\\\\")
    return _enclosed(pc.replace_substring(escaped, '"', '\\"'))


def _enclosed(column: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise('"', column, '"', "")


def _floats(column: pa.Array) -> pa.Array:
    text = as_text(column)
    return pc.if_else(pc.is_finite(column), text, _enclosed(text))


def as_json(column: pa.Array) -> pa.Array:
    """Each value as a JSON text; nulls stay null."""
    text_of = _notation(column.type)
    texts = (None if value is None else text_of(value) for value in column.to_pylist())
    return pa.array(texts, pa.string())


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _notation(type_: pa.DataType) -> Notation:
    """The function that writes a value of ``type_`` which is not null."""
    kinds = pa.types
    if kinds.is_map(type_):
        return partial(_map, key=_notation(type_.key_type), item=_notation(type_.item_type))
    if kinds.is_struct(type_):
        fields = (type_.field(index) for index in range(type_.num_fields))
        return partial(_struct, members={field.name: _notation(field.type) for field in fields})
    if kinds.is_nested(type_):
        return partial(_list, item=_notation(type_.value_type))
    return _scalar


def _map(pairs: Iterable[tuple[Any, Any]], key: Notation, item: Notation) -> str:
    names = ((name if isinstance(name, str) else key(name).strip('"'), v) for name, v in pairs)
    return "{" + ",".join(f"{_dumped(name)}:{_or_null(v, item)}" for name, v in names) + "}"


def _struct(value: Mapping[str, Any], members: Mapping[str, Notation]) -> str:
    return (
        "{"
        + ",".join(
            f"{_dumped(name)}:{text_of(value[name])}"
            for name, text_of in members.items()
            if value[name] is not None
        )
        + "}"
    )


def _list(values: Iterable[Any], item: Notation) -> str:
    return "[" + ",".join(_or_null(value, item) for value in values) + "]"


def _or_null(value: Any, notation: Notation) -> str:
    return "null" if value is None else notation(value)


def _scalar(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, bytes):
        return _dumped(base64.b64encode(value).decode())
    if isinstance(value, datetime) and value.tzinfo is not None:
        return _dumped(value.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z")
    if isinstance(value, date):
        return _dumped(value.isoformat())
    if isinstance(value, float) and not math.isfinite(value):
        return '"NaN"' if math.isnan(value) else '"Infinity"' if value > 0 else '"-Infinity"'
    return _dumped(value)


FORMAT = FileFormat("json", (".json", ".jsonl", ".ndjson"), JsonWriter, lengthens=True)
