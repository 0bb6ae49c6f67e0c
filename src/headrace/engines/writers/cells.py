"""Values as text, whole columns at a time."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

_TEXT_KINDS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_null)


def is_text(type_: pa.DataType) -> bool:
    return any(is_kind(type_) for is_kind in _TEXT_KINDS)


def is_nested(type_: pa.DataType) -> bool:
    return bool(pa.types.is_nested(type_))


def as_text(column: pa.Array) -> pa.Array:
    """Each value as Spark writes it into text files; nulls stay null.

    Timestamps are ISO 8601 in UTC, without a zone where the type has none; the fraction is
    left out where it is nought, and has six digits otherwise.

    Parameters
    ----------
    column : of a flat type other than binary and intervals
    """
    kinds = pa.types
    if is_text(column.type):
        return column.cast(pa.string())
    if kinds.is_floating(column.type):
        return _floats(column)
    if kinds.is_timestamp(column.type):
        return _timestamps(column)
    return column.cast(pa.string())


def _floats(column: pa.Array) -> pa.Array:
    """Whole numbers keep ``.0``, or a reader that infers types would take them for integers."""
    text = column.cast(pa.string())
    is_bare = pc.match_substring_regex(text, r"^-?\d+$")
    text = pc.if_else(is_bare, pc.binary_join_element_wise(text, ".0", ""), text)
    if pc.all(pc.is_finite(column)).as_py() is not False:
        return text
    names = {"nan": "NaN", "-nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
    for arrow_name, name in names.items():
        text = pc.if_else(pc.equal(text, arrow_name), name, text)
    return text


def _timestamps(column: pa.Array) -> pa.Array:
    wall_clock = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.timestamp("us"))
    text = pc.replace_substring(wall_clock.cast(pa.string()), ".000000", "")
    text = pc.replace_substring(text, " ", "T", max_replacements=1)
    if column.type.tz is None:
        return text
    return pc.binary_join_element_wise(text, "Z", "")


def joined(lines: pa.Array) -> bytes:
    """All texts of a column one behind the other, each ended by a line feed."""
    ended = pc.binary_join_element_wise(lines, "", "\n")
    if not len(ended):
        return b""
    offsets = memoryview(ended.buffers()[1]).cast("i")
    first, last = offsets[ended.offset], offsets[ended.offset + len(ended)]
    return bytes(memoryview(ended.buffers()[2])[first:last])
