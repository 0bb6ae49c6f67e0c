"""Which type holds the values of two others.

    null  <  bigint  <  double  <  string
    null  <  boolean            <  string
    null  <  date  <  timestamp <  string      (timestamps with and without a zone: string)
    array<a> with array<b>: array of the wider; struct with struct: field by field

Formats that store types (Parquet, ORC) never widen to string: there it is a fault.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

kinds = pa.types


class TypesDiffer(Exception):  # noqa: N818 - answered by the caller, who knows file and column
    """Two stored types have no common wider one."""


def join(first: pa.DataType, second: pa.DataType, *, typed: bool = False) -> pa.DataType:
    """The narrowest type that holds the values of both.

    Raises
    ------
    TypesDiffer : only text would hold both, and the format is ``typed``

    Examples
    --------
    >>> join(pa.int64(), pa.float64()), join(pa.bool_(), pa.int64())
    (DataType(double), DataType(string))
    """
    if first.equals(second) or kinds.is_null(second):
        return first
    if kinds.is_null(first):
        return second
    if kinds.is_list(first) and kinds.is_list(second):
        return pa.list_(join(first.value_type, second.value_type, typed=typed))
    if kinds.is_struct(first) and kinds.is_struct(second):
        return _join_structs(first, second, typed=typed)
    wider = _wider_number(first, second) or _wider_date(first, second)
    if wider is None and typed:
        raise TypesDiffer
    return wider or pa.string()


def _wider_number(first: pa.DataType, second: pa.DataType) -> pa.DataType | None:
    pair = (first, second)
    if not all(kinds.is_integer(t) or kinds.is_floating(t) for t in pair):
        return None
    if any(kinds.is_floating(t) for t in pair):
        return pa.float64()
    return pa.int64()


def _wider_date(first: pa.DataType, second: pa.DataType) -> pa.DataType | None:
    pair = (first, second)
    if all(kinds.is_date(t) or (kinds.is_timestamp(t) and t.tz is None) for t in pair):
        return pa.timestamp("us")
    return None


def _join_structs(first: pa.StructType, second: pa.StructType, *, typed: bool) -> pa.StructType:
    fields = {f.name: f.type for f in fields_of(first)}
    for other in fields_of(second):
        known = fields.get(other.name, pa.null())
        fields[other.name] = join(known, other.type, typed=typed)
    return pa.struct(list(fields.items()))


def fields_of(struct: pa.StructType) -> list[pa.Field]:
    return [struct.field(index) for index in range(struct.num_fields)]


def loses_text(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether values read as ``found`` are no longer the texts that ``wanted`` asks for."""
    if kinds.is_string(wanted):
        return not (kinds.is_string(found) or kinds.is_null(found))
    if kinds.is_list(wanted) and kinds.is_list(found):
        return loses_text(found.value_type, wanted.value_type)
    if kinds.is_struct(wanted) and kinds.is_struct(found):
        asked = {f.name: f.type for f in fields_of(wanted)}
        return any(loses_text(f.type, asked[f.name]) for f in fields_of(found))
    return False


def stored(arrow: pa.DataType, *, typed: bool) -> pa.DataType:
    """The type as it is kept: nulls alone become strings, as in Spark; clock times in texts
    are meant in the session's zone, UTC."""
    if kinds.is_null(arrow) or (kinds.is_struct(arrow) and not arrow.num_fields):
        return pa.string()
    if kinds.is_timestamp(arrow):
        return pa.timestamp("us", arrow.tz if typed else "UTC")
    if kinds.is_list(arrow):
        return pa.list_(stored(arrow.value_type, typed=typed))
    if kinds.is_struct(arrow):
        kept = [(f.name, stored(f.type, typed=typed)) for f in fields_of(arrow)]
        return pa.struct(kept)
    return arrow


def as_types(schema: pa.Schema) -> Mapping[str, pa.DataType]:
    return {field.name: field.type for field in schema}
