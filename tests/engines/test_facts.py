"""Sizes come from footers and file sizes, and say where they come from."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headrace.engines.facts import files_of, parquet_facts, text_facts
from headrace.graph import Facts

TABLE = pa.table({"a": list(range(1000)), "b": ["x"] * 1000})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "day=1").mkdir()
    (tmp_path / "_delta_log").mkdir()
    pq.write_table(TABLE, tmp_path / "part-0.parquet")
    pq.write_table(TABLE.slice(0, 10), tmp_path / "day=1" / "part-1.parquet")
    pq.write_table(TABLE, tmp_path / "_delta_log" / "checkpoint.parquet")
    (tmp_path / "_SUCCESS").touch()
    (tmp_path / ".part-0.crc").write_bytes(b"sum")
    return tmp_path


class TestFiles:
    def test_a_directory_means_its_data_files(self, folder: Path) -> None:
        names = [file.name for file in files_of(folder)]

        assert names == ["part-1.parquet", "part-0.parquet"]

    def test_a_glob_means_what_it_matches_directories_included(self, folder: Path) -> None:
        assert [file.name for file in files_of(f"{folder}/part-*.parquet")] == ["part-0.parquet"]
        assert [file.name for file in files_of(f"{folder}/day=*")] == ["part-1.parquet"]

    def test_what_does_not_exist_means_nothing(self, folder: Path) -> None:
        assert files_of(folder / "absent") == ()


class TestParquet:
    def test_one_file(self, folder: Path) -> None:
        file = folder / "part-0.parquet"

        facts = parquet_facts(file)

        assert facts == Facts(1000, file.stat().st_size, 2, "parquet footer", measured=True)

    def test_a_directory_adds_up(self, folder: Path) -> None:
        facts = parquet_facts(folder)

        assert (facts.rows, facts.source) == (1010, "2 parquet footers")

    def test_no_file_gives_no_facts(self, folder: Path) -> None:
        assert parquet_facts(folder / "absent") == Facts()

    def test_a_file_that_is_not_parquet_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "t.parquet").write_text("a,b\n1,2\n")

        with pytest.raises(pa.ArrowInvalid):
            parquet_facts(tmp_path)


class TestText:
    def test_a_small_file_is_counted(self, tmp_path: Path) -> None:
        (tmp_path / "t.csv").write_text("a,b\n1,2\n3,4")

        facts = text_facts(tmp_path / "t.csv")

        assert (facts.rows, facts.data_bytes, facts.measured) == (3, 11, True)

    def test_a_large_file_is_estimated_by_its_first_lines(self, tmp_path: Path) -> None:
        (tmp_path / "t.csv").write_text("123456789\n" * 300_000)

        facts = text_facts(tmp_path / "t.csv")

        assert facts.rows == pytest.approx(300_000, rel=0.001)
        assert (facts.measured, facts.source) == (False, "file size and 10 bytes a line")

    def test_several_files_are_estimated_together(self, tmp_path: Path) -> None:
        for name in ("a.csv", "b.csv"):
            (tmp_path / name).write_text("12345\n" * 10)

        assert text_facts(tmp_path).rows == 20

    def test_an_empty_file_has_no_rows(self, tmp_path: Path) -> None:
        (tmp_path / "t.csv").touch()

        assert text_facts(tmp_path / "t.csv").rows == 0
