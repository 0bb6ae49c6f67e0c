"""Text, libsvm, excel, ORC and binary files."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.orc as paorc
import pytest

from headrace.errors import DataError
from tests.engines.readers.reading import load_files


def written(folder: Path, text: str, name: str = "a.txt") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def workbook(folder: Path, **sheets: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    del book["Sheet"]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = folder / "a.xlsx"
    book.save(path)
    return path


class TestText:
    @pytest.mark.parametrize("size", [3, 1 << 20])
    def test_one_row_a_line(self, size: int, tmp_path: Path) -> None:
        path = written(tmp_path, 'a,"b\r\n\n 北京 \nlast')

        loaded = load_files("text", path, block_bytes=size)

        assert loaded.rows == [('a,"b',), ("",), (" 北京 ",), ("last",)]

    def test_one_row_a_file(self, tmp_path: Path) -> None:
        path = written(tmp_path, "a\nb\n")

        assert load_files("text", path, wholeText=True).rows == [("a\nb\n",)]

    def test_an_empty_file_has_no_rows(self, tmp_path: Path) -> None:
        assert load_files("text", written(tmp_path, "")).rows == []

    def test_news_titles(self, shared_data: Path, tmp_path: Path) -> None:
        path = written(tmp_path, (shared_data / "thucnews" / "dev.txt").read_text())

        assert load_files("text", path).table.num_rows == 10_000


class TestLibsvm:
    TEXT = "1 1:0.5 3:2\n# note\n\n0 2:1e3 # end\n-1\n"

    @pytest.mark.parametrize("size", [12, 1 << 20])
    def test_sparse_vectors_count_from_nought(self, size: int, tmp_path: Path) -> None:
        loaded = load_files("libsvm", written(tmp_path, self.TEXT), block_bytes=size)

        assert loaded.rows == [
            (1.0, {"size": 3, "indices": [0, 2], "values": [0.5, 2.0]}),
            (0.0, {"size": 3, "indices": [1], "values": [1000.0]}),
            (-1.0, {"size": 3, "indices": [], "values": []}),
        ]

    def test_dense_vectors_of_a_given_length(self, tmp_path: Path) -> None:
        path = written(tmp_path, self.TEXT)

        loaded = load_files("libsvm", path, vectorType="dense", numFeatures=4)

        assert [v for _, v in loaded] == [[0.5, 0, 2, 0], [0, 1000, 0, 0], [0, 0, 0, 0]]

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("1 2", "'2' is not index:value"),
            ("1 x:2", "'x' is not a number"),
            ("yes 1:2", "'yes' is not a number for a label"),
            ("1 0:2", "indices must ascend from 1"),
            ("1 3:2 2:1", "indices must ascend from 1"),
            ("1 1:2:3", "is not a number"),
        ],
    )
    def test_a_bad_line_is_named(self, line: str, reason: str, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="line 3") as caught:
            load_files("libsvm", written(tmp_path, f"1 1:1\n\n{line}\n"))

        assert reason in str(caught.value)


class TestExcel:
    ROWS = (
        ["id", "名", "v", "day", "at", "mixed", "flag", None],
        [1, "x", 1.5, date(2024, 5, 1), datetime(2024, 5, 1, 10), 1, True, None],
        [2, None, 2, date(2024, 5, 2), datetime(2024, 5, 2, 11), "y", False, None],
    )

    def test_types_are_those_of_the_cells(self, tmp_path: Path) -> None:
        path = workbook(tmp_path, data=[list(row) for row in self.ROWS])

        loaded = load_files("excel", path)

        assert loaded.types == {
            "id": "int64",
            "名": "string",
            "v": "double",
            "day": "date32[day]",
            "at": "timestamp[us, tz=UTC]",
            "mixed": "string",
            "flag": "bool",
        }
        assert loaded.rows[0][:4] == (1, "x", 1.5, date(2024, 5, 1))
        assert [row[5] for row in loaded] == ["1", "y"]

    def test_a_sheet_by_name_or_number(self, tmp_path: Path) -> None:
        path = workbook(tmp_path, one=[["a"], [1]], Two=[["b"], [2]])

        assert load_files("excel", path, sheet="two").types == {"b": "int64"}
        assert load_files("excel", path, sheet="1").types == {"b": "int64"}

    def test_an_unknown_sheet_names_those_that_exist(self, tmp_path: Path) -> None:
        path = workbook(tmp_path, orders=[["a"], [1]])

        with pytest.raises(DataError, match="no sheet 'order'") as caught:
            load_files("excel", path, sheet="order")

        assert "did you mean 'orders'?" in str(caught.value)

    @pytest.mark.parametrize("cells", ["B2:C3", "B2", "'my_sheet'!$B$2:$C$3"])
    def test_a_range(self, cells: str, tmp_path: Path) -> None:
        path = workbook(tmp_path, my_sheet=[["t"], [None, "a", "b"], [None, 1, 2]])

        assert load_files("excel", path, range=cells).rows == [(1, 2)]

    def test_without_header_and_types(self, tmp_path: Path) -> None:
        path = workbook(tmp_path, s=[[1, 2.5], [3, None]])

        loaded = load_files("excel", path, header=False, inferSchema=False)

        assert loaded.rows == [("1", "2.5"), ("3", None)]
        assert list(loaded.types) == ["_c0", "_c1"]

    def test_types_of_several_files_join(self, tmp_path: Path) -> None:
        (tmp_path / "b").mkdir()
        first = workbook(tmp_path, s=[["a"], [1]])
        second = workbook(tmp_path / "b", s=[["a"], ["x"]])

        assert load_files("excel", first, second).rows == [("1",), ("x",)]

    def test_what_is_no_spreadsheet_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="not a readable spreadsheet"):
            load_files("excel", written(tmp_path, "a,b\n1,2\n", "a.xlsx"))

    def test_an_empty_sheet_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="has no cells"):
            load_files("excel", workbook(tmp_path, s=[]))


class TestOrc:
    def test_rows_and_types_are_those_of_the_file(self, tmp_path: Path) -> None:
        path = tmp_path / "a.orc"
        table = pa.table({"id": pa.array([1, 2], pa.int32()), "v": [[1.5], None]})
        paorc.write_table(table, path)

        loaded = load_files("orc", path)

        assert loaded.types["id"] == "int32"
        assert loaded.rows == [(1, [1.5]), (2, None)]

    def test_types_that_differ_are_refused(self, tmp_path: Path) -> None:
        paorc.write_table(pa.table({"id": [1]}), tmp_path / "a.orc")
        paorc.write_table(pa.table({"id": ["x"]}), tmp_path / "b.orc")

        with pytest.raises(DataError, match="column 'id' is string in"):
            load_files("orc", tmp_path / "a.orc", tmp_path / "b.orc")

    def test_what_is_no_orc_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="not a whole ORC file"):
            load_files("orc", written(tmp_path, "x" * 100))


class TestBinaryFile:
    def test_one_row_a_file(self, tmp_path: Path) -> None:
        path = tmp_path / "a.bin"
        path.write_bytes(b"\0\xff")

        loaded = load_files("binaryFile", path)

        assert list(loaded.types) == ["path", "modificationTime", "length", "content"]
        assert (loaded.rows[0][0], *loaded.rows[0][2:]) == (str(path), 2, b"\0\xff")
