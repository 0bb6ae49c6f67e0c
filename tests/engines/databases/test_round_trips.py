from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from headrace.engines.databases import describe_jdbc, read_jdbc
from headrace.errors import DataError
from tests.engines.databases.conftest import Database

MOMENT = datetime(2024, 2, 29, 23, 59, 59, 123456, tzinfo=UTC)
COLUMNS = {
    "flag": pa.array([True, False, None]),
    "small": pa.array([-(2**15), 2**15 - 1, None], pa.int16()),
    "whole": pa.array([-(2**31), 2**31 - 1, None], pa.int32()),
    "big": pa.array([-(2**63), 2**63 - 1, None], pa.int64()),
    "ratio": pa.array([0.1, -1.7976931348623157e308, None], pa.float64()),
    "price": pa.array([Decimal("1.20"), Decimal("-99999999.99"), None], pa.decimal128(10, 2)),
    "exact": pa.array(
        [Decimal("12345678901234567890.123456789012345678"), Decimal("0"), None],
        pa.decimal128(38, 18),
    ),
    "text": pa.array(["中文 'quoted' \\ % :x", "x" * 100_000, None]),
    "raw": pa.array([b"\x00\xff", b"", None], pa.binary()),
    "day": pa.array([date(1, 1, 1), date(9999, 12, 31), None]),
    "at": pa.array([MOMENT, datetime(1900, 1, 1, tzinfo=UTC), None], pa.timestamp("us", "UTC")),
    "选 择%": pa.array([1, 2, None], pa.int64()),
}
TABLE = pa.table(COLUMNS)

WIDER = {"sqlite": {"small": pa.int64(), "whole": pa.int64()}}
"""SQLite has one kind of integer."""


class TestTypes:
    def test_come_back_with_every_value(self, database: Database) -> None:
        database.save(TABLE)

        read = database.read()

        for field in TABLE.schema:
            expected = WIDER.get(database.kind, {}).get(field.name, field.type)
            assert read.schema.field(field.name).type == expected, field.name
            assert read[field.name].to_pylist() == TABLE[field.name].to_pylist(), field.name

    def test_are_known_before_reading(self, database: Database) -> None:
        database.save(TABLE)

        schema = describe_jdbc(database.table, database.load_options(), database.root)

        assert schema == database.read().schema

    def test_of_local_timestamps_and_floats(self, database: Database) -> None:
        table = pa.table(
            {
                "local": pa.array([datetime(2024, 1, 1, 12, 30)], pa.timestamp("us")),
                "f": pa.array([0.123456789], pa.float32()),
            }
        )

        database.save(table)
        read = database.read().to_pylist()[0]

        assert read["local"].replace(tzinfo=None) == datetime(2024, 1, 1, 12, 30)
        assert read["f"] == table["f"][0].as_py()

    def test_nested_become_arrays_or_json(self, database: Database) -> None:
        table = pa.table(
            {
                "vector": pa.array([[1.5, None], None], pa.list_(pa.float64())),
                "point": pa.array([{"x": 1, "y": "一"}, None]),
            }
        )

        database.save(table)
        read = database.read().to_pylist()

        vector = [1.5, None] if database.kind == "postgresql" else "[1.5,null]"
        assert read[0] == {"vector": vector, "point": '{"x":1,"y":"一"}'}
        assert read[1] == {"vector": None, "point": None}

    def test_no_rows_keep_the_columns(self, database: Database) -> None:
        database.save(TABLE.slice(0, 0))

        read = database.read()

        assert (read.num_rows, read.schema.names) == (0, TABLE.schema.names)

    @pytest.mark.parametrize("number", [float("nan"), float("inf")])
    def test_numbers_that_a_database_lacks_are_errors(
        self, database: Database, number: float
    ) -> None:
        table = pa.table({"n": [1.0, number]})
        if database.kind == "postgresql":
            database.save(table)
            assert str(database.read()["n"].to_pylist()[1]) == str(number)
            return

        with pytest.raises(DataError, match="column 'n' holds"):
            database.save(table)
        assert database.own_tables() == []


NATIVE: dict[str, dict[str, tuple[str, str, object, pa.DataType]]] = {
    "postgresql": {
        "numeric": ("numeric", "1.5", Decimal("1.5"), pa.decimal128(38, 18)),
        "json": ("jsonb", "'{\"a\": [1]}'", '{"a": [1]}', pa.string()),
        "uuid": (
            "uuid",
            "'00000000-0000-0000-0000-000000000001'",
            "00000000-0000-0000-0000-000000000001",
            pa.string(),
        ),
        "char": ("char(3)", "'a'", "a  ", pa.string()),
        "time": ("time", "'12:30'", "12:30:00", pa.string()),
        "integers": ("int[]", "'{1,null}'", [1, None], pa.list_(pa.int32())),
        "local": (
            "timestamp",
            "'2024-01-01 12:00'",
            datetime(2024, 1, 1, 12),
            pa.timestamp("us"),
        ),
    },
    "mysql": {
        "unsigned": ("bigint unsigned", "18446744073709551615", Decimal(2**64 - 1), pa.decimal128(20, 0)),
        "boolean": ("boolean", "true", True, pa.bool_()),
        "tiny": ("tinyint", "-128", -128, pa.int8()),
        "bit": ("bit(1)", "1", True, pa.bool_()),
        "enum": ("enum('a','b')", "'b'", "b", pa.string()),
        "json": ("json", "'{\"a\": 1}'", '{"a": 1}', pa.string()),
        "year": ("year", "2024", 2024, pa.int16()),
        "varbinary": ("varbinary(9)", "x'00ff'", b"\x00\xff", pa.binary()),
        "timestamp": ("timestamp", "'2024-01-01 12:00'", datetime(2024, 1, 1, 12, tzinfo=UTC), pa.timestamp("us", "UTC")),
    },
    "sqlite": {
        "varchar": ("varchar(9)", "'a'", "a", pa.string()),
        "boolean": ("boolean", "1", True, pa.bool_()),
        "date": ("date", "'2024-02-29'", date(2024, 2, 29), pa.date32()),
        "datetime": ("datetime", "'2024-01-01T12:00:00Z'", datetime(2024, 1, 1, 12, tzinfo=UTC), pa.timestamp("us", "UTC")),
        "decimal": ("decimal(10,2)", "1.10", Decimal("1.10"), pa.decimal128(10, 2)),
        "undeclared integer": ("", "7", 7, pa.int64()),
        "undeclared blob": ("", "x'00'", b"\x00", pa.binary()),
        "real": ("real", "1", 1.0, pa.float64()),
    },
}  # fmt: skip


