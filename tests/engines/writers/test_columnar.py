from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import orc

from headrace.engines.writers import columnar
from headrace.errors import DataError
from tests.engines.writers.saving import save, target_of, written

TABLE = pa.table(
    {
        "id": pa.array([1, None], pa.int64()),
        "价格": pa.array([Decimal("1.20"), None], pa.decimal128(10, 2)),
        "day": pa.array([date(1900, 1, 1), None]),
        "at": pa.array([datetime(2024, 1, 1, tzinfo=UTC), None], pa.timestamp("us", "UTC")),
        "vector": pa.array([[1.0, None], None], pa.list_(pa.float64())),
        "point": pa.array([{"x": 1}, None], pa.struct([("x", pa.int32())])),
        "map": pa.array([[("k", True)], None], pa.map_(pa.string(), pa.bool_())),
        "raw": pa.array([b"\0", None], pa.binary()),
    }
)


class TestParquet:
    @pytest.mark.parametrize("compression", ["snappy", "gzip", "zstd", "lz4", "none"])
    def test_comes_back_equal(self, tmp_path: Path, compression: str) -> None:
        written(TABLE, tmp_path / "t.parquet", "parquet", compression=compression)

        read = pq.read_table(tmp_path / "t.parquet")

        assert read.to_pylist() == TABLE.to_pylist()
        assert read.schema.types[:4] == TABLE.schema.types[:4]

    def test_small_batches_become_one_row_group(self, tmp_path: Path) -> None:
        table = pa.table({"a": range(10_000)})

        save(table, target_of("parquet", tmp_path / "t.parquet"), tmp_path, batch_rows=100)

        metadata = pq.read_metadata(tmp_path / "t.parquet")
        assert (metadata.num_row_groups, metadata.num_rows) == (1, 10_000)

    def test_a_row_group_ends_where_memory_does(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(columnar, "ROWS", 1000)
        table = pa.table({"a": range(10_000)})

        save(table, target_of("parquet", tmp_path / "t.parquet"), tmp_path, batch_rows=500)

        assert pq.read_metadata(tmp_path / "t.parquet").num_row_groups == 10

    def test_no_rows_keep_the_columns(self, tmp_path: Path) -> None:
        written(TABLE.slice(0, 0), tmp_path / "t.parquet", "parquet")

        assert pq.read_schema(tmp_path / "t.parquet").names == TABLE.schema.names


class TestOrc:
    @pytest.mark.parametrize("compression", ["none", "snappy", "zlib", "zstd", "lz4"])
    def test_comes_back_equal(self, tmp_path: Path, compression: str) -> None:
        written(TABLE, tmp_path / "t.orc", "orc", compression=compression)

        read = orc.read_table(tmp_path / "t.orc")

        assert read.drop_columns(["at"]).to_pylist() == TABLE.drop_columns(["at"]).to_pylist()
        assert read["at"].cast(pa.timestamp("us", "UTC")).to_pylist() == TABLE["at"].to_pylist()

    def test_no_rows_keep_the_columns(self, tmp_path: Path) -> None:
        written(TABLE.slice(0, 0), tmp_path / "t.orc", "orc")

        assert orc.read_table(tmp_path / "t.orc").schema.names == TABLE.schema.names


@pytest.mark.parametrize("format_name", ["parquet", "orc", "csv", "json"])
def test_intervals_are_refused_everywhere(tmp_path: Path, format_name: str) -> None:
    table = pa.table({"wait": pa.array([1], pa.duration("us"))})

    with pytest.raises(DataError, match="an interval cannot be saved: column 'wait'"):
        save(table, target_of(format_name, tmp_path / "t"), tmp_path)
