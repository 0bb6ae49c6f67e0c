"""The ``Tables`` port over the embedded engine."""

from __future__ import annotations

import datetime
import decimal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from headrace.engines.embedded import EmbeddedEngine
from headrace.engines.sessions import ConnectTables
from headrace.errors import Cancelled, RunError
from headrace.graph import Schema


def values(tables: ConnectTables, sql: str) -> dict[str, list[object]]:
    found: dict[str, list[object]] = tables.collect(tables.sql(sql)).to_pydict()
    return found


class TestViews:
    def test_a_view_is_found_by_sql(self, tables: ConnectTables) -> None:
        tables.create_view("Orders", tables.sql("select 1 as id"))

        assert values(tables, "select ID from Orders") == {"ID": [1]}

    def test_what_a_view_means_is_fixed_when_it_is_made(self, tables: ConnectTables) -> None:
        tables.create_view("source", tables.sql("select 1 as a"))
        tables.create_view("doubled", tables.sql("select a * 2 as a from source"))
        tables.create_view("source", tables.sql("select 100 as a"))

        assert values(tables, "select a from doubled") == {"a": [2]}

    def test_a_view_may_be_redefined_over_itself(self, tables: ConnectTables) -> None:
        tables.create_view("t", tables.sql("select 1 as a"))
        tables.create_view("t", tables.sql("select a + 1 as a from t"))
        tables.create_view("t", tables.sql("select a + 1 as a from t"))

        assert values(tables, "select a from t") == {"a": [3]}

    def test_a_dropped_view_is_unknown(self, tables: ConnectTables) -> None:
        tables.create_view("gone", tables.sql("select 1 as a"))

        tables.drop_view("gone")

        with pytest.raises(RunError, match="unknown table 'gone'"):
            values(tables, "select * from gone")

    def test_sessions_do_not_see_each_others_views(
        self, tables: ConnectTables, engine: EmbeddedEngine
    ) -> None:
        tables.create_view("mine", tables.sql("select 1 as a"))
        other = engine.session()

        with pytest.raises(RunError, match="unknown table 'mine'"):
            values(other, "select * from mine")

    def test_a_view_may_have_any_name(self, tables: ConnectTables) -> None:
        tables.create_view("客户 - 1", tables.sql("select 1 as a"))

        assert tables.collect(tables.table("客户 - 1")).to_pydict() == {"a": [1]}


class TestArrow:
    def test_a_table_comes_back_as_it_went_in(self, tables: ConnectTables) -> None:
        table = pa.table(
            {
                "id": pa.array([1, None, 3], pa.int64()),
                "price": pa.array([decimal.Decimal("1.50"), None, decimal.Decimal("-2.25")]),
                "at": pa.array([0, 1, None], pa.timestamp("us", "UTC")),
                "local": pa.array([0, 1, None], pa.timestamp("us")),
                "day": pa.array([datetime.date(2020, 1, 1), None, None]),
                "tags": pa.array([["a", None], [], None]),
                "pair": pa.array([{"x": 1, "y": "b"}, None, {"x": None, "y": None}]),
                "raw": pa.array([b"\x00", None, b""]),
            }
        )

        assert tables.collect(tables.from_arrow(table)).to_pydict() == table.to_pydict()

    def test_an_empty_table_keeps_its_columns(self, tables: ConnectTables) -> None:
        empty = pa.schema({"id": pa.int64(), "tags": pa.list_(pa.string())}).empty_table()

        frame = tables.from_arrow(empty)

        assert tables.schema(frame) == Schema.of(id="bigint", tags="array<string>")
        assert tables.collect(frame).num_rows == 0

    def test_types_that_spark_lacks_become_their_nearest(self, tables: ConnectTables) -> None:
        table = pa.table(
            {
                "u": pa.array([4_000_000_000], pa.uint32()),
                "d": pa.array(["x"]).dictionary_encode(),
                "l": pa.array(["y"], pa.large_string()),
            }
        )

        frame = tables.from_arrow(table)

        assert tables.schema(frame) == Schema.of(u="bigint", d="string", l="string")
        assert tables.collect(frame).to_pydict() == {"u": [4_000_000_000], "d": ["x"], "l": ["y"]}

    def test_text_times_are_read_as_utc(self, tables: ConnectTables) -> None:
        found = values(tables, "select cast(timestamp'1970-01-02 00:00:00' as bigint) as s")

        assert found == {"s": [86_400]}


