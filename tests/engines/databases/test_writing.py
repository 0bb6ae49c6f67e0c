from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from headrace.engines.databases import check_jdbc, save_jdbc
from headrace.engines.writers.rows import Rows
from headrace.errors import Cancelled, DataError, OptionError
from headrace.graph.protocols import SaveMode
from tests.engines.databases.conftest import SERVERS, Database

OLD = pa.table({"n": range(10), "t": ["old"] * 10})
NEW = pa.table({"n": range(100, 3100), "t": ["new"] * 3000})


def numbers(database: Database) -> list[int]:
    return sorted(database.read()["n"].to_pylist())


class TestModes:
    def test_error_if_exists(self, database: Database) -> None:
        saved = database.save(NEW)

        assert (saved.rows, saved.skipped) == (3000, False)
        assert database.table in saved.path
        with pytest.raises(DataError, match=f"table '{database.table}' exists already"):
            database.save(OLD)
        with pytest.raises(DataError, match="exists already"):
            check_jdbc(database.target(), database.root)
        assert database.read().num_rows == 3000

    def test_ignore(self, database: Database) -> None:
        database.save(OLD)

        saved = database.save(NEW, "ignore")

        assert (saved.rows, saved.skipped) == (0, True)
        assert numbers(database) == list(range(10))

    def test_overwrite_takes_new_columns(self, database: Database) -> None:
        database.save(OLD)

        database.save(pa.table({"other": [1.5]}), "overwrite")

        assert database.read().to_pydict() == {"other": [1.5]}
        assert database.own_tables() == [database.table]

    def test_overwrite_with_truncate_keeps_the_table(self, database: Database) -> None:
        database.execute(f"create table {database.table} (n bigint primary key, t varchar(9))")
        database.save(OLD, "append")

        database.save(NEW, "overwrite", truncate=True)

        assert numbers(database) == list(range(100, 3100))
        with pytest.raises(DataError, match=r"(?i)duplicate|unique"):  # the key is still there
            database.save(NEW, "append")

    def test_append_creates_and_adds(self, database: Database) -> None:
        database.save(OLD, "append")
        database.save(NEW, "append")

        assert numbers(database) == [*range(10), *range(100, 3100)]

    def test_append_matches_columns_by_name(self, database: Database) -> None:
        database.execute(
            f"create table {database.table} (t varchar(9), n bigint, extra int default 7)"
        )

        database.save(pa.table({"N": [1], "T": ["x"]}), "append")

        assert database.read().to_pylist() == [{"t": "x", "n": 1, "extra": 7}]

    def test_append_names_a_column_that_the_table_lacks(self, database: Database) -> None:
        database.save(OLD)

        with pytest.raises(DataError, match="has no column 'tt'") as caught:
            database.save(pa.table({"n": [1], "tt": ["x"]}), "append")

        assert "did you mean 't'" in (caught.value.hint or "")
        assert numbers(database) == list(range(10))

    def test_the_option_dbtable_names_the_table_too(self, database: Database) -> None:
        database.save(OLD, dbtable=f"{database.table}_2")

        assert database.own_tables() == [f"{database.table}_2"]

    def test_partitions_are_refused(self, database: Database) -> None:
        with pytest.raises(OptionError, match="partitionBy means nothing"):
            check_jdbc(replace(database.target(), partition_by=("n",)), database.root)


class TestFailures:
    @pytest.mark.parametrize("mode", ["errorIfExists", "overwrite", "append"])
    def test_of_the_source_leave_the_old_rows(self, database: Database, mode: SaveMode) -> None:
        if mode != "errorIfExists":
            database.save(OLD)

        def batches() -> Iterator[pa.RecordBatch]:
            yield from NEW.to_batches()
            raise Cancelled("the query was cancelled")

        with pytest.raises(Cancelled):
            save_jdbc(Rows(NEW.schema, batches()), database.target(mode), database.root)

        if mode == "errorIfExists":
            assert database.own_tables() == []
        else:
            assert numbers(database) == list(range(10))
            assert database.own_tables() == [database.table]

    def test_of_a_row_leave_the_old_rows(self, database: Database) -> None:
        database.execute(
            f"create table {database.table} (n bigint, t varchar(9), check (n < 3000))"
        )
        database.save(OLD, "append")

        with pytest.raises(DataError, match=r"(?i)refused: .*constraint"):
            database.save(NEW, "append")

        assert numbers(database) == list(range(10))

    def test_of_a_new_sqlite_file_leave_no_file(self, database: Database) -> None:
        if database.kind != "sqlite":
            pytest.skip("servers have no files of ours")

        with pytest.raises(DataError, match="holds NaN"):
            database.save(pa.table({"n": [float("nan")]}))

        assert list(database.root.iterdir()) == []

    def test_a_text_too_long_is_an_error_and_not_cut_off(self, database: Database) -> None:
        if database.kind == "sqlite":
            pytest.skip("SQLite knows no lengths")
        database.execute(f"create table {database.table} (t varchar(3))")

        with pytest.raises(DataError, match="too long"):
            database.save(pa.table({"t": ["four"]}), "append")


