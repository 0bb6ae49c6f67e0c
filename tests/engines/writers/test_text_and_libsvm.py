from __future__ import annotations

import bz2
import gzip
from pathlib import Path

import pyarrow as pa
import pytest

from headrace.errors import DataError
from tests.engines.writers.saving import written

SPARSE = pa.struct(
    [("size", pa.int32()), ("indices", pa.list_(pa.int32())), ("values", pa.list_(pa.float64()))]
)


class TestText:
    def test_is_one_row_a_line(self, tmp_path: Path) -> None:
        table = pa.table({"value": ["一", None, "c"]})

        assert written(table, tmp_path / "t.txt", "text") == "一\n\nc\n".encode()

    def test_takes_one_string_column_only(self, tmp_path: Path) -> None:
        table = pa.table({"a": ["x"], "b": [1]})

        with pytest.raises(DataError, match=r"this table has a \(string\), b \(int64\)"):
            written(table, tmp_path / "t.txt", "text")

    def test_is_compressed_if_wanted(self, tmp_path: Path) -> None:
        table = pa.table({"value": ["a"] * 3})

        assert gzip.decompress(written(table, tmp_path / "1", "text", codec="gzip")) == b"a\n" * 3
        assert bz2.decompress(written(table, tmp_path / "2", "text", codec="bz2")) == b"a\n" * 3

    def test_a_compressed_ending_compresses(self, tmp_path: Path) -> None:
        table = pa.table({"value": ["a"]})

        assert gzip.decompress(written(table, tmp_path / "t.txt.gz", "text")) == b"a\n"


class TestLibsvm:
    def test_leaves_noughts_out_and_counts_from_one(self, tmp_path: Path) -> None:
        table = pa.table({"label": [1, 0], "features": [[0.5, 0.0, 2.0], [0.0, 0.0, 0.1]]})

        assert written(table, tmp_path / "t", "libsvm") == b"1 1:0.5 3:2\n0 3:0.1\n"

    def test_takes_sparse_vectors(self, tmp_path: Path) -> None:
        vector = {"size": 9, "indices": [7, 2], "values": [1.0, -1.5]}
        table = pa.table({"y": [2.5], "x": pa.array([vector], SPARSE)})

        saved = written(table, tmp_path / "t", "libsvm", labelCol="Y", featuresCol="x")

        assert saved == b"2.5 3:-1.5 8:1\n"

    def test_names_a_missing_column(self, tmp_path: Path) -> None:
        table = pa.table({"lable": [1], "features": [[1.0]]})

        with pytest.raises(DataError, match="needs a column 'label'") as caught:
            written(table, tmp_path / "t", "libsvm")

        assert "did you mean 'lable'" in (caught.value.hint or "")

    @pytest.mark.parametrize(
        ("columns", "message"),
        [
            ({"label": ["a"], "features": [[1.0]]}, "needs a number as the label"),
            ({"label": [1], "features": ["a"]}, "needs a vector"),
            ({"label": [1, None], "features": [[1.0], [1.0]]}, "row 2 has one"),
        ],
    )
    def test_refuses_what_it_cannot_hold(
        self, tmp_path: Path, columns: dict[str, object], message: str
    ) -> None:
        with pytest.raises(DataError, match=message):
            written(pa.table(columns), tmp_path / "t", "libsvm")
