from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from headrace.engines.atomic import recover
from headrace.engines.sessions import ConnectTables
from headrace.engines.sinks import FileSinks
from headrace.errors import Cancelled, DataError, RunError
from tests.engines.atomic.crashes import hidden
from tests.engines.writers.saving import target_of, visible

ROWS = "select id, concat('名', id) as name, id % 3 as k, timestamp'2024-01-01 00:00:00' as at"


@pytest.fixture
def sinks(tmp_path: Path) -> FileSinks:
    return FileSinks(tmp_path)


class TestSave:
    @pytest.mark.parametrize("format_name", ["parquet", "orc", "csv", "json", "delta"])
    def test_writes_every_row_of_a_frame(
        self, tables: ConnectTables, sinks: FileSinks, tmp_path: Path, format_name: str
    ) -> None:
        frame = tables.sql(f"{ROWS} from range(20000)")

        saved = sinks.save(frame, target_of(format_name, "out/t"), tables)

        assert saved.rows == 20_000
        assert saved.path == str(tmp_path / "out" / "t")
        assert saved.data_bytes == sum(p.stat().st_size for p in visible(tmp_path / "out" / "t"))

    def test_the_engine_reads_back_what_was_saved(
        self, tables: ConnectTables, sinks: FileSinks, tmp_path: Path
    ) -> None:
        frame = tables.sql(
            "select id, cast(id as decimal(10,2)) as d, array(1.5D, null) as v, "
            "named_struct('a', 1) as s, map('k', 'v') as m, date'2024-02-29' as day, "
            "timestamp'2024-01-01 00:00:00' as at, timestamp_ntz'2024-01-01 00:00:00' as local, "
            "cast('x' as binary) as raw, cast(null as string) as nothing from range(3)"
        )

        sinks.save(frame, target_of("parquet", "t"), tables)

        read = tables.read_parquet([str(tmp_path / "t")])
        assert tables.schema(read) == tables.schema(frame).__class__(
            tuple(type(column)(column.name, column.type, True) for column in tables.schema(frame))
        )
        expected = tables.collect(frame).sort_by("id").to_pylist()
        assert tables.collect(read).sort_by("id").to_pylist() == expected

    def test_no_rows_keep_the_columns(
        self, tables: ConnectTables, sinks: FileSinks, tmp_path: Path
    ) -> None:
        frame = tables.sql(f"{ROWS} from range(5) where id > 9")

        saved = sinks.save(frame, target_of("parquet", "t"), tables)

        assert saved.rows == 0
        assert pq.read_schema(visible(tmp_path / "t")[0]).names == ["id", "name", "k", "at"]

    def test_over_the_files_that_the_frame_reads_loses_nothing(
        self, tables: ConnectTables, sinks: FileSinks, tmp_path: Path
    ) -> None:
        sinks.save(tables.sql(f"{ROWS} from range(50000)"), target_of("parquet", "t"), tables)
        frame = tables.read_parquet([str(tmp_path / "t")])

        saved = sinks.save(frame, target_of("parquet", "t", "overwrite"), tables)

        assert saved.rows == 50_000
        assert pq.read_table(tmp_path / "t").num_rows == 50_000

    def test_partitions_are_read_back_as_columns(
        self, tables: ConnectTables, sinks: FileSinks, tmp_path: Path
    ) -> None:
        frame = tables.sql(f"{ROWS} from range(10)")

        sinks.save(frame, target_of("parquet", "t", "errorIfExists", ("k",)), tables)

        assert sorted(path.name for path in (tmp_path / "t").iterdir()) == ["k=0", "k=1", "k=2"]
        assert pq.read_table(tmp_path / "t").num_rows == 10

    def test_an_error_of_the_query_leaves_the_old_table(
        self, tables: ConnectTables, sinks: FileSinks, tmp_path: Path
    ) -> None:
        sinks.save(tables.sql(f"{ROWS} from range(5)"), target_of("parquet", "t"), tables)
        failing = tables.sql("select cast(concat('x', id) as int) as n from range(10)")

        with pytest.raises(RunError):
            sinks.save(failing, target_of("parquet", "t", "overwrite"), tables)

        assert pq.read_table(tmp_path / "t").num_rows == 5
        assert hidden(tmp_path) == []

    def test_check_refuses_what_will_fail(
        self, tables: ConnectTables, sinks: FileSinks, tmp_path: Path
    ) -> None:
        (tmp_path / "t").mkdir()

        with pytest.raises(DataError, match="'t' exists already"):
            sinks.check(target_of("csv", "t"))
        with pytest.raises(DataError, match="would be replaced"):
            sinks.check(target_of("csv", ".", "overwrite"))
        sinks.check(target_of("csv", "t", "overwrite"))


