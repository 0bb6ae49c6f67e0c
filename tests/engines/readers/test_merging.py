"""Many tables as one Parquet file: bounded memory, files that must not be read."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pytest

from headrace.engines.readers import InputFile, Reading, reader_of
from headrace.engines.readers.merging import partition_type, sample, write_parquet
from headrace.errors import DataError
from tests.engines.readers.reading import load_files, options_of

CSV = {"header": True, "inferSchema": True}


class TestMemory:
    @pytest.mark.parametrize(
        ("format_name", "line", "options"),
        [
            ("csv", '12345,"some text",0.25\n', CSV),
            ("json", '{"a": 12345, "b": "some text"}\n', {}),
            ("text", "some text of a line\n", {}),
        ],
    )
    def test_does_not_grow_with_the_file(
        self, format_name: str, line: str, options: dict[str, object], tmp_path: Path
    ) -> None:
        path = tmp_path / "a"
        path.write_text("a,b,c\n" * (format_name == "csv") + line * 1_000_000)
        reading = Reading(options_of(format_name, options), block_bytes=1 << 18)
        usual = pa.default_memory_pool()
        pool = pa.proxy_memory_pool(usual)

        pa.set_memory_pool(pool)
        try:
            files = [InputFile.at(path)]
            write_parquet(files, reader_of(format_name), reading, tmp_path / "b", merge=False)
        finally:
            pa.set_memory_pool(usual)

        assert path.stat().st_size > 19_000_000
        assert pool.max_memory() < 8_000_000


class TestSample:
    def test_reads_the_start_of_the_first_file_only(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("a,b\n" + "1,2\n" * 1000 + "bad\n")
        (tmp_path / "b.csv").write_text("other\n")
        files = [InputFile.at(tmp_path / name) for name in ("a.csv", "b.csv")]

        found = sample(files, reader_of("csv"), Reading(options_of("csv", CSV), block_bytes=400))

        assert found.schema.names == ["a", "b"]
        assert 50 < found.rows < 100


class TestPermission:
    @pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
    def test_a_file_that_must_not_be_read_is_said_so(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_text("a\n1\n")
        path.chmod(0)

        with pytest.raises(DataError, match="must not be read by this user"):
            load_files("csv", path, **CSV)


class TestPartitionType:
    @pytest.mark.parametrize(
        ("texts", "arrow"),
        [
            (["1", "20"], pa.int64()),
            (["2024-05-01"], pa.date32()),
            (["01", "02"], pa.string()),
            (["1", "x"], pa.string()),
        ],
    )
    def test_reads_and_writes_the_same(self, texts: list[str], arrow: pa.DataType) -> None:
        assert partition_type(texts).equals(arrow)