class TestStreaming:
    def test_batches_hold_all_rows_once(self, tables: ConnectTables) -> None:
        frame = tables.sql("select id from range(100000)")

        total = sum(pc.sum(batch.column(0)).as_py() for batch in tables.batches(frame))

        assert total == 100_000 * 99_999 // 2

    def test_an_arrow_file_can_be_mapped(self, tables: ConnectTables, tmp_path: Path) -> None:
        frame = tables.sql("select id, cast(id as string) as name from range(50000)")

        rows = tables.write_arrow(frame, tmp_path / "t.arrow")

        with pa.memory_map(str(tmp_path / "t.arrow")) as source:
            assert rows == pa.ipc.open_file(source).read_all().num_rows == 50_000

    def test_an_arrow_file_of_no_rows_has_the_columns(
        self, tables: ConnectTables, tmp_path: Path
    ) -> None:
        frame = tables.sql("select id, 'x' as name from range(10) where id < 0")

        assert tables.write_arrow(frame, tmp_path / "t.arrow") == 0
        assert pa.ipc.open_file(tmp_path / "t.arrow").schema.names == ["id", "name"]

    def test_a_stream_is_never_held_as_a_whole(self) -> None:
        program = """
import resource
from headrace.engines.embedded import EmbeddedEngine

with EmbeddedEngine() as engine:
    tables = engine.session()
    columns = ", ".join(f"id * {n}.5D as c{n}" for n in range(20))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    frame = tables.sql(f"select {columns} from range(4000000)")
    rows = sum(batch.num_rows for batch in tables.batches(frame))
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(rows, (after - before) // 1024)
"""
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
        )
        rows, grown_mebibytes = map(int, done.stdout.split())

        assert rows == 4_000_000  # 610 MiB of doubles
        assert grown_mebibytes < 400

    def test_a_stream_left_early_leaves_the_session_usable(self, tables: ConnectTables) -> None:
        stream = tables.batches(tables.sql("select id from range(10000000)"))
        next(stream)
        stream.close()

        assert values(tables, "select 1 as a") == {"a": [1]}


class TestStage:
    def test_a_staged_table_is_computed_once(self, tables: ConnectTables) -> None:
        calls: list[int] = []

        def count(ids: pa.Array) -> pa.Array:
            calls.append(len(ids))
            return ids

        tables.register_function("counted", count, ["bigint"], "bigint")
        staged = tables.stage(tables.sql("select counted(id) as id from range(10)"), "t")
        tables.collect(staged)
        tables.collect(staged)

        assert sum(calls) == 10

    def test_its_size_is_measured(self, tables: ConnectTables) -> None:
        tables.stage(tables.sql("select id, 'x' as name from range(1000)"), "t")

        facts = tables.staged_facts("t")

        assert facts is not None
        assert (facts.rows, facts.columns, facts.measured) == (1000, 2, True)

    def test_a_table_of_no_rows_keeps_its_columns(self, tables: ConnectTables) -> None:
        staged = tables.stage(tables.sql("select id, 'x' as s from range(1) where id > 5"), "t")

        assert tables.schema(staged).names == ("id", "s")
        assert tables.collect(staged).num_rows == 0


