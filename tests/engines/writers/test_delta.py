from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from headrace.engines.writers.delta import save_delta
from headrace.engines.writers.places import find_place
from headrace.engines.writers.rows import Rows
from headrace.errors import Cancelled, DataError
from tests.engines.writers.saving import save, target_of

TABLE = pa.table(
    {
        "n": pa.array([1, 2, None], pa.int64()),
        "城市": ["北京", None, "x"],
        "price": pa.array([Decimal("1.20"), None, None], pa.decimal128(10, 2)),
        "day": [date(2024, 1, 1), None, None],
        "at": pa.array([datetime(2024, 1, 1, tzinfo=UTC), None, None], pa.timestamp("us", "UTC")),
        "local": pa.array([datetime(2024, 1, 1), None, None], pa.timestamp("us")),
        "vector": pa.array([[1.0], None, []], pa.list_(pa.float64())),
    }
)


def read(path: Path) -> pa.Table:
    return pa.table(DeltaTable(str(path)).to_pyarrow_table()).sort_by("n")


class TestSave:
    def test_makes_a_table_of_all_types(self, tmp_path: Path) -> None:
        saved = save(TABLE, target_of("delta", tmp_path / "t"), tmp_path, batch_rows=1)

        assert (saved.rows, saved.files) == (3, 1)
        assert read(tmp_path / "t").to_pylist() == TABLE.to_pylist()

    def test_each_save_is_a_version(self, tmp_path: Path) -> None:
        save(TABLE, target_of("delta", tmp_path / "t", "append"), tmp_path)
        save(TABLE, target_of("delta", tmp_path / "t", "append"), tmp_path)
        saved = save(TABLE.slice(0, 1), target_of("delta", tmp_path / "t", "overwrite"), tmp_path)

        assert saved.rows == 1
        assert read(tmp_path / "t").num_rows == 1
        assert DeltaTable(str(tmp_path / "t"), version=1).to_pyarrow_table().num_rows == 6

    def test_is_partitioned(self, tmp_path: Path) -> None:
        saved = save(
            TABLE, target_of("delta", tmp_path / "t", "errorIfExists", ("城市",)), tmp_path
        )

        assert saved.files == 3
        assert DeltaTable(str(tmp_path / "t")).metadata().partition_columns == ["城市"]

    def test_existing_tables_are_refused_or_ignored(self, tmp_path: Path) -> None:
        save(TABLE, target_of("delta", tmp_path / "t"), tmp_path)

        assert save(TABLE, target_of("delta", tmp_path / "t", "ignore"), tmp_path).skipped
        with pytest.raises(DataError, match="exists already"):
            save(TABLE, target_of("delta", tmp_path / "t"), tmp_path)

    def test_other_columns_need_an_option(self, tmp_path: Path) -> None:
        save(TABLE, target_of("delta", tmp_path / "t"), tmp_path)
        other = pa.table({"n": [1], "new": ["x"]})

        with pytest.raises(DataError, match="the columns do not fit") as caught:
            save(other, target_of("delta", tmp_path / "t", "overwrite"), tmp_path)
        save(other, target_of("delta", tmp_path / "t", "overwrite", overwriteSchema=True), tmp_path)

        assert "overwriteSchema=true" in (caught.value.hint or "")
        assert read(tmp_path / "t").to_pylist() == other.to_pylist()

    def test_a_directory_of_other_files_is_refused(self, tmp_path: Path) -> None:
        save(TABLE.select(["n"]), target_of("csv", tmp_path / "t"), tmp_path)

        with pytest.raises(DataError, match="is no Delta table"):
            save(TABLE, target_of("delta", tmp_path / "t", "overwrite"), tmp_path)

    @pytest.mark.parametrize("exists", [True, False])
    def test_a_cancelled_source_changes_nothing(self, tmp_path: Path, exists: bool) -> None:
        if exists:
            save(TABLE, target_of("delta", tmp_path / "t"), tmp_path)

        def batches() -> object:
            yield TABLE.to_batches()[0]
            raise Cancelled("the query was cancelled")

        target = target_of("delta", tmp_path / "t", "append")
        rows = Rows(TABLE.schema, batches())  # type: ignore[arg-type]
        with pytest.raises(Cancelled):
            save_delta(rows, target, find_place(target.path, tmp_path))

        assert (tmp_path / "t").exists() == exists
        if exists:
            assert DeltaTable(str(tmp_path / "t")).version() == 0
