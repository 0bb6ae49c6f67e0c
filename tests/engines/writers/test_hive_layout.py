from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from headrace.engines.writers.hive_layout import escaped, partition_columns, split
from headrace.errors import DataError


class TestSplit:
    def test_rows_keep_their_order_within_a_partition(self) -> None:
        table = pa.table({"k": ["b", "a", "b", "a"], "n": [1, 2, 3, 4]})

        parts = {folder: rows.to_pydict() for folder, rows in split(table, ["k"])}

        assert parts == {"k=b": {"n": [1, 3]}, "k=a": {"n": [2, 4]}}

    def test_several_columns_nest_in_the_order_wanted(self) -> None:
        table = pa.table({"n": [1, 2, 3], "a": ["x", "x", "y"], "b": [1, 2, 1]})

        folders = {folder for folder, _ in split(table, ["b", "a"])}

        assert folders == {"b=1/a=x", "b=2/a=x", "b=1/a=y"}

    @pytest.mark.parametrize(
        ("values", "folder"),
        [
            (pa.array(["北京 东城"]), "k=北京 东城"),
            (pa.array(["50% a/b=c:d"]), "k=50%25 a%2Fb%3Dc%3Ad"),
            (pa.array([".."]), "k=.."),
            (pa.array([None], pa.string()), "k=__HIVE_DEFAULT_PARTITION__"),
            (pa.array([""]), "k=__HIVE_DEFAULT_PARTITION__"),
            (pa.array([None], pa.int64()), "k=__HIVE_DEFAULT_PARTITION__"),
            (pa.array([date(2024, 2, 29)]), "k=2024-02-29"),
            (
                pa.array([datetime(2024, 1, 1, tzinfo=UTC)], pa.timestamp("us", "UTC")),
                "k=2024-01-01 00%3A00%3A00",
            ),
            (
                pa.array([datetime(2024, 1, 1, 0, 0, 0, 500_000)], pa.timestamp("us")),
                "k=2024-01-01 00%3A00%3A00.5",
            ),
            (pa.array([True]), "k=true"),
            (pa.array([1.0]), "k=1.0"),
            (pa.array([Decimal("1.50")]), "k=1.50"),
        ],
    )
    def test_values_are_named_as_spark_names_them(self, values: pa.Array, folder: str) -> None:
        table = pa.table({"k": values, "n": [1]})

        assert [name for name, _ in split(table, ["k"])] == [folder]

    def test_null_and_empty_text_share_a_partition(self) -> None:
        table = pa.table({"k": [None, "", "a"], "n": [1, 2, 3]})

        parts = {folder: rows["n"].to_pylist() for folder, rows in split(table, ["k"])}

        assert parts == {"k=__HIVE_DEFAULT_PARTITION__": [1, 2], "k=a": [3]}


class TestPartitionColumns:
    SCHEMA = pa.schema([("Day", pa.date32()), ("n", pa.int64()), ("v", pa.list_(pa.int64()))])

    def test_are_found_whatever_their_case(self) -> None:
        assert partition_columns(self.SCHEMA, ["DAY"]) == ("Day",)

    @pytest.mark.parametrize(
        ("wanted", "message"),
        [
            (["dya"], "unknown column 'dya'"),
            (["day", "Day"], "twice: Day, Day"),
            (["day", "n", "v"], "names every column"),
            (["v"], "cannot hold column 'v'"),
        ],
    )
    def test_are_checked(self, wanted: list[str], message: str) -> None:
        with pytest.raises(DataError, match=message):
            partition_columns(self.SCHEMA, wanted)


def test_a_column_name_is_escaped_too() -> None:
    assert escaped("a=b") == "a%3Db"
