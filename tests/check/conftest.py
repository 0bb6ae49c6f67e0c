"""The embedded engine as an analyser: types of queries over empty tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from headrace.engines.embedded import EmbeddedEngine
from headrace.engines.sessions import ConnectTables
from headrace.errors import CheckError, HeadraceError
from headrace.graph import Schema
from headrace.graph.protocols import Analyzer


class SessionAnalyzer:
    """Analyses queries in a session whose tables have the right columns and no rows."""

    def __init__(self, tables: ConnectTables) -> None:
        self.tables = tables

    def query_schema(self, sql: str, tables: Mapping[str, Schema]) -> Schema:
        for name, schema in tables.items():
            columns = ", ".join(f"cast(null as {c.type}) as `{c.name}`" for c in schema)
            self.tables.create_view(name, self.tables.sql(f"select {columns}"))
        try:
            return self.tables.schema(self.tables.sql(sql))
        except HeadraceError as error:
            raise CheckError.of(error.problems) from error


@pytest.fixture(scope="session")
def analyzer() -> Iterator[Analyzer]:
    with EmbeddedEngine() as engine:
        yield SessionAnalyzer(engine.session())
