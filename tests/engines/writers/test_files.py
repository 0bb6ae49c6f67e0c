from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from headrace.engines.writers import parts
from headrace.engines.writers.failures import explained
from headrace.engines.writers.files import check_files, save_files
from headrace.engines.writers.places import find_place
from headrace.engines.writers.rows import Rows
from headrace.errors import DataError, OptionError
from headrace.graph.protocols import SaveMode
from tests.engines.writers.saving import save, target_of, visible

TABLE = pa.table({"n": range(10), "k": ["a", "b"] * 5})


class TestShape:
    def test_a_plain_path_becomes_a_directory(self, tmp_path: Path) -> None:
        saved = save(TABLE, target_of("parquet", tmp_path / "out" / "t"), tmp_path)

        assert (saved.rows, saved.files) == (10, 1)
        assert saved.data_bytes == visible(tmp_path / "out" / "t")[0].stat().st_size
        assert pq.read_table(tmp_path / "out" / "t").equals(TABLE)

    @pytest.mark.parametrize(
        ("format_name", "name"), [("csv", "t.CSV"), ("json", "t.jsonl"), ("text", "t.txt.gz")]
    )
    def test_the_ending_of_a_file_makes_a_file(
        self, tmp_path: Path, format_name: str, name: str
    ) -> None:
        save(TABLE.select(["k"]), target_of(format_name, tmp_path / name), tmp_path)

        assert (tmp_path / name).is_file()

    @pytest.mark.parametrize(
        ("written", "options"),
        [("t.csv/", {}), ("t.csv", {"single_file": False}), ("t.csv", {"file_num": 2})],
    )
    def test_unless_a_directory_is_wanted(
        self, tmp_path: Path, written: str, options: dict[str, int]
    ) -> None:
        save(TABLE, target_of("csv", written, "errorIfExists", (), **options), tmp_path)

        assert (tmp_path / "t.csv").is_dir()

    @pytest.mark.parametrize("stands", ["file", "directory"])
    def test_what_stands_there_keeps_its_shape(self, tmp_path: Path, stands: str) -> None:
        one_file = stands == "file"
        path = tmp_path / ("t" if one_file else "t.csv")
        save(TABLE, target_of("csv", path, single_file=one_file), tmp_path)

        save(TABLE, target_of("csv", path, "overwrite"), tmp_path)

        assert path.is_file() == one_file

    @pytest.mark.parametrize("one_file", [True, False])
    def test_an_option_that_says_otherwise_is_an_error(
        self, tmp_path: Path, one_file: bool
    ) -> None:
        path = tmp_path / "t"
        save(TABLE, target_of("csv", path, single_file=not one_file), tmp_path)

        with pytest.raises(DataError, match=r"is a (file|directory), and this save makes a"):
            save(TABLE, target_of("csv", path, "overwrite", single_file=one_file), tmp_path)

    def test_one_file_cannot_be_partitioned(self, tmp_path: Path) -> None:
        target = target_of("csv", tmp_path / "t", "errorIfExists", ("k",), single_file=True)

        with pytest.raises(OptionError, match="partitionBy makes a directory"):
            save(TABLE, target, tmp_path)


