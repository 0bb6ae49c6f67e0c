from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest
from python_calamine import CalamineWorkbook

from headrace.engines.writers import excel
from headrace.errors import DataError
from tests.engines.writers.saving import save, target_of, written

TABLE = pa.table(
    {
        "名 <&>": pa.array(["a\nb", ' "x" ', None, "\x01 _x0041_"]),
        "n": pa.array([1.5, None, float("nan"), 2]),
        "big": pa.array([2**53, 2**53 + 1, 0, -1]),
        "flag": pa.array([True, False, None, True]),
        "day": pa.array([date(2024, 2, 29), date(1899, 1, 1), None, date(1900, 3, 1)]),
        "at": pa.array([datetime(2024, 1, 1, 12, 30, tzinfo=UTC)] * 4, pa.timestamp("us", "UTC")),
    }
)


class TestWorkbook:
    def test_is_read_by_others_with_types(self, tmp_path: Path) -> None:
        written(TABLE, tmp_path / "t.xlsx", "excel", sheet="数据")

        sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["数据"]
        first = [cell.value for cell in sheet[2]]

        assert [cell.value for cell in sheet[1]] == TABLE.schema.names
        assert first == [
            "a\nb", 1.5, 2**53, True, datetime(2024, 2, 29), datetime(2024, 1, 1, 12, 30),
        ]  # fmt: skip

    def test_holds_as_text_what_has_no_exact_number(self, tmp_path: Path) -> None:
        written(TABLE, tmp_path / "t.xlsx", "excel", header=False)

        rows = CalamineWorkbook.from_path(tmp_path / "t.xlsx").get_sheet_by_index(0).to_python()

        assert rows[1] == [' "x" ', "", "9007199254740993", False, "1899-01-01", rows[0][5]]
        assert rows[2][1] == "nan"
        assert rows[3][4] == date(1900, 3, 1)

    def test_escapes_characters_that_xml_lacks(self, tmp_path: Path) -> None:
        written(TABLE, tmp_path / "t.xlsx", "excel")

        value = openpyxl.load_workbook(tmp_path / "t.xlsx").active["A5"].value

        assert openpyxl.utils.escape.unescape(value) == "\x01 _x0041_"

    def test_is_always_one_file(self, tmp_path: Path) -> None:
        saved = save(TABLE, target_of("excel", tmp_path / "report"), tmp_path)

        assert (saved.files, saved.rows) == (1, 4)
        with (tmp_path / "report").open("rb") as file:
            assert openpyxl.load_workbook(file).sheetnames == ["Sheet1"]

    def test_refuses_more_rows_than_a_sheet_has(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(excel, "MAX_ROWS", 4)

        with pytest.raises(DataError, match="at most 4 rows"):
            written(TABLE, tmp_path / "t.xlsx", "excel")

        assert list(tmp_path.iterdir()) == []

    def test_refuses_a_text_that_is_too_long(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="a text has 32,768"):
            written(pa.table({"a": ["x" * 32_768]}), tmp_path / "t.xlsx", "excel")

    def test_refuses_a_bad_sheet_name(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="'a/b' cannot be a sheet's name"):
            written(TABLE, tmp_path / "t.xlsx", "excel", sheet="a/b")
