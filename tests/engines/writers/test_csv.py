from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headrace.errors import DataError
from tests.engines.writers.saving import written


def lines(table: pa.Table, folder: Path, **options: object) -> list[str]:
    saved = written(table, folder / "t.csv", "csv", **options)  # type: ignore[arg-type]
    return saved.decode().splitlines()


class TestValues:
    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            pytest.param(pa.array([1, -2, None]), ["1", "-2", '""'], id="integers"),
            pytest.param(
                pa.array([1.0, 0.1, 1e300, float("nan"), float("-inf")]),
                ["1.0", "0.1", "1e+300", "NaN", "-Infinity"],
                id="floats",
            ),
            pytest.param(pa.array([Decimal("1.20")]), ["1.20"], id="decimals"),
            pytest.param(pa.array([True, False]), ["true", "false"], id="booleans"),
            pytest.param(pa.array([date(2024, 2, 29)]), ["2024-02-29"], id="dates"),
            pytest.param(
                pa.array([datetime(2024, 1, 1, 12, tzinfo=UTC)], pa.timestamp("us", "UTC")),
                ["2024-01-01T12:00:00Z"],
                id="timestamps",
            ),
            pytest.param(
                pa.array([datetime(1969, 1, 1, 0, 0, 0, 5)], pa.timestamp("us")),
                ["1969-01-01T00:00:00.000005"],
                id="timestamps without a zone",
            ),
        ],
    )
    def test_are_written_as_spark_writes_them(
        self, tmp_path: Path, values: pa.Array, expected: list[str]
    ) -> None:
        assert lines(pa.table({"a": values}), tmp_path) == expected


class TestQuotes:
    def test_stand_where_a_text_would_be_misread(self, tmp_path: Path) -> None:
        texts = ["plain", "a,b", 'say "hi"', " edge ", "", None, "中文"]
        table = pa.table({"a": texts, "b": [1] * len(texts)})

        saved = lines(table, tmp_path)

        assert saved == [
            "plain,1",
            '"a,b",1',
            '"say ""hi""",1',
            '" edge ",1',
            '"",1',
            ",1",
            "中文,1",
        ]

    def test_tell_a_text_from_the_null_value(self, tmp_path: Path) -> None:
        table = pa.table({"a": ["NA", None], "b": [1, 2]})

        assert lines(table, tmp_path, null_value="NA") == ['"NA",1', "NA,2"]

    def test_stand_everywhere_if_wanted(self, tmp_path: Path) -> None:
        table = pa.table({"a": ["x", None], "b": [1, 2]})

        assert lines(table, tmp_path, quote_all=True, header=True) == ['"a","b"', '"x",1', ",2"]

    def test_protect_numbers_from_an_odd_delimiter(self, tmp_path: Path) -> None:
        table = pa.table({"a": [1.5], "b": [date(2024, 1, 2)]})

        assert lines(table, tmp_path, delimiter="-") == ['1.5-"2024-01-02"']

    @given(
        rows=st.lists(
            st.tuples(st.text(st.characters(codec="utf-8")), st.text(alphabet='a",;\n\r\t ')),
            max_size=20,
        ),
        delimiter=st.sampled_from(",;\t|"),
    )
    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def test_any_text_comes_back(
        self, tmp_path: Path, rows: list[tuple[str, str]], delimiter: str
    ) -> None:
        rows = [(a.replace("\0", ""), b) for a, b in rows]
        table = pa.table({"x": [a for a, _ in rows], "y": [b for _, b in rows]})
        (tmp_path / "t.csv").unlink(missing_ok=True)

        saved = written(table, tmp_path / "t.csv", "csv", delimiter=delimiter).decode()

        read = csv.reader(io.StringIO(saved, newline=""), delimiter=delimiter, strict=True)
        assert [tuple(row) for row in read] == rows


class TestFile:
    def test_is_encoded(self, tmp_path: Path) -> None:
        table = pa.table({"城市": ["北京"]})

        saved = written(table, tmp_path / "t.csv", "csv", encoding="gbk", header=True)

        assert saved.decode("gbk") == "城市\n北京\n"

    def test_says_which_character_an_encoding_lacks(self, tmp_path: Path) -> None:
        table = pa.table({"a": ["fine", "北京"]})

        with pytest.raises(DataError, match=r"'北' \(U\+5317\) does not exist in .*iso8859-1"):
            written(table, tmp_path / "t.csv", "csv", encoding="latin-1")

        assert list(tmp_path.iterdir()) == []

    def test_of_no_rows_holds_the_header(self, tmp_path: Path) -> None:
        table = pa.table({"a": pa.array([], pa.int64()), "b": pa.array([], pa.string())})

        assert lines(table, tmp_path, header=True) == ["a,b"]

    def test_refuses_nested_and_binary_columns_all_at_once(self, tmp_path: Path) -> None:
        table = pa.table({"v": [[1.0]], "n": [1], "raw": [b"x"]})

        with pytest.raises(DataError) as caught:
            written(table, tmp_path / "t.csv", "csv")

        assert [problem.hint for problem in caught.value.problems] == [
            "select to_json(v) as v, or save as parquet",
            "select base64(raw) as raw, or save as parquet",
        ]
