"""The cache of staged copies: whole or absent, shared, bounded."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from headrace.engines.readers.staging import Staging
from headrace.errors import DataError


def write(target: Path) -> None:
    target.write_bytes(b"x" * 100)


class TestObtain:
    def test_writes_once(self, tmp_path: Path) -> None:
        calls: list[Path] = []

        def counted(target: Path) -> None:
            calls.append(target)
            write(target)

        for _ in range(2):
            Staging(tmp_path).obtain("k", counted)

        assert len(calls) == 1
        assert [path.name for path in tmp_path.iterdir()] == ["k.parquet"]

    def test_a_failed_write_leaves_nothing(self, tmp_path: Path) -> None:
        def fail(target: Path) -> None:
            write(target)
            raise DataError("bad row")

        with pytest.raises(DataError, match="bad row"):
            Staging(tmp_path).obtain("k", fail)

        assert list(tmp_path.iterdir()) == []

    def test_a_full_disk_is_said_plainly(self, tmp_path: Path) -> None:
        def fill(target: Path) -> None:
            raise OSError(28, "No space left on device")

        with pytest.raises(DataError, match="cannot be written: No space left on device"):
            Staging(tmp_path).obtain("k", fill)

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()

        with pytest.raises(DataError, match="cannot be written"):
            Staging(tmp_path / "file" / "staging").obtain("k", write)

    def test_many_at_once_all_get_a_whole_file(self, tmp_path: Path) -> None:
        sizes: list[int] = []

        def ask() -> None:
            sizes.append(Staging(tmp_path).obtain("k", write).stat().st_size)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sizes == [100] * 8


class TestLimit:
    def test_the_least_recently_used_go_first(self, tmp_path: Path) -> None:
        earlier = Staging(tmp_path)
        for age, key in ((3, "old"), (2, "newer")):
            used = time.time() - age * 86_400
            os.utime(earlier.obtain(key, write), (used, used))

        Staging(tmp_path, limit_bytes=250).obtain("new", write)

        assert sorted(path.stem for path in tmp_path.iterdir()) == ["new", "newer"]

    def test_what_was_handed_out_or_just_used_stays(self, tmp_path: Path) -> None:
        staging = Staging(tmp_path, limit_bytes=50)
        first = staging.obtain("a", write)
        os.utime(first, (0, 0))

        staging.obtain("b", write)

        assert first.exists()

    def test_leavings_of_killed_writers_go(self, tmp_path: Path) -> None:
        orphan = tmp_path / "0123.unfinished"
        write(orphan)
        os.utime(orphan, (0, 0))

        Staging(tmp_path).obtain("k", write)

        assert not orphan.exists()

    def test_copies_for_one_process_go_when_others_come(self, tmp_path: Path) -> None:
        copy = Staging(tmp_path).once(write)
        os.utime(copy, (0, 0))

        other = Staging(tmp_path).once(write)

        assert not copy.exists()
        assert other.exists()
