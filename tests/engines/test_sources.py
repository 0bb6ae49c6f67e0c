"""Sources as tables of an engine session, and what is known of them before they are read."""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import write_deltalake

from headrace.engines.sessions import ConnectTables
from headrace.engines.sources import FileSources
from headrace.errors import DataError
from headrace.graph.protocols import SourceInfo
from tests.engines.atomic.crashes import kill_at
from tests.engines.readers.reading import options_of

Rows = list[tuple[Any, ...]]


class Workspace:
    """A folder with sources, and what they warned of."""

    def __init__(self, folder: Path, tables: ConnectTables) -> None:
        self.folder = folder
        self.tables = tables
        self.warnings: list[str] = []
        self.staging = folder / ".staging"
        self.sources = FileSources(
            folder, self.staging, warn=lambda message, _hint: self.warnings.append(message)
        )

    def describe(self, format_name: str, path: str, **options: Any) -> SourceInfo:
        return self.sources.describe(format_name, path, options_of(format_name, options))

    def table(self, format_name: str, path: str, **options: Any) -> pa.Table:
        record = options_of(format_name, options)
        return self.tables.collect(self.sources.open(format_name, path, record, self.tables))

    def rows(self, format_name: str, path: str, **options: Any) -> Rows:
        found = self.table(format_name, path, **options).to_pylist()
        return sorted((tuple(row.values()) for row in found), key=str)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def parquet(self, name: str, **columns: Any) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(columns), path)

    @property
    def staged(self) -> list[Path]:
        return list(self.staging.iterdir()) if self.staging.exists() else []


@pytest.fixture
def workspace(tmp_path: Path, tables: ConnectTables) -> Workspace:
    return Workspace(tmp_path, tables)


CSV = {"header": "true", "inferSchema": "true"}


class TestTexts:
    def test_a_csv_is_a_table_with_types(self, workspace: Workspace) -> None:
        workspace.write("a.csv", "id,day,订单 号.x\n1,2024-05-01,a\n2,,\n")

        table = workspace.table("csv", "a.csv", **CSV)

        assert table.column_names == ["id", "day", "订单 号.x"]
        assert table.to_pylist()[0] == {"id": 1, "day": dt.date(2024, 5, 1), "订单 号.x": "a"}

    def test_clock_times_print_as_they_were_written(self, workspace: Workspace) -> None:
        text = "at\n2024-05-01 10:20:30\n"
        frame = workspace.sources.open("csvStr", text, options_of("csvStr", CSV), workspace.tables)
        workspace.tables.create_view("t", frame)

        shown = workspace.tables.collect(workspace.tables.sql("select cast(at as string) s from t"))

        assert shown.to_pylist() == [{"s": "2024-05-01 10:20:30"}]

    def test_variables(self, workspace: Workspace) -> None:
        assert workspace.rows("csvStr", "a,b\n1,x\n", **CSV) == [(1, "x")]
        assert workspace.rows("jsonStr", '{"a": 1}\n{"a": 2.5}\n') == [(1.0,), (2.5,)]
        assert workspace.rows("script", "line 1\nline 2") == [("line 1\nline 2",)]

    def test_partition_folders_are_columns(self, workspace: Workspace) -> None:
        workspace.write("t/day=2024-05-01/a.csv", "v\n1\n")
        workspace.write("t/day=__HIVE_DEFAULT_PARTITION__/a.csv", "v\n2\n")

        assert workspace.rows("csv", "t", **CSV) == [(1, dt.date(2024, 5, 1)), (2, None)]

    def test_libsvm_vectors(self, workspace: Workspace) -> None:
        workspace.write("a.svm", "1 2:0.5\n")

        assert workspace.rows("libsvm", "a.svm", vectorType="dense") == [(1.0, [0.0, 0.5])]

    def test_a_missing_file_names_those_that_exist(self, workspace: Workspace) -> None:
        workspace.write("orders.csv", "a\n1\n")

        for ask in (workspace.describe, workspace.table):
            with pytest.raises(DataError, match="did you mean 'orders"):
                ask("csv", "order.csv")

    def test_a_header_alone_is_a_table_without_rows(self, workspace: Workspace) -> None:
        assert workspace.table("csvStr", "a,b\n", **CSV).num_rows == 0