class TestCancel:
    def test_leaves_nothing_behind(
        self, tables: ConnectTables, sinks: FileSinks, tmp_path: Path
    ) -> None:
        frame = tables.sql("select a.id from range(100000000) a")
        target = target_of("csv", "t.csv")

        class CancelAfterOne:
            def __getattr__(self, name: str) -> object:
                return getattr(tables, name)

            def batches(self, frame: object) -> Iterator[object]:
                for number, batch in enumerate(tables.batches(frame)):  # type: ignore[arg-type]
                    if number == 3:
                        tables.cancel()
                    yield batch

        with pytest.raises(Cancelled):
            sinks.save(frame, target, CancelAfterOne())  # type: ignore[arg-type]

        assert list(tmp_path.iterdir()) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte; skips where this user may not mount."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system needs root")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


class TestFullDisk:
    @pytest.mark.parametrize(
        ("format_name", "name"),
        [
            ("csv", "t.csv"),
            ("parquet", "t"),
            ("parquet", "t.parquet"),
            ("json", "t.json.gz"),
            ("excel", "t.xlsx"),
            ("orc", "t.orc"),
        ],
    )
    def test_is_an_error_of_ours_and_the_old_table_stands(
        self, tables: ConnectTables, small_disk: Path, format_name: str, name: str
    ) -> None:
        sinks = FileSinks(small_disk)
        sinks.save(tables.sql("select 1 as n"), target_of(format_name, name), tables)
        before = {path: path.read_bytes() for path in visible(small_disk)}
        large = tables.sql("select sha2(cast(id as string), 512) as n from range(60000)")

        with pytest.raises(DataError, match=f"cannot save to '{name}': the disk is full"):
            sinks.save(large, target_of(format_name, name, "overwrite"), tables)

        assert {path: path.read_bytes() for path in visible(small_disk)} == before
        assert hidden(small_disk) == []

    def test_is_an_error_of_ours_for_delta(self, tables: ConnectTables, small_disk: Path) -> None:
        large = tables.sql("select sha2(cast(id as string), 512) as n from range(60000)")

        with pytest.raises(DataError, match="the disk is full"):
            FileSinks(small_disk).save(large, target_of("delta", "t"), tables)

        assert not (small_disk / "t").exists()

    def test_and_a_limit_on_file_sizes_are_alike(
        self, tables: ConnectTables, sinks: FileSinks, tmp_path: Path
    ) -> None:
        large = tables.sql("select sha2(cast(id as string), 512) as n from range(60000)")
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, before[1]))
        try:
            with pytest.raises(DataError, match="the file is too large"):
                sinks.save(large, target_of("csv", "t.csv"), tables)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, handler)

        assert list(tmp_path.iterdir()) == []


class TestReadOnly:
    def test_a_read_only_disk_is_an_error_of_ours(
        self, tables: ConnectTables, small_disk: Path
    ) -> None:
        subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)

        with pytest.raises(DataError, match=r"read-only|may not be written to"):
            FileSinks(small_disk).save(
                tables.sql("select 1 as n"), target_of("csv", "t.csv"), tables
            )

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
    def test_a_directory_without_permission_is_an_error_of_ours(
        self, sinks: FileSinks, tmp_path: Path
    ) -> None:
        tmp_path.chmod(0o500)

        with pytest.raises(DataError, match="may not be written to"):
            sinks.check(target_of("csv", "t.csv"))


