"""Rows into the part files of one directory, or of one directory a partition."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa

from headrace.engines.writers.base import MEMORY_BYTES, RowWriter
from headrace.engines.writers.hive_layout import split

FULL_BYTES = 1 << 30
"""A part file of this size is closed and the next begun, so that readers can share the work."""

OPEN_FILES = 32
"""How many partitions have a file open at the same time."""

Opener = Callable[[Path, int], RowWriter]
"""Opens a part file, which may hold back so many bytes."""


class PartFiles:
    """Part files of one directory.

    Parameters
    ----------
    folder : where they stand; made when the first is
    name : of a part, by its number
    open_file : opens one
    count : how many; rows go to them in turns. None begins a new one when one is full
    """

    def __init__(
        self,
        folder: Path,
        name: Callable[[int], str],
        open_file: Opener,
        count: int | None = None,
    ) -> None:
        self._folder, self._name, self._open_file, self._count = folder, name, open_file, count
        self._files: list[tuple[Path, RowWriter]] = []
        self._begun = self._turn = 0

    def write(self, batch: pa.RecordBatch) -> None:
        if self._count is None:
            self._end_if_full()
        if len(self._files) < (self._count or 1):
            self._begin()
        self._files[self._turn % len(self._files)][1].write(batch)
        self._turn += self._count is not None

    def close(self) -> None:
        """Close all; a directory that got no rows gets one file, which holds the columns."""
        if not self._begun:
            self._begin()
        while self._files:
            self._files.pop()[1].close()

    def _begin(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / self._name(self._begun)
        self._files.append((path, self._open_file(path, MEMORY_BYTES // (self._count or 1))))
        self._begun += 1
        self._turn = len(self._files) - 1

    def _end_if_full(self) -> None:
        if self._files and self._files[0][0].stat().st_size >= FULL_BYTES:
            self._files.pop()[1].close()


class PartitionedFiles:
    """A directory of part files for every combination of the partition columns' values.

    Rows are gathered before they are split, so that a partition has few files however its rows
    are strewn; at most ``OPEN_FILES`` stay open.
    """

    def __init__(
        self,
        folder: Path,
        columns: Sequence[str],
        name: Callable[[int], str],
        open_file: Opener,
        gather_bytes: int = 2 * MEMORY_BYTES,
    ) -> None:
        self._folder, self._columns, self._name, self._open_file = folder, columns, name, open_file
        self._gather_bytes = gather_bytes
        self._held: list[pa.RecordBatch] = []
        self._held_bytes = self._begun = 0
        self._open: OrderedDict[str, RowWriter] = OrderedDict()

    def write(self, batch: pa.RecordBatch) -> None:
        self._held.append(batch)
        self._held_bytes += batch.nbytes
        if self._held_bytes >= self._gather_bytes:
            self._write_held()

    def close(self) -> None:
        if self._held:
            self._write_held()
        while self._open:
            self._open.popitem()[1].close()

    def _write_held(self) -> None:
        for folder, rows in split(pa.Table.from_batches(self._held), self._columns):
            writer = self._writer(folder)
            for batch in rows.combine_chunks().to_batches():
                writer.write(batch)
        self._held, self._held_bytes = [], 0

    def _writer(self, folder: str) -> RowWriter:
        writer = self._open.pop(folder, None)
        if writer is None:
            while len(self._open) >= OPEN_FILES:
                self._open.popitem(last=False)[1].close()
            (self._folder / folder).mkdir(parents=True, exist_ok=True)
            path = self._folder / folder / self._name(self._begun)
            writer = self._open_file(path, MEMORY_BYTES // OPEN_FILES)
            self._begun += 1
        self._open[folder] = writer
        return writer