class TestStaging:
    def test_a_text_is_read_once(self, workspace: Workspace) -> None:
        workspace.write("a.csv", "a\n1\n")

        workspace.rows("csv", "a.csv", **CSV)
        first = workspace.staged
        workspace.rows("csv", "a.csv", **CSV)

        assert len(first) == 1
        assert workspace.staged == first

    def test_other_options_and_other_content_are_read_anew(self, workspace: Workspace) -> None:
        workspace.write("a.csv", "a\n1\n")
        assert workspace.rows("csv", "a.csv", **CSV) == [(1,)]

        workspace.write("a.csv", "a\n2\n")
        os.utime(workspace.folder / "a.csv", ns=(1, 1))

        assert workspace.rows("csv", "a.csv", **CSV) == [(2,)]
        assert workspace.rows("csv", "a.csv", header="true") == [("2",)]

    def test_warnings_are_given_again_with_the_copy(self, workspace: Workspace) -> None:
        workspace.write("a.csv", "a,b\n1\n2,3\n")

        for _ in range(2):
            workspace.rows("csv", "a.csv", badRows="drop", **CSV)

        assert [message.split(": ")[1] for message in workspace.warnings] == [
            "1 bad row left out"
        ] * 2

    def test_a_failed_read_leaves_nothing(self, workspace: Workspace) -> None:
        workspace.write("a.csv", "a,b\n1\n")

        with pytest.raises(DataError, match="line 2"):
            workspace.rows("csv", "a.csv", **CSV)

        assert workspace.staged == []


class TestParquet:
    def test_is_read_where_it_is(self, workspace: Workspace) -> None:
        workspace.parquet("a.parquet", id=[1, 2])

        assert workspace.rows("parquet", "a.parquet") == [(1,), (2,)]
        assert workspace.staged == []

    @pytest.mark.parametrize("name", ["a[1].parquet", "a\nb.parquet", "a*b.parquet", "a {x}.pq"])
    def test_names_that_an_engine_would_misread(self, name: str, workspace: Workspace) -> None:
        workspace.parquet(name, id=[1])
        workspace.parquet("aXb.parquet", id=[7])

        assert workspace.rows("parquet", name) == [(1,)]

    def test_partition_values_have_types_on_every_engine(self, workspace: Workspace) -> None:
        workspace.parquet("t/k=1/s=x/a.parquet", v=[1.5])
        workspace.parquet("t/k=__HIVE_DEFAULT_PARTITION__/s=y z/a.parquet", v=[2.5])
        workspace.write("t/_SUCCESS", "")

        assert workspace.rows("parquet", "t") == [(1.5, 1, "x"), (2.5, None, "y z")]
        schema = workspace.describe("parquet", "t").schema
        assert schema is not None
        assert schema.ddl() == "`v` double, `k` bigint, `s` string"

    def test_partitions_with_percent_signs(self, workspace: Workspace) -> None:
        workspace.parquet("t/s=a%2Fb/a.parquet", v=[1])

        assert workspace.rows("parquet", "t") == [(1, "a/b")]

    def test_other_columns_are_refused_unless_merged(self, workspace: Workspace) -> None:
        workspace.parquet("t/a.parquet", id=[1])
        workspace.parquet("t/b.parquet", id=[2.5], v=["x"])

        with pytest.raises(DataError, match=r"b\.parquet' has a column 'v'"):
            workspace.describe("parquet", "t")
        assert workspace.rows("parquet", "t", mergeSchema="true") == [(1.0, None), (2.5, "x")]

    def test_types_that_differ_are_refused(self, workspace: Workspace) -> None:
        workspace.parquet("t/a.parquet", id=[1])
        workspace.parquet("t/b.parquet", id=["x"])

        with pytest.raises(DataError, match="column 'id' is string in"):
            workspace.describe("parquet", "t", mergeSchema="true")

    def test_columns_in_another_order_are_not_mixed_up(self, workspace: Workspace) -> None:
        workspace.parquet("t/a.parquet", a=[1], b=[10])
        workspace.parquet("t/b.parquet", b=[20], a=[2])

        assert workspace.rows("parquet", "t") == [(1, 10), (2, 20)]

    def test_unsigned_integers_keep_their_values(self, workspace: Workspace) -> None:
        workspace.parquet("a.parquet", u=pa.array([2**32 - 1], pa.uint32()))

        assert workspace.rows("parquet", "a.parquet") == [(2**32 - 1,)]

    def test_what_is_no_parquet_is_refused(self, workspace: Workspace) -> None:
        workspace.write("a.parquet", "id,v\n1,2\n")
        workspace.write("empty.parquet", "")

        for name in ("a.parquet", "empty.parquet"):
            with pytest.raises(DataError, match="not a whole Parquet file"):
                workspace.describe("parquet", name)


