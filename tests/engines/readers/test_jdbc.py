from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from headrace.engines.readers.jdbc import describe_database, stage_database
from headrace.engines.sessions import ConnectTables
from headrace.errors import DataError
from headrace.graph.step import Json
from headrace.operators.formats.jdbc import JdbcRead
from headrace.operators.options import bind, given


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as connection:
        connection.execute("create table orders (id integer, day date, amount decimal(10,2))")
        rows = [(n, "2024-02-29", n / 4) for n in range(1000)]
        connection.executemany("insert into orders values (?, ?, ?)", rows)
        connection.commit()
    return tmp_path


def options(**written: Json) -> JdbcRead:
    return bind(JdbcRead, given({"url": "jdbc:sqlite:shop.db", **written}), "jdbc").unwrap()


class TestDescribe:
    def test_gives_the_columns_in_the_engine_s_words(self, shop: Path) -> None:
        info = describe_database("orders", options(), shop)

        assert info.schema is not None
        assert info.schema.ddl() == "`id` bigint, `day` date, `amount` decimal(10,2)"
        assert info.fingerprint is None

    def test_warns_of_options_that_do_nothing(self, shop: Path) -> None:
        info = describe_database("orders", options(numPartitions=4), shop)

        assert info.warnings[0][0] == "jdbc ignores numPartitions"

    def test_names_the_nearest_table(self, shop: Path) -> None:
        with pytest.raises(DataError, match="no table 'order'") as caught:
            describe_database("order", options(), shop)

        assert "did you mean 'orders'" in (caught.value.hint or "")


class TestStage:
    def test_makes_a_file_that_the_engine_reads(
        self, shop: Path, tables: ConnectTables, tmp_path: Path
    ) -> None:
        target = tmp_path / "staged.parquet"

        rows = stage_database("orders", options(), shop, target)

        frame = tables.read_parquet([str(target)])
        tables.create_view("orders", frame)
        assert rows == 1000
        total = tables.collect(tables.sql("select sum(amount) as s, max(day) as d from orders"))
        assert [str(value) for value in total.to_pylist()[0].values()] == [
            "124875.00",
            "2024-02-29",
        ]

    def test_of_no_rows_keeps_the_columns(self, shop: Path, tmp_path: Path) -> None:
        target = tmp_path / "staged.parquet"

        stage_database("", options(query="select id from orders where id < 0"), shop, target)

        assert pq.read_schema(target).names == ["id"]
