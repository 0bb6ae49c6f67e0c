from __future__ import annotations

import pytest

from headrace.engines.databases.names import TableName, read_table_name
from headrace.errors import DataError
from tests.engines.databases.conftest import Database


class TestReadTableName:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("orders", TableName("orders")),
            ("shop.orders", TableName("orders", "shop")),
            ('shop."My.Orders"', TableName("My.Orders", "shop")),
            ("`a``b`", TableName("a`b")),
            ('"a""b"', TableName('a"b')),
            ("[dbo].[orders]", TableName("orders", "dbo")),
            ("订单", TableName("订单")),
            ("orders; drop table x", TableName("orders; drop table x")),
        ],
    )
    def test_parts_and_quotes(self, text: str, expected: TableName) -> None:
        assert read_table_name(text) == expected

    @pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a.b.c", '"a', 'a"b', '""'])
    def test_refuses_what_names_nothing(self, text: str) -> None:
        with pytest.raises(DataError, match="does not name a table"):
            read_table_name(text)


class TestQuoted:
    @pytest.mark.parametrize("name", ['a"b', "a`b", "a b; drop table x", "100%", "订单", "select"])
    def test_a_name_stays_a_name(self, database: Database, name: str) -> None:
        with database.connection() as connection, connection.begin():
            quoted = TableName(f"{database.table} {name}").quoted(connection)
            execute = connection.execution_options(no_parameters=True).exec_driver_sql
            execute(f"create table {quoted} (n int)")
            execute(f"insert into {quoted} values (1)")

            assert execute(f"select * from {quoted}").scalar_one() == 1
            execute(f"drop table {quoted}")
