"""JSON lines by pyarrow's parser; what it refuses, record by record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.json as pajson

from headrace.engines.readers.base import InputFile, Reader, Reading
from headrace.engines.readers.inference import must_be_text
from headrace.engines.readers.json_values import as_type, type_of
from headrace.engines.readers.lattice import fields_of, join
from headrace.engines.readers.streams import (
    MAX_RECORD_BYTES,
    Block,
    blocks_of,
    last_line_end,
    text_chunks,
)
from headrace.errors import DataError
from headrace.operators.formats.json import JsonRead

kinds = pa.types

SHOWN_CHARACTERS = 80

_NULL_RECORD = re.compile(rb"(?:\A|[\n}])\s*null")

MAX_DEPTH = 200
"""Deeper nesting is left to Python's parser, which answers it with an error of its own."""


class JsonReader(Reader):
    """Reads json and jsonStr. Records need not have the same fields."""

    typed = False
    open_columns = True

    def read(self, file: InputFile, reading: Reading) -> Iterator[pa.Table]:
        options: JsonRead = reading.options
        encoding = "utf-8" if file.path is None else options.encoding
        chunks = text_chunks(file, encoding, reading.block_bytes)
        if options.multi_line:
            chunks = documents(chunks, file.label)
        parser = _Parser(file, reading)
        is_empty = True
        for block in blocks_of(file, chunks, last_line_end):
            if block.data.strip():
                is_empty = False
                yield parser.table(block)
        if is_empty:
            raise DataError(
                f"'{file.label}' is empty: no columns can be known from it",
                hint="write a record into it, or leave it out",
                code="empty-source",
            )
        if parser.bad:
            fate = "left out" if options.bad_rows == "drop" else "read as nulls"
            rows = "record" if parser.bad == 1 else "records"
            reading.warn(f"'{file.label}': {parser.bad:,} bad {rows} {fate}", None)


class _Parser:
    def __init__(self, file: InputFile, reading: Reading) -> None:
        self._file = file
        self._options: JsonRead = reading.options
        self._final = reading.final
        self._types = dict(reading.types)
        self.bad = 0

    def table(self, block: Block) -> pa.Table:
        table = self._fast(block.data)
        return self._slow(block) if table is None else table

    def _fast(self, data: bytes) -> pa.Table | None:
        """The records by pyarrow; None where it would refuse them or change what they say."""
        if _is_dangerous(data):
            return None
        try:
            table = self._parsed(data)
            texts = {f.name: without_times(f.type) for f in table.schema if _has_times(f.type)}
            if texts:  # pyarrow reads texts like 2024-05-01 as timestamps; they are texts here
                self._types |= texts
                table = self._parsed(data).select(table.column_names)  # or they would come first
        except pa.ArrowInvalid:
            return None
        is_changed = (
            len(table) != _count_lines(data)
            or any(_is_empty(f.type) for f in table.schema)
            or any(must_be_text(column) for column in table.columns)
        )
        return None if is_changed else table

    def _parsed(self, data: bytes) -> pa.Table:
        known = [(n, t) for n, t in self._types.items() if not (_is_empty(t) or kinds.is_null(t))]
        return pajson.read_json(
            pa.BufferReader(data),
            pajson.ReadOptions(block_size=max(1 << 20, 2 * _longest_line(data))),
            pajson.ParseOptions(explicit_schema=pa.schema(known)),
        )

    def _slow(self, block: Block) -> pa.Table:
        rows = list(self._records(block))
        types = dict(self._types)
        if not self._final:
            for row in rows:
                for name, value in row.items():
                    types[name] = join(types.get(name, pa.null()), type_of(value))
        columns = [
            pa.array([as_type(row.get(name), arrow) for row in rows], arrow)
            for name, arrow in types.items()
        ]
        return pa.table(columns, schema=pa.schema(list(types.items())))

    def _records(self, block: Block) -> Iterator[dict[str, Any]]:
        for number, line in enumerate(block.data.split(b"\n"), block.first_line):
            if not line.strip():
                continue
            record, reason = _record(line)
            if record is not None:
                yield record
                continue
            if self._options.bad_rows == "fail":
                raise self._failure(number, line, reason)
            self.bad += 1
            if self._options.bad_rows == "null":
                yield {}

    def _failure(self, number: int, line: bytes, reason: str) -> DataError:
        shown = line.decode(errors="replace").strip()
        shown = shown if len(shown) <= SHOWN_CHARACTERS else f"{shown[:SHOWN_CHARACTERS]}…"
        spans_lines = shown in ("[", "{") and not self._options.multi_line
        return DataError(
            f"'{self._file.label}', line {number}: not a JSON object ({reason}): {shown}",
            hint="set multiLine=true if the file is one document"
            if spans_lines or shown.startswith("[")
            else 'badRows="drop" leaves such records out',
            code="bad-row",
        )


