"""Comma-separated values (RFC 4180), by whole columns."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from headrace.engines.writers.base import FileFormat, Opening
from headrace.engines.writers.cells import as_text, is_text, joined
from headrace.engines.writers.flat_columns import check_flat
from headrace.engines.writers.text_files import TextFile
from headrace.operators.formats.csv import CsvWrite

_IN_NUMBERS = frozenset("0123456789+-.:eEINTZafintruels")
"""Characters that numbers, booleans, dates and timestamps are made of."""


def header_line(schema: pa.Schema, options: CsvWrite) -> bytes:
    """The column names as a line."""
    names = pa.array(schema.names, pa.string())
    return joined(pa.array([options.delimiter.join(_quoted(names, options).to_pylist())]))


class CsvWriter:
    """Null is the option ``nullValue``; an empty text is quoted, so that the two differ."""

    def __init__(self, opening: Opening) -> None:
        self._options: CsvWrite = opening.options
        self._file = TextFile(opening.path, self._options.encoding, self._options.compression)
        if self._options.header and not opening.continues:
            self._file.write(header_line(opening.schema, self._options))

    def write(self, batch: pa.RecordBatch) -> None:
        fields = [self._field(column) for column in batch.columns]
        if len(fields) == 1:
            lines = _never_blank(fields[0], self._options)
        else:
            lines = pc.binary_join_element_wise(*fields, self._options.delimiter)
        self._file.write(joined(lines))

    def close(self) -> None:
        self._file.close()

    def _field(self, column: pa.Array) -> pa.Array:
        options, text = self._options, as_text(column)
        if is_text(column.type) or {options.delimiter, options.quote} & _IN_NUMBERS:
            text = _quoted(text, options)
        return pc.fill_null(text, options.null_value)


def _quoted(text: pa.Array, options: CsvWrite) -> pa.Array:
    """Texts in quotes where they would be misread without."""
    quote = options.quote
    enclosed = pc.binary_join_element_wise(
        quote, pc.replace_substring(text, quote, quote + quote), quote, ""
    )
    if options.quote_all:
        return enclosed
    special = "".join(re.escape(character) for character in (options.delimiter, quote))
    needs = pc.match_substring_regex(text, rf"[{special}\r\n]|^\s|\s$|^$")
    if options.null_value:
        needs = pc.or_(needs, pc.equal(text, options.null_value))
    return pc.if_else(needs, enclosed, text)


def _never_blank(field: pa.Array, options: CsvWrite) -> pa.Array:
    """Readers skip blank lines: a null alone in its row is written as an empty text."""
    return pc.if_else(pc.equal(field, ""), options.quote * 2, field)


def _check(schema: pa.Schema, options: CsvWrite) -> None:
    check_flat(schema, "csv")


FORMAT = FileFormat("csv", (".csv", ".tsv"), CsvWriter, _check, lengthens=True)