class TestCommands:
    def test_created_tables_live_and_end_with_the_session(
        self, tables: ConnectTables, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.chdir(tmp_path)
        tables.command("create table made as select 1 as a")
        tables.command("insert into made values (2)")

        assert values(tables, "select sum(a) as s from made") == {"s": [3]}
        assert list(tmp_path.iterdir()) == []

    def test_a_created_view_is_found(self, tables: ConnectTables) -> None:
        tables.command("create temporary view seen as select 1 as a")

        assert values(tables, "select a from seen") == {"a": [1]}

    def test_refreshing_is_no_work(self, tables: ConnectTables) -> None:
        tables.command("refresh table anything")

    def test_a_command_that_fails_says_why(self, tables: ConnectTables) -> None:
        with pytest.raises(RunError, match="unknown table 'nowhere'"):
            tables.command("insert into nowhere values (1)")


class TestFunctions:
    def test_sql_calls_a_vectorised_function(self, tables: ConnectTables) -> None:
        tables.register_function("plus", pc.add, ["bigint", "bigint"], "bigint")

        assert values(tables, "select plus(id, 10) as s from range(3) order by id") == {
            "s": [10, 11, 12]
        }

    def test_a_function_may_hold_what_no_pickle_carries(self, tables: ConnectTables) -> None:
        lock = threading.Lock()

        def locked(ids: pa.Array) -> pa.Array:
            with lock:
                return ids

        tables.register_function("locked", locked, ["bigint"], "bigint")

        assert values(tables, "select locked(id) as id from range(2) order by 1") == {"id": [0, 1]}

    def test_registering_again_replaces(self, tables: ConnectTables) -> None:
        for step in (1, 2):
            tables.register_function(
                "f", lambda ids, step=step: pc.add(ids, step), ["bigint"], "bigint"
            )

        assert values(tables, "select f(id) as n from range(1)") == {"n": [2]}

    def test_its_own_error_is_told(self, tables: ConnectTables) -> None:
        def broken(ids: pa.Array) -> pa.Array:
            raise ValueError("no such category: blue")

        tables.register_function("broken", broken, ["bigint"], "bigint")

        with pytest.raises(RunError, match="no such category: blue"):
            values(tables, "select broken(id) from range(1)")


class TestCancel:
    @pytest.mark.parametrize("delay", [0.02, 0.4])
    def test_a_long_query_ends_within_a_second(self, tables: ConnectTables, delay: float) -> None:
        frame = tables.sql(
            "select count(*) from range(10000000) a cross join range(100000) b "
            "where a.id * b.id % 7 = 3"
        )
        cancelled: list[float] = []

        def cancel() -> None:
            time.sleep(delay)
            cancelled.append(time.monotonic())
            tables.cancel()

        thread = threading.Thread(target=cancel)
        thread.start()
        with pytest.raises(Cancelled):
            tables.collect(frame)
        ended = time.monotonic()
        thread.join()

        assert ended - cancelled[0] < 1.0
        assert values(tables, "select 1 as a") == {"a": [1]}

    def test_where_nothing_runs_it_stops_nothing_later(self, tables: ConnectTables) -> None:
        tables.cancel()

        assert values(tables, "select 1 as a") == {"a": [1]}

    def test_a_stream_ends_too(self, tables: ConnectTables) -> None:
        stream = tables.batches(tables.sql("select id from range(100000000)"))
        next(stream)
        tables.cancel()

        with pytest.raises(Cancelled):
            for _ in stream:
                pass


class TestFunctionsOfOneName:
    def test_a_lazy_table_keeps_the_function_that_it_was_made_with(
        self, tables: ConnectTables
    ) -> None:
        tables.register_function("f", lambda a: pc.add(a, 1), ["bigint"], "bigint")
        old = tables.sql("select f(id) as x from range(1)")
        tables.create_view("old", old)

        tables.register_function("f", lambda a: pc.add(a, 10), ["bigint"], "bigint")

        assert tables.collect(tables.table("old")).to_pylist() == [{"x": 1}]
        assert tables.collect(tables.sql("select f(id) as x from range(1)")).to_pylist() == [
            {"x": 10}
        ]
