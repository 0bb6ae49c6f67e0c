from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headrace.engines.atomic import settled
from headrace.engines.writers.failures import explained
from headrace.engines.writers.files import save_files
from headrace.engines.writers.places import find_place
from headrace.engines.writers.rows import Rows
from headrace.errors import DataError
from headrace.graph.protocols import SaveMode
from tests.engines.atomic.crashes import hidden
from tests.engines.writers.saving import save, target_of, visible

SAVES = 6


def at_once(action: Callable[[int, threading.Barrier], None]) -> list[Exception]:
    """Run ``action`` in several threads, which meet at the barrier; the errors they raised."""
    barrier, errors = threading.Barrier(SAVES), list[Exception]()

    def run(number: int) -> None:
        try:
            action(number, barrier)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(SAVES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def saver(path: Path, mode: SaveMode) -> Callable[[int, threading.Barrier], None]:
    """Saves a hundred rows of its own number; all have begun before one ends."""

    def run(number: int, barrier: threading.Barrier) -> None:
        table = pa.table({"n": [number] * 100})

        def batches() -> Iterator[pa.RecordBatch]:
            barrier.wait(timeout=20)
            yield from table.to_batches(max_chunksize=10)

        target = target_of("parquet", path, mode, file_num=3)
        with explained(target.path):
            save_files(
                Rows(table.schema, batches()), target, find_place(str(path), path), path.parent
            )

    return run


class TestAtTheSameTime:
    def test_appends_are_all_kept(self, tmp_path: Path) -> None:
        save(pa.table({"n": [-1]}), target_of("parquet", tmp_path / "t"), tmp_path)

        errors = at_once(saver(tmp_path / "t", "append"))

        rows = sorted(pq.read_table(tmp_path / "t")["n"].to_pylist())
        assert errors == []
        assert rows == [-1, *(number for number in range(SAVES) for _ in range(100))]

    def test_of_overwrites_one_is_seen_whole(self, tmp_path: Path) -> None:
        save(pa.table({"n": [-1]}), target_of("parquet", tmp_path / "t"), tmp_path)

        errors = at_once(saver(tmp_path / "t", "overwrite"))

        rows = pq.read_table(tmp_path / "t")["n"].to_pylist()
        assert errors == []
        assert rows == [rows[0]] * 100
        assert hidden(tmp_path) == []

    def test_of_new_tables_one_is_made(self, tmp_path: Path) -> None:
        errors = at_once(saver(tmp_path / "t", "errorIfExists"))

        rows = pq.read_table(tmp_path / "t")["n"].to_pylist()
        assert [type(error) for error in errors] == [DataError] * (SAVES - 1)
        assert rows == [rows[0]] * 100
        assert hidden(tmp_path) == []


@pytest.mark.parametrize("mode", ["append", "overwrite"])
def test_a_reader_meanwhile_lists_whole_tables_only(tmp_path: Path, mode: SaveMode) -> None:
    path, done = tmp_path / "t", threading.Event()
    seen: set[int] = set()

    def write() -> None:
        for _ in range(20):
            saver(path, mode)(1, threading.Barrier(1))
        done.set()

    saver(path, "errorIfExists")(1, threading.Barrier(1))
    writer = threading.Thread(target=write)
    writer.start()
    while not done.wait(0.001):
        with settled(path):
            seen.add(len(visible(path)))
    writer.join()

    assert all(count % 3 == 0 and count > 0 for count in seen)