SAVE = """
import os, signal, sys
from pathlib import Path

import pyarrow as pa

from headrace.engines.atomic import on_crash_point
from tests.engines.writers.saving import save, target_of

moment, format_name, mode, path = sys.argv[1:]

def kill_at(name):
    if name == moment:
        os.kill(os.getpid(), signal.SIGKILL)

on_crash_point(kill_at)
table = pa.table({"n": range(5000, 15000)})
save(table, target_of(format_name, path, mode), Path(path).parent)
"""

OLD = list(range(10))
NEW = list(range(5000, 15000))


class TestKilled:
    """Real formats, killed at the moments that matter; the protocols are tested in ``atomic``."""

    @pytest.mark.parametrize(
        ("name", "mode", "moment", "expected"),
        [
            ("t.parquet", "overwrite", "save.batch", OLD),
            ("t.parquet", "overwrite", "file.written", OLD),
            ("t.parquet", "overwrite", "file.renamed", NEW),
            ("t", "overwrite", "save.batch", OLD),
            ("t", "overwrite", "directory.written", OLD),
            ("t", "overwrite", "directory.committed", NEW),
            ("t", "append", "save.batch", OLD),
            ("t", "append", "append.written", OLD),
            ("t", "append", "append.journal", OLD + NEW),
            ("t", "append", "append.moved", OLD + NEW),
            ("t", "append", "append.committed", OLD + NEW),
        ],
    )
    def test_the_reader_sees_the_old_table_or_the_new(
        self,
        tables: ConnectTables,
        sinks: FileSinks,
        tmp_path: Path,
        name: str,
        mode: str,
        moment: str,
        expected: list[int],
    ) -> None:
        sinks.save(tables.sql("select id as n from range(10)"), target_of("parquet", name), tables)

        self.kill(moment, "parquet", mode, tmp_path / name)
        recover(tmp_path / name)

        read = tables.collect(tables.read_parquet([str(p) for p in self.files(tmp_path / name)]))
        assert sorted(read["n"].to_pylist()) == expected
        assert hidden(tmp_path) == []

    @pytest.mark.parametrize(("moment", "versions"), [("save.batch", 1), ("delta.committed", 2)])
    def test_delta_has_the_old_version_or_the_new(
        self,
        tables: ConnectTables,
        sinks: FileSinks,
        tmp_path: Path,
        moment: str,
        versions: int,
    ) -> None:
        from deltalake import DeltaTable

        sinks.save(tables.sql("select id as n from range(10)"), target_of("delta", "t"), tables)

        self.kill(moment, "delta", "append", tmp_path / "t")

        table = DeltaTable(str(tmp_path / "t"))
        assert table.version() == versions - 1
        assert table.to_pyarrow_table().num_rows == (10 if versions == 1 else 10_010)

    @staticmethod
    def kill(moment: str, format_name: str, mode: str, path: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-c", SAVE, moment, format_name, mode, str(path)],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            cwd=Path(__file__).parents[2],
        )
        assert done.returncode == -signal.SIGKILL, f"{moment} was not reached: {done.stderr}"

    @staticmethod
    def files(path: Path) -> list[Path]:
        return visible(path) if path.is_dir() else [path]


class TestDatabases:
    def test_take_a_frame_and_statements(
        self, tables: ConnectTables, sinks: FileSinks, tmp_path: Path
    ) -> None:
        target = target_of("jdbc", "sales", url="jdbc:sqlite:shop.db")

        sinks.check(target)
        saved = sinks.save(tables.sql(f"{ROWS} from range(5000)"), target, tables)
        changed = sinks.execute(["delete from sales where id >= 10"], target.options)

        with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
            kept = connection.execute("select count(*), max(at) from sales").fetchall()
        assert (saved.rows, changed) == (5000, (4990,))
        assert kept == [(10, "2024-01-01 00:00:00.000000")]
        with pytest.raises(DataError, match="table 'sales' exists already"):
            sinks.check(target)