class TestDelta:
    def test_the_newest_version_or_another(self, workspace: Workspace) -> None:
        place = str(workspace.folder / "d")
        write_deltalake(place, pa.table({"id": [1]}))
        write_deltalake(place, pa.table({"id": [2]}), mode="append")

        assert workspace.rows("delta", "d") == [(1,), (2,)]
        assert workspace.rows("delta", "d", versionAsOf="0") == [(1,)]
        assert workspace.describe("delta", "d").facts.rows == 2

    def test_partitions_and_new_columns(self, workspace: Workspace) -> None:
        place = str(workspace.folder / "d")
        write_deltalake(place, pa.table({"k": ["1", "b/c"], "id": [1, 2]}), partition_by=["k"])
        more = pa.table({"k": ["1"], "id": [3], "v": [0.5]})
        write_deltalake(place, more, mode="append", schema_mode="merge")

        rows = workspace.table("delta", "d").sort_by("id").to_pylist()
        assert rows == [
            {"k": "1", "id": 1, "v": None},
            {"k": "b/c", "id": 2, "v": None},
            {"k": "1", "id": 3, "v": 0.5},
        ]

    def test_a_table_without_files_is_empty(self, workspace: Workspace) -> None:
        write_deltalake(str(workspace.folder / "d"), pa.table({"id": pa.array([], pa.int64())}))

        assert workspace.table("delta", "d").num_rows == 0

    def test_an_unknown_version_names_the_newest(self, workspace: Workspace) -> None:
        write_deltalake(str(workspace.folder / "d"), pa.table({"id": [1]}))

        with pytest.raises(DataError, match="no version 7") as caught:
            workspace.describe("delta", "d", versionAsOf="7")

        assert "newest version is 0" in str(caught.value)

    def test_a_folder_without_a_log_is_refused(self, workspace: Workspace) -> None:
        workspace.parquet("p/a.parquet", id=[1])

        with pytest.raises(DataError, match="is no Delta table"):
            workspace.describe("delta", "p")


class TestDatabases:
    def test_rows_are_those_of_now(self, workspace: Workspace) -> None:
        place = workspace.folder / "shop.db"
        options = {"url": f"jdbc:sqlite:{place}"}
        with closing(sqlite3.connect(place, isolation_level=None)) as database:
            database.execute("create table orders (id integer, name text)")
            database.execute("insert into orders values (1, '甲')")
            before = workspace.rows("jdbc", "orders", **options)
            database.execute("insert into orders values (2, null)")

        assert before == [(1, "甲")]
        assert workspace.rows("jdbc", "orders", **options) == [(1, "甲"), (2, None)]
        assert workspace.describe("jdbc", "orders", **options).fingerprint is None