class TestModes:
    def test_error_if_exists_is_refused_by_check_and_save(self, tmp_path: Path) -> None:
        target = target_of("csv", tmp_path / "t")
        save(TABLE, target, tmp_path)

        with pytest.raises(DataError, match="exists already"):
            check_files(target, find_place(target.path, tmp_path), tmp_path)
        with pytest.raises(DataError, match="exists already"):
            save(TABLE, target, tmp_path)

    def test_ignore_leaves_what_stands(self, tmp_path: Path) -> None:
        save(TABLE, target_of("csv", tmp_path / "t.csv"), tmp_path)
        before = (tmp_path / "t.csv").read_bytes()

        saved = save(TABLE.slice(0, 1), target_of("csv", tmp_path / "t.csv", "ignore"), tmp_path)

        assert (saved.skipped, saved.rows, saved.files) == (True, 0, 0)
        assert (tmp_path / "t.csv").read_bytes() == before

    def test_overwrite_leaves_no_old_part(self, tmp_path: Path) -> None:
        save(TABLE, target_of("parquet", tmp_path / "t", file_num=3), tmp_path, batch_rows=2)

        save(TABLE.slice(0, 1), target_of("parquet", tmp_path / "t", "overwrite"), tmp_path)

        assert pq.read_table(tmp_path / "t").num_rows == 1

    @pytest.mark.parametrize("format_name", ["parquet", "csv", "json", "orc"])
    def test_append_adds_files_to_a_directory(self, tmp_path: Path, format_name: str) -> None:
        for _ in range(2):
            save(TABLE, target_of(format_name, tmp_path / "t", "append"), tmp_path)

        read_format = "json" if format_name == "json" else format_name
        read = ds.dataset([str(path) for path in visible(tmp_path / "t")], format=read_format)
        assert len(visible(tmp_path / "t")) == 2
        assert read.to_table().num_rows == (18 if format_name == "csv" else 20)

    @pytest.mark.parametrize("format_name", ["parquet", "orc"])
    def test_append_refuses_a_column_of_another_type(
        self, tmp_path: Path, format_name: str
    ) -> None:
        target = target_of(format_name, tmp_path / "t", "append")
        save(TABLE, target, tmp_path)
        texts = TABLE.set_column(0, "n", TABLE["n"].cast(pa.string()))

        with pytest.raises(DataError, match="its column 'n' is bigint, not string"):
            save(texts, target, tmp_path)

        assert len(visible(tmp_path / "t")) == 1

    def test_append_lets_new_columns_in(self, tmp_path: Path) -> None:
        target = target_of("parquet", tmp_path / "t", "append")
        save(TABLE, target, tmp_path)

        save(TABLE.append_column("new", TABLE["n"]), target, tmp_path)

        assert len(visible(tmp_path / "t")) == 2

    @pytest.mark.parametrize(
        ("stands", "joins", "reason"),
        [(("k",), (), "it is partitioned by k"), ((), ("k",), "it is not partitioned")],
    )
    def test_append_refuses_other_partitions(
        self, tmp_path: Path, stands: tuple[str, ...], joins: tuple[str, ...], reason: str
    ) -> None:
        target = target_of("parquet", tmp_path / "t", "append")
        save(TABLE, replace(target, partition_by=stands), tmp_path)

        with pytest.raises(DataError, match=reason):
            save(TABLE, replace(target, partition_by=joins), tmp_path)

    def test_append_adds_lines_to_a_file_and_no_second_header(self, tmp_path: Path) -> None:
        for _ in range(2):
            save(
                TABLE.slice(0, 1),
                target_of("csv", tmp_path / "t.csv", "append", header=True),
                tmp_path,
            )

        assert (tmp_path / "t.csv").read_text() == "n,k\n0,a\n0,a\n"

    def test_append_refuses_other_columns(self, tmp_path: Path) -> None:
        target = target_of("csv", tmp_path / "t.csv", "append", header=True)
        save(TABLE, target, tmp_path)

        with pytest.raises(DataError, match="its columns are n,k, not k,n"):
            save(TABLE.select(["k", "n"]), target, tmp_path)

    def test_append_refuses_to_run_two_lines_together(self, tmp_path: Path) -> None:
        (tmp_path / "t.csv").write_text("1,a")

        with pytest.raises(DataError, match="its last line has no end"):
            save(TABLE, target_of("csv", tmp_path / "t.csv", "append"), tmp_path)

    def test_append_to_a_new_parquet_path_makes_a_directory(self, tmp_path: Path) -> None:
        save(TABLE, target_of("parquet", tmp_path / "t.parquet", "append"), tmp_path)

        assert (tmp_path / "t.parquet").is_dir()

    def test_append_to_one_parquet_file_is_refused(self, tmp_path: Path) -> None:
        save(TABLE, target_of("parquet", tmp_path / "t.parquet"), tmp_path)

        with pytest.raises(DataError, match="cannot be appended to the parquet file"):
            save(TABLE, target_of("parquet", tmp_path / "t.parquet", "append"), tmp_path)


