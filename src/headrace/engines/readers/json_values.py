"""Python's values of JSON: their Arrow types, and themselves as another type."""

from __future__ import annotations

import json
from functools import reduce
from typing import Any

import pyarrow as pa

from headrace.engines.readers.lattice import fields_of, join

kinds = pa.types

_BIGINT = range(-(2**63), 2**63)


def type_of(value: Any) -> pa.DataType:
    """The type that a value needs; an empty object or array tells little."""
    if value is None or value == {}:
        return pa.null()
    if isinstance(value, bool):
        return pa.bool_()
    if isinstance(value, int):
        return pa.int64() if value in _BIGINT else pa.string()
    if isinstance(value, float):
        return pa.float64()
    if isinstance(value, str):
        return pa.string()
    if isinstance(value, list):
        return pa.list_(reduce(join, map(type_of, value), pa.null()))
    return pa.struct([(name, type_of(inner)) for name, inner in value.items()])


def as_type(value: Any, wanted: pa.DataType) -> Any:
    """The value as one of the ``wanted`` type, which holds it; as JSON text where that is string."""
    if value is None or kinds.is_null(wanted):
        return None
    if kinds.is_string(wanted):
        return value if isinstance(value, str) else _text(value)
    if value == {} and not kinds.is_struct(wanted):
        return None
    if kinds.is_list(wanted):
        return [as_type(inner, wanted.value_type) for inner in value]
    if kinds.is_struct(wanted):
        return {f.name: as_type(value.get(f.name), f.type) for f in fields_of(wanted)}
    return float(value) if kinds.is_floating(wanted) else value


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