class TestDescribe:
    def test_a_small_text_is_known_whole(self, workspace: Workspace) -> None:
        workspace.write("a.csv", "id,v\n1,x\n")

        info = workspace.describe("csv", "a.csv", **CSV)

        assert info.schema is not None
        assert info.schema.ddl() == "`id` bigint, `v` string"
        assert (info.facts.rows, info.facts.measured, info.sampled) == (1, True, False)
        assert workspace.staged == []

    def test_a_large_one_by_its_first_rows_until_it_was_read(self, workspace: Workspace) -> None:
        workspace.write("a.csv", "id,v\n" + "1,2\n" * 500_000 + "1,x\n")

        sampled = workspace.describe("csv", "a.csv", **CSV)
        workspace.table("csv", "a.csv", **CSV)
        known = workspace.describe("csv", "a.csv", **CSV)

        assert sampled.sampled
        assert sampled.schema is not None
        assert sampled.schema.ddl() == "`id` bigint, `v` bigint"
        assert sampled.facts.rows == pytest.approx(500_000, rel=0.01)
        assert known.schema is not None
        assert known.schema.ddl() == "`id` bigint, `v` string"
        assert (known.facts.rows, known.sampled) == (500_001, False)

    def test_a_large_file_is_not_read_to_its_end(self, workspace: Workspace) -> None:
        workspace.write("a.csv", "id,v\n" + "1,2\n" * 500_000 + "broken\n")

        assert workspace.describe("csv", "a.csv", **CSV).schema is not None

    def test_parquet_from_its_footers(self, workspace: Workspace) -> None:
        workspace.parquet("t/a.parquet", id=[1])
        workspace.parquet("t/b.parquet", id=[2, 3])

        facts = workspace.describe("parquet", "t").facts

        assert (facts.rows, facts.columns, facts.source) == (3, 1, "2 parquet footers")

    def test_fingerprints_change_with_the_data_and_the_options(self, workspace: Workspace) -> None:
        workspace.write("a.csv", "a\n1\n")
        before = workspace.describe("csv", "a.csv").fingerprint

        other_options = workspace.describe("csv", "a.csv", header="true").fingerprint
        os.utime(workspace.folder / "a.csv", ns=(1, 1))
        other_time = workspace.describe("csv", "a.csv").fingerprint

        assert len({str(before), str(other_options), str(other_time)}) == 3

    def test_what_looks_wrong_is_told(self, workspace: Workspace) -> None:
        workspace.write("a.csv", "id,v\n1,x\n")

        warnings = workspace.describe("csv", "a.csv").warnings

        assert "looks like a header" in warnings[0][0]


class TestPublicData:
    def test_credit_types_agree_before_and_after(
        self, shared_data: Path, workspace: Workspace
    ) -> None:
        path = str(shared_data / "credit" / "UCI_Credit_Card.csv")

        before = workspace.describe("csv", path, **CSV)
        table = workspace.table("csv", path, **CSV)

        assert table.shape == (30_000, 25)
        assert before.schema == workspace.describe("csv", path, **CSV).schema


class TestAfterAKill:
    def test_a_load_finishes_an_append_that_was_committed(
        self, workspace: Workspace, tmp_path: Path
    ) -> None:
        target = workspace.folder / "out"
        target.mkdir()
        pq.write_table(pa.table({"x": [1]}), target / "a.parquet")

        kill_at("append.committed", APPEND, target)

        assert sorted(workspace.rows("parquet", "out")) == [(1,), (2,)]

    def test_a_load_undoes_an_append_that_was_not(
        self, workspace: Workspace, tmp_path: Path
    ) -> None:
        target = workspace.folder / "out"
        target.mkdir()
        pq.write_table(pa.table({"x": [1]}), target / "a.parquet")

        kill_at("append.written", APPEND, target)

        assert workspace.rows("parquet", "out") == [(1,)]


APPEND = """
import pyarrow as pa, pyarrow.parquet as pq
with atomic.appended_files(target) as staged:
    pq.write_table(pa.table({"x": [2]}), staged / "b.parquet")
"""