def _record(line: bytes) -> tuple[dict[str, Any] | None, str]:
    """The object of a line, or why it is none."""
    try:
        value = json.loads(line)
    except RecursionError:
        return None, "nested too deeply"
    except ValueError as error:
        return None, str(error)
    if isinstance(value, dict):
        return value, ""
    return None, f"it is {'an array' if isinstance(value, list) else 'a single value'}"


def documents(chunks: Iterable[bytes], label: str) -> Iterator[bytes]:
    """Whole documents (an object, objects in a row, or an array of them) as JSON lines.

    Memory is bounded by the largest object.

    Raises
    ------
    DataError : the text is not JSON, with the line
    """
    decoder = json.JSONDecoder()
    held, line = "", 1
    for chunk in _ended(chunks):
        held += chunk.decode() if chunk else ""
        out, used, fault = _split(held, decoder)
        yield "".join(out).encode()
        line += held.count("\n", 0, used)
        held = held[used:]
        if held and (chunk is None or len(held) > MAX_RECORD_BYTES):
            raise DataError(
                f"'{label}', line {line}: not JSON: {fault or 'the document is cut off'}",
                hint="is it one object a line? Then leave multiLine out",
                code="bad-row",
            )


def _ended(chunks: Iterable[bytes]) -> Iterator[bytes | None]:
    yield from chunks
    yield None


def _split(text: str, decoder: json.JSONDecoder) -> tuple[list[str], int, str]:
    """The whole values at the start of a text, each as a line; where they end; what comes then.

    Brackets and commas between the values carry nothing, so that they are passed over.
    """
    out: list[str] = []
    used = 0
    while True:
        start = used
        while start < len(text) and text[start] in " \t\r\n[],":
            start += 1
        if start == len(text):
            return out, start, ""
        try:
            _, end = decoder.raw_decode(text, start)
        except (json.JSONDecodeError, RecursionError) as error:
            return out, start, str(error)
        out.append(text[start:end].replace("\n", " ").replace("\r", " ") + "\n")
        used = end


def _is_dangerous(data: bytes) -> bool:
    """Whether pyarrow's parser might end the process: by a null that stands for a whole record
    (seen in 26.0), or by nesting."""
    if b"null" in data and _NULL_RECORD.search(data):
        return True
    return b"[" * MAX_DEPTH in data or data.count(b"{") > MAX_DEPTH * (data.count(b"\n") + 1)


def _count_lines(data: bytes) -> int:
    """Lines that hold something; each must be one record, wherever blocks end."""
    if b"\n\n" not in data and b"\r" not in data and not data.startswith(b"\n"):
        return data.count(b"\n") + (not data.endswith(b"\n"))
    return sum(1 for line in data.split(b"\n") if line.strip())


def _longest_line(data: bytes) -> int:
    """At least the length of the longest line, cheaply: exact only where lines are long."""
    if len(data) <= 1 << 20:
        return len(data)
    longest, start = 0, 0
    while start < len(data):
        end = data.rfind(b"\n", start, start + (1 << 19))
        if end < 0:
            end = data.find(b"\n", start)
            end = len(data) if end < 0 else end
            longest = max(longest, end - start)
        start = end + 1
    return longest


def _has_times(arrow: pa.DataType) -> bool:
    return "timestamp" in str(arrow)


def without_times(arrow: pa.DataType) -> pa.DataType:
    """The type with strings in the place of timestamps, at every level."""
    if kinds.is_timestamp(arrow):
        return pa.string()
    if kinds.is_list(arrow):
        return pa.list_(without_times(arrow.value_type))
    if kinds.is_struct(arrow):
        return pa.struct([(f.name, without_times(f.type)) for f in fields_of(arrow)])
    return arrow


def _is_empty(arrow: pa.DataType) -> bool:
    """Whether there is a struct without fields in it, which Parquet cannot keep."""
    if kinds.is_list(arrow):
        return _is_empty(arrow.value_type)
    if kinds.is_struct(arrow):
        return not arrow.num_fields or any(_is_empty(f.type) for f in fields_of(arrow))
    return False
