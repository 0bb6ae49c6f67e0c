"""The databases that the tests use: SQLite always, the others where a server is named."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pytest
import sqlalchemy as sa

from headrace.engines.databases import read_jdbc, save_jdbc
from headrace.engines.databases.addresses import find_address
from headrace.engines.databases.connections import connected
from headrace.engines.writers.rows import Rows
from headrace.graph.protocols import SaveMode, SaveResult, SaveTarget
from headrace.graph.step import Json
from headrace.operators.formats.jdbc import JdbcRead, JdbcWrite
from headrace.operators.options import bind, given

SERVERS = {
    "postgresql": "HEADRACE_TEST_POSTGRES_URL",
    "mysql": "HEADRACE_TEST_MYSQL_URL",
}


@dataclass(frozen=True)
class Database:
    """A database with a table name of this test's own."""

    kind: str
    url: str
    table: str
    root: Path

    def load_options(self, **options: Json) -> JdbcRead:
        return bind(JdbcRead, given({"url": self.url, **options}), "jdbc").unwrap()

    def target(self, mode: SaveMode = "errorIfExists", **options: Json) -> SaveTarget:
        record = bind(JdbcWrite, given({"url": self.url, **options}), "jdbc").unwrap()
        return SaveTarget("jdbc", self.table, mode, record)

    def read(self, path: str | None = None, **options: Json) -> pa.Table:
        table = "" if "query" in options or "dbtable" in options else self.table
        rows = read_jdbc(path or table, self.load_options(**options), self.root)
        return pa.Table.from_batches(list(rows.batches), rows.schema)

    def save(
        self, table: pa.Table, mode: SaveMode = "errorIfExists", **options: Json
    ) -> SaveResult:
        rows = Rows(table.schema, iter(table.to_batches(max_chunksize=1000)))
        return save_jdbc(rows, self.target(mode, **options), self.root)

    def execute(self, *statements: str) -> None:
        with self.connection() as connection, connection.begin():
            for statement in statements:
                connection.exec_driver_sql(statement)

    def connection(self) -> AbstractContextManager[sa.Connection]:
        return connected(find_address(self.load_options(), self.root), writes=True)

    def own_tables(self) -> list[str]:
        """Every table that this test may have left."""
        with self.connection() as connection:
            names = sa.inspect(connection).get_table_names()
        return [name for name in names if name.startswith(("headrace_", self.table))]


@pytest.fixture(params=["sqlite", "postgresql", "mysql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    kind = request.param
    url = f"jdbc:sqlite:{tmp_path}/test.db"
    if kind in SERVERS:
        if SERVERS[kind] not in os.environ:
            pytest.skip(f"no {kind} server: {SERVERS[kind]} is not set (see .ci/services)")
        url = os.environ[SERVERS[kind]]
    database = Database(kind, url, f"t_{secrets.token_hex(4)}", tmp_path)
    yield database
    quote = "`" if kind == "mysql" else '"'
    names = database.own_tables()
    database.execute(*(f"drop table if exists {quote}{name}{quote}" for name in names))