class TestParts:
    def test_file_num_spreads_the_rows(self, tmp_path: Path) -> None:
        saved = save(TABLE, target_of("parquet", tmp_path / "t", file_num=3), tmp_path, 1)

        rows = [pq.read_metadata(path).num_rows for path in visible(tmp_path / "t")]
        assert saved.files == 3
        assert sorted(rows) == [3, 3, 4]

    def test_a_full_part_is_followed_by_the_next(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(parts, "FULL_BYTES", 1)
        table = pa.table({"a": ["x" * 2_000_000] * 4})

        saved = save(table, target_of("csv", tmp_path / "t"), tmp_path, batch_rows=1)

        assert (saved.files, saved.rows) == (4, 4)

    def test_no_rows_leave_one_file_with_the_columns(self, tmp_path: Path) -> None:
        saved = save(TABLE.slice(0, 0), target_of("parquet", tmp_path / "t"), tmp_path)

        assert (saved.rows, saved.files) == (0, 1)
        assert pq.read_table(tmp_path / "t").schema.names == ["n", "k"]

    def test_partitions_come_back(self, tmp_path: Path) -> None:
        table = pa.table(
            {"n": range(6), "城市": ["北京", None, "a/b", "a b", "50%", "北京"], "x": [1] * 6}
        )
        target = target_of("parquet", tmp_path / "t", "errorIfExists", ("城市", "X"))

        saved = save(table, target, tmp_path, batch_rows=2)

        hive = ds.partitioning(pa.schema([("城市", pa.string()), ("x", pa.int64())]), flavor="hive")
        read = ds.dataset(tmp_path / "t", partitioning=hive).to_table().sort_by("n")
        assert saved.files == 5
        assert read.to_pydict() == table.select(["n", "城市", "x"]).to_pydict()

    def test_many_strewn_partitions_have_one_file_each(self, tmp_path: Path) -> None:
        table = pa.table({"k": [n % 100 for n in range(1000)], "n": range(1000)})

        saved = save(table, target_of("csv", tmp_path / "t", "overwrite", ("k",)), tmp_path, 10)

        assert (saved.files, saved.rows) == (100, 1000)

    def test_rows_that_do_not_fit_memory_are_split_in_turns(self, tmp_path: Path) -> None:
        table = pa.table({"k": [n % 40 for n in range(400)], "n": range(400)})
        opened: list[Path] = []

        class Counting:
            def __init__(self, path: Path) -> None:
                opened.append(path)
                path.touch()
                self.rows = 0

            def write(self, batch: pa.RecordBatch) -> None:
                self.rows += batch.num_rows
                written.append(batch.num_rows)

            def close(self) -> None:
                pass

        written: list[int] = []
        files = parts.PartitionedFiles(
            tmp_path, ["k"], lambda n: f"{n}", lambda path, _: Counting(path), gather_bytes=1
        )
        for batch in table.to_batches(max_chunksize=100):
            files.write(batch)
        files.close()

        assert sum(written) == 400
        assert len({path.parent for path in opened}) == 40


class TestPlaces:
    @pytest.mark.parametrize("path", ["/", "~", ".", "..", "{root}", "{root}/.."])
    def test_that_hold_more_than_a_table_are_never_replaced(
        self, tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        root = tmp_path / "workspace"
        root.mkdir()
        written = str(Path.home()) if path == "~" else path.format(root=root)
        Path(tmp_path / "home").mkdir()

        with pytest.raises(DataError, match="would be replaced"):
            save(TABLE, target_of("csv", written, "overwrite"), root)

    @pytest.mark.parametrize("name", ["thesis.docx", ".git", "photos"])
    def test_with_foreign_files_are_not_replaced(self, tmp_path: Path, name: str) -> None:
        folder = tmp_path / "t"
        folder.mkdir()
        (folder / "part-0.csv").touch()
        (folder / name).mkdir() if "." not in name[1:] else (folder / name).touch()

        with pytest.raises(DataError, match=f"it holds '{name}'"):
            save(TABLE, target_of("csv", folder, "overwrite"), tmp_path)

        assert (folder / name).exists()

    def test_that_spark_wrote_are_replaced(self, tmp_path: Path) -> None:
        folder = tmp_path / "t"
        (folder / "day=1").mkdir(parents=True)
        for name in ("_SUCCESS", "._SUCCESS.crc", "part-00000-abc-c000.snappy.parquet"):
            (folder / name).touch()

        save(TABLE, target_of("csv", folder, "overwrite"), tmp_path)

        assert len(visible(folder)) == 1

    def test_a_delta_table_is_not_replaced_by_files(self, tmp_path: Path) -> None:
        save(TABLE, target_of("delta", tmp_path / "t"), tmp_path)

        with pytest.raises(DataError, match="is a Delta table"):
            save(TABLE, target_of("parquet", tmp_path / "t", "overwrite"), tmp_path)

    def test_a_symbolic_link_keeps_leading_to_the_table(self, tmp_path: Path) -> None:
        save(TABLE, target_of("csv", tmp_path / "real"), tmp_path)
        (tmp_path / "link").symlink_to(tmp_path / "real")

        save(TABLE.slice(0, 1), target_of("csv", tmp_path / "link/", "overwrite"), tmp_path)

        assert (tmp_path / "link").is_symlink()
        assert visible(tmp_path / "real")[0].read_text() == "0,a\n"

    @pytest.mark.parametrize("written", ["s3://bucket/t", "hdfs://n/t"])
    def test_on_object_stores_need_spark(self, tmp_path: Path, written: str) -> None:
        with pytest.raises(DataError, match="needs the Spark engine"):
            save(TABLE, target_of("csv", written), tmp_path)

    def test_a_path_below_a_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()

        with pytest.raises(DataError, match="is a file, not a directory"):
            save(TABLE, target_of("csv", tmp_path / "file" / "t"), tmp_path)

    def test_a_name_too_long_is_an_error_of_ours(self, tmp_path: Path) -> None:
        written = "n" * 300
        with pytest.raises(DataError, match="a name in the path is too long"), explained(written):
            save(TABLE, target_of("csv", written), tmp_path)

        assert list(tmp_path.iterdir()) == []

    def test_a_place_that_nobody_may_write_to_is_an_error_of_ours(self, tmp_path: Path) -> None:
        with (
            pytest.raises(DataError, match="cannot save to '/proc/sys/t'"),
            explained("/proc/sys/t"),
        ):
            save(TABLE, target_of("csv", "/proc/sys/t"), tmp_path)

    def test_relative_paths_start_at_the_workspace(self, tmp_path: Path) -> None:
        save(TABLE, target_of("csv", "out/t"), tmp_path)

        assert visible(tmp_path / "out" / "t")


@pytest.mark.parametrize("mode", ["errorIfExists", "overwrite", "append"])
def test_a_failing_source_leaves_everything_as_it_was(tmp_path: Path, mode: SaveMode) -> None:
    path = tmp_path / "t"
    if mode != "errorIfExists":
        save(TABLE, target_of("csv", path), tmp_path)
    before = {found: found.read_bytes() for found in visible(tmp_path)}

    def batches() -> object:
        yield TABLE.to_batches()[0]
        raise KeyboardInterrupt

    target = target_of("csv", path, mode)
    with pytest.raises(KeyboardInterrupt):
        save_files(
            Rows(TABLE.schema, batches()),  # type: ignore[arg-type]
            target,
            find_place(target.path, tmp_path),
            tmp_path,
        )

    assert {found: found.read_bytes() for found in visible(tmp_path)} == before
    assert not [name for _, _, names in os.walk(tmp_path) for name in names if "headrace" in name]