class TestNativeTypes:
    @pytest.mark.parametrize("kind", list(NATIVE))
    def test_of_each_database(self, database: Database, kind: str) -> None:
        if database.kind != kind:
            pytest.skip("another database's types")
        for title, (declared, literal, expected, type_) in NATIVE[kind].items():
            database.execute(
                f"drop table if exists {database.table}",
                f"create table {database.table} (c {declared})",
                f"insert into {database.table} values (null), ({literal})",
            )

            read = database.read()

            assert read.schema.field("c").type == type_, title
            assert read["c"].to_pylist() == [None, expected], title


class TestQueries:
    def test_give_a_table(self, database: Database) -> None:
        database.save(pa.table({"n": range(10), "t": ["a%", "b"] * 5}))
        query = f"with x as (select n, t from {database.table} where t like 'a%%') select n * 2 as d from x where n > 1;"
        query = query.replace("%%", "%")

        read = database.read(directQuery=query)

        assert sorted(read["d"].to_pylist()) == [4, 8, 12, 16]
        options = database.load_options(query=query)
        assert describe_jdbc("", options, database.root) == read.schema

    def test_may_stand_where_a_table_does(self, database: Database) -> None:
        database.save(pa.table({"n": range(10)}))

        read = database.read(dbtable=f"(select n from {database.table} where n < 3) as few")

        assert sorted(read["n"].to_pylist()) == [0, 1, 2]

    def test_with_two_columns_of_one_name_are_refused(self, database: Database) -> None:
        database.save(pa.table({"n": [1]}))
        query = f"select a.n, b.n from {database.table} a, {database.table} b"

        with pytest.raises(DataError, match=r"two columns named 'n'|Duplicate column name"):
            read_jdbc("", database.load_options(query=query), database.root)

    def test_that_are_wrong_are_refused_in_one_line(self, database: Database) -> None:
        database.save(pa.table({"n": [1]}))

        with pytest.raises(DataError, match=r"refused: .*nonsense") as caught:
            database.read(query="select nonsense")

        assert "sqlalche" not in str(caught.value)

    def test_of_an_unknown_table_name_the_nearest(self, database: Database) -> None:
        database.save(pa.table({"n": [1]}))

        with pytest.raises(DataError, match=f"no table '{database.table}x'") as caught:
            database.read(f"{database.table}x")

        assert f"did you mean '{database.table}'" in (caught.value.hint or "")

    def test_find_tables_whatever_their_case(self, database: Database) -> None:
        database.save(pa.table({"n": [1]}))

        assert database.read(database.table.upper()).num_rows == 1


class TestStreaming:
    def test_rows_come_in_batches(self, database: Database) -> None:
        database.save(pa.table({"n": range(5000)}))

        rows = read_jdbc(database.table, database.load_options(fetchsize=1000), database.root)
        sizes = [batch.num_rows for batch in rows.batches]

        assert sum(sizes) == 5000
        assert len(sizes) >= 5

    def test_may_be_stopped_early(self, database: Database) -> None:
        database.save(pa.table({"n": range(50_000)}))
        rows = read_jdbc(database.table, database.load_options(fetchsize=100), database.root)

        first = next(rows.batches)
        rows.batches.close()

        assert first.num_rows == 100


@pytest.mark.parametrize(
    ("declared", "literal", "message"),
    [("integer", "'abc'", "'abc' is no integer"), ("date", "'soon'", "Invalid isoformat")],
)
def test_a_value_that_breaks_its_declaration_is_named(
    database: Database, declared: str, literal: str, message: str
) -> None:
    if database.kind != "sqlite":
        pytest.skip("other databases refuse such values themselves")
    database.execute(
        f"create table {database.table} (c {declared})",
        f"insert into {database.table} values (null), ({literal})",
    )

    with pytest.raises(DataError, match=f"column 'c' is .*{message}"):
        database.read()


def test_types_of_expressions_in_sqlite_are_those_of_all_rows(database: Database) -> None:
    if database.kind != "sqlite":
        pytest.skip("other databases tell the types of expressions")
    database.save(pa.table({"n": range(3000)}))
    query = f"select case when n = 2999 then 'x' else n + 1 end as c from {database.table}"

    read = database.read(query=query)

    assert read.schema.field("c").type == pa.string()
    assert read["c"].to_pylist()[-1] == "x"
