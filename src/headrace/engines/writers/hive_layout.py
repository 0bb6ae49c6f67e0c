"""Partition directories as Hive and Spark name them: ``day=2024-05-01/shop=北京``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headrace.engines.writers.cells import as_text
from headrace.engines.writers.flat_columns import check_flat
from headrace.errors import DataError, suggest

NULL_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""What stands for null, and for an empty text, which a directory name cannot hold."""

_UNSAFE = re.compile(r"""[\x00-\x1f\x7f"#%'*/:=?\\{\[\]^]""")


def escaped(text: str) -> str:
    """A column name or a value as a part of a directory name.

    >>> escaped("50% a/b"), escaped("北京")
    ('50%25 a%2Fb', '北京')
    """
    return _UNSAFE.sub(lambda match: f"%{ord(match[0]):02X}", text)


def partition_columns(schema: pa.Schema, wanted: Sequence[str]) -> tuple[str, ...]:
    """The columns of ``schema`` that are meant, whatever the case they are written in.

    Raises
    ------
    DataError : a column is unknown, twice wanted, not flat, or none is left for the files
    """
    by_folded = {name.casefold(): name for name in schema.names}
    names = []
    for name in wanted:
        if name.casefold() not in by_folded:
            raise DataError(
                f"partitionBy names an unknown column '{name}'",
                hint=suggest(name, schema.names, "columns"),
                code="unknown-column",
            )
        names.append(by_folded[name.casefold()])
    if len(set(names)) < len(names):
        raise DataError(f"partitionBy names a column twice: {', '.join(names)}")
    if len(names) == len(schema):
        raise DataError(
            "partitionBy names every column, and the files need at least one",
            hint="leave a column out of partitionBy",
        )
    check_flat(pa.schema([schema.field(name) for name in names]), "the name of a partition")
    return tuple(names)


def split(table: pa.Table, columns: Sequence[str]) -> Iterator[tuple[str, pa.Table]]:
    """Each partition's directory and its rows, without the partition columns, in their order."""
    codes = np.zeros(table.num_rows, dtype=np.int64)
    values: list[list[str]] = []
    for name in columns:
        encoded = _segments(name, table.column(name))
        codes = codes * len(encoded.dictionary) + encoded.indices.to_numpy(zero_copy_only=False)
        values.append(encoded.dictionary.to_pylist())
    rest = table.drop_columns(list(columns))
    order = np.argsort(codes, kind="stable")
    ordered, starts = np.unique(codes[order], return_index=True)
    ends = [*starts[1:], table.num_rows]
    for code, start, end in zip(ordered.tolist(), starts.tolist(), ends, strict=True):
        yield _directory(code, values), rest.take(pa.array(order[start:end]))


def _segments(name: str, column: pa.ChunkedArray) -> pa.DictionaryArray:
    """``name=value`` of each row, as codes into the different ones."""
    text = _value_text(column.combine_chunks())
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    encoded = pc.dictionary_encode(text, null_encoding="encode")
    segments = [
        f"{escaped(name)}={NULL_VALUE if value is None else escaped(value)}"
        for value in encoded.dictionary.to_pylist()
    ]
    return pa.DictionaryArray.from_arrays(encoded.indices, pa.array(segments, pa.string()))


def _value_text(column: pa.Array) -> pa.Array:
    """As a cast to string gives it: timestamps with a space, without zone and end noughts."""
    text = as_text(column)
    if not pa.types.is_timestamp(column.type):
        return text
    text = pc.replace_substring_regex(text, r"(\.\d*?)0*Z?$", r"\1")
    return pc.replace_substring(pc.utf8_rtrim(text, "Z"), "T", " ")


def _directory(code: int, values: Sequence[Sequence[str]]) -> str:
    segments = []
    for known in reversed(values):
        code, position = divmod(code, len(known))
        segments.append(known[position])
    return "/".join(reversed(segments))