class TestNamesAreNoCode:
    @pytest.mark.parametrize("name", ['x"); drop table t; --', "`x`", "x'y", "a %s :b", "1=1"])
    def test_of_columns(self, database: Database, name: str) -> None:
        table = pa.table({name: ["it's"], "n": [1]})

        database.save(table)
        database.save(table, "append")

        assert database.read().to_pydict() == {name: ["it's"] * 2, "n": [1, 1]}


class TestSecrets:
    @pytest.fixture(params=list(SERVERS))
    def server(self, request: pytest.FixtureRequest) -> str:
        if SERVERS[request.param] not in os.environ:
            pytest.skip(f"no {request.param} server: {SERVERS[request.param]} is not set")
        return os.environ[SERVERS[request.param]]

    def test_a_refused_password_is_in_no_message(self, server: str, tmp_path: Path) -> None:
        database = Database("server", server.replace("s3cret", "hush-hush"), "t", tmp_path)

        with pytest.raises(DataError, match=r"cannot connect to the .* as 'headrace'") as caught:
            database.read()

        assert "hush" not in str(caught.value)
        assert "w0rd" not in str(caught.value)
        assert caught.value.__cause__ is None

    @pytest.mark.parametrize(
        "url",
        [
            "jdbc:postgresql://ann:hush@127.0.0.1:1/x",
            "jdbc:mysql://127.0.0.1:1/x?user=ann&password=hush",
            "jdbc:postgresql://hush:hush@hush.invalid/x?sslmode=hush",
        ],
    )
    def test_nor_is_one_of_an_unreachable_server(self, url: str, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="cannot connect to the") as caught:
            Database(
                "none", url.replace("//hush:", "//ann:").replace("hush.in", "in"), "t", tmp_path
            ).read()

        assert "hush" not in str(caught.value)


SAVE = """
import os, signal, sys
from pathlib import Path

import pyarrow as pa

from headrace.engines.atomic import on_crash_point
from tests.engines.databases.conftest import Database

moment, kind, url, table, root, mode, truncate = sys.argv[1:]

def kill_at(name):
    if name == moment:
        os.kill(os.getpid(), signal.SIGKILL)

on_crash_point(kill_at)
rows = pa.table({"n": range(100, 3100), "t": ["new"] * 3000})
Database(kind, url, table, Path(root)).save(rows, mode, truncate=truncate)
"""


class TestKilled:
    @pytest.mark.parametrize(
        ("mode", "truncate", "moment", "added"),
        [
            ("overwrite", "false", "save.batch", False),
            ("overwrite", "false", "database.inserted", False),
            ("overwrite", "false", "database.committed", True),
            ("overwrite", "true", "database.inserted", False),
            ("append", "false", "database.inserted", False),
            ("append", "false", "database.committed", True),
        ],
    )
    def test_the_old_rows_or_the_new(
        self, database: Database, mode: str, truncate: str, moment: str, added: bool
    ) -> None:
        database.save(OLD)

        self.kill(database, moment, mode, truncate)

        new = list(range(100, 3100))
        kept = [] if mode == "overwrite" and added else list(range(10))
        assert numbers(database) == kept + (new if added else [])

    @pytest.mark.parametrize(
        "moment", ["database.created", "database.inserted", "database.renamed"]
    )
    def test_the_next_save_removes_what_mysql_could_not_undo(
        self, database: Database, moment: str
    ) -> None:
        if database.kind != "mysql":
            pytest.skip("the other databases undo everything themselves")
        database.save(OLD)
        self.kill(database, moment, "overwrite", "false")
        assert len(database.own_tables()) > 1

        database.save(OLD, "overwrite")

        assert database.own_tables() == [database.table]
        assert numbers(database) == list(range(10))

    @staticmethod
    def kill(database: Database, moment: str, mode: str, truncate: str) -> None:
        arguments = [database.kind, database.url, database.table, str(database.root)]
        done = subprocess.run(
            [sys.executable, "-c", SAVE, moment, *arguments, mode, truncate],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            cwd=Path(__file__).parents[3],
        )
        assert done.returncode == -signal.SIGKILL, f"{moment} was not reached: {done.stderr}"
