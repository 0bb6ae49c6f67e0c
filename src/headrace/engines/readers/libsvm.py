"""LIBSVM's sparse text, by columns: no Python object is made for a number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from headrace.engines.readers.base import InputFile, Reader, Reading
from headrace.engines.readers.streams import Block, blocks_of, last_line_end, text_chunks
from headrace.engines.readers.text import lines_of
from headrace.errors import DataError
from headrace.operators.formats.libsvm import LibsvmRead

SPARSE = pa.struct(
    [("size", pa.int32()), ("indices", pa.list_(pa.int32())), ("values", pa.list_(pa.float64()))]
)


class LibsvmReader(Reader):
    """Columns ``label`` (double) and ``features``; indices count from 1 in the text, from 0 in
    the vectors."""

    typed = True
    open_columns = False

    def prepare(self, files: Sequence[InputFile], reading: Reading) -> Reading:
        """The length of the vectors is known only when all were seen."""
        options: LibsvmRead = reading.options
        if options.num_features is not None:
            return reading
        sizes = [b.size for f in files for b in _parsed(f, reading)]
        known = options.model_copy(update={"num_features": max([1, *sizes])})
        return replace(reading, options=known)

    def read(self, file: InputFile, reading: Reading) -> Iterator[pa.Table]:
        options: LibsvmRead = reading.options
        is_dense = options.vector_type == "dense"
        vector = pa.list_(pa.float64()) if is_dense else SPARSE
        yield pa.schema([("label", pa.float64()), ("features", vector)]).empty_table()
        for block in _parsed(file, reading):
            size = options.num_features or block.size
            if block.size > size:
                raise DataError(
                    f"'{file.label}' has the feature {block.size}, and num_features is {size}",
                    hint="leave num_features out, or make it larger",
                )
            features = block.dense(size) if is_dense else block.sparse(size)
            yield pa.table({"label": block.labels, "features": features})


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows in compressed form: those of row i are ``offsets[i]`` to ``offsets[i + 1]``."""

    labels: pa.Array
    offsets: Any
    indices: Any
    values: pa.Array

    @property
    def size(self) -> int:
        """One more than the largest index."""
        return int(self.indices.max()) + 1 if len(self.indices) else 0

    def sparse(self, size: int) -> pa.Array:
        offsets = pa.array(self.offsets, pa.int32())
        sizes = pa.array(np.full(len(self.labels), size, np.int32))
        indices = pa.ListArray.from_arrays(offsets, pa.array(self.indices))
        values = pa.ListArray.from_arrays(offsets, self.values)
        return pa.StructArray.from_arrays([sizes, indices, values], fields=list(SPARSE))

    def dense(self, size: int) -> pa.Array:
        matrix = np.zeros((len(self.labels), size))
        rows = np.repeat(np.arange(len(self.labels)), np.diff(self.offsets))
        matrix[rows, self.indices] = self.values.to_numpy(zero_copy_only=False)
        offsets = pa.array(np.arange(len(self.labels) + 1, dtype=np.int32) * size)
        return pa.ListArray.from_arrays(offsets, pa.array(matrix.ravel()))


def _parsed(file: InputFile, reading: Reading) -> Iterator[_Rows]:
    chunks = text_chunks(file, "utf-8", reading.block_bytes)
    for block in blocks_of(file, chunks, last_line_end):
        yield _rows(file, block)


def _rows(file: InputFile, block: Block) -> _Rows:
    lines = pc.utf8_trim_whitespace(pc.replace_substring_regex(lines_of(block.data), "#.*", ""))
    is_row = pc.not_equal(lines, "").to_numpy(zero_copy_only=False)
    numbers = np.flatnonzero(is_row) + block.first_line
    tokens = pc.utf8_split_whitespace(lines.filter(pa.array(is_row)))
    starts = tokens.offsets.to_numpy()
    words = tokens.values
    is_entry = np.ones(len(words), bool)
    is_entry[starts[:-1]] = False
    rows = np.repeat(numbers, np.diff(starts))
    labels = _numbers(words.filter(pa.array(~is_entry)), pa.float64(), "label", file, numbers)
    entries = words.filter(pa.array(is_entry))
    pairs = pc.split_pattern(entries, ":", max_splits=1)
    _check_pairs(entries, pairs, file, rows[is_entry])
    halves = pairs.flatten()
    every_other = np.arange(0, len(halves), 2)
    indices = _numbers(halves.take(every_other), pa.int32(), "index", file, rows[is_entry])
    values = _numbers(halves.take(every_other + 1), pa.float64(), "value", file, rows[is_entry])
    offsets = starts - np.arange(len(starts))
    positions = indices.to_numpy(zero_copy_only=False) - 1
    _check_ascending(positions, rows[is_entry], file)
    return _Rows(labels, offsets, positions.astype(np.int32), values)


def _check_pairs(entries: pa.Array, pairs: pa.Array, file: InputFile, lines: Any) -> None:
    is_pair = pc.equal(pc.list_value_length(pairs), 2).to_numpy(zero_copy_only=False)
    if not is_pair.all():
        first = int(np.flatnonzero(~is_pair)[0])
        raise _bad(file, lines[first], f"'{entries[first].as_py()}' is not index:value")


def _check_ascending(positions: Any, lines: Any, file: InputFile) -> None:
    steps = np.diff(positions, prepend=-1)
    is_first = np.diff(lines, prepend=-1) != 0
    wrong = np.flatnonzero((positions < 0) | ((steps <= 0) & ~is_first))
    if len(wrong):
        raise _bad(file, lines[wrong[0]], "indices must ascend from 1")


def _numbers(
    words: pa.Array, wanted: pa.DataType, what: str, file: InputFile, lines: Any
) -> pa.Array:
    try:
        return words.cast(wanted)
    except pa.ArrowInvalid:
        first = next(i for i, word in enumerate(words) if not _is(word, wanted))
    raise _bad(file, lines[first], f"'{words[first].as_py()}' is not a number for a {what}")


def _is(word: pa.Scalar, wanted: pa.DataType) -> bool:
    try:
        word.cast(wanted)
    except pa.ArrowInvalid:
        return False
    return True


def _bad(file: InputFile, line: int, reason: str) -> DataError:
    return DataError(
        f"'{file.label}', line {line}: {reason}",
        hint="a line is: label index:value index:value …",
        code="bad-row",
    )
