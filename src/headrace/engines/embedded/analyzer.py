"""Types of queries, asked of the engine over empty tables; nothing of a script's data is read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pyarrow as pa

from headrace.engines.sessions import ConnectTables
from headrace.engines.types import ddl_to_arrow
from headrace.errors import Cancelled, CheckError, RunError
from headrace.graph.schema import Schema

_BEFORE_A_STATEMENT = re.compile(r"(?:\s|\(|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*", re.DOTALL)
_QUERY = re.compile(r"(?:select|with|values|from|table)\b", re.IGNORECASE)


class EmbeddedAnalyzer:
    """``graph.Analyzer`` over a session that is kept for analysis alone.

    Parameters
    ----------
    tables : a session of the embedded engine that nobody else uses
    """

    def __init__(self, tables: ConnectTables) -> None:
        self._tables = tables
        self._views: dict[str, Schema] = {}

    def query_schema(self, sql: str, tables: Mapping[str, Schema]) -> Schema:
        if not _is_query(sql):
            raise CheckError(
                "this is not a query", hint="only a query has columns: select, with or values"
            )
        try:
            self._show(sql, tables)
            frame = self._tables.sql(sql)
            self._tables.plan_text(frame)  # many type errors surface only when it is planned
            return self._tables.schema(frame)
        except Cancelled:
            raise
        except RunError as error:
            raise CheckError.of(error.problems) from error

    def register_stub_function(
        self, name: str, argument_types: Sequence[str], return_type: str
    ) -> None:
        """Let queries call ``name``: only its types matter, it returns nulls."""
        arrow = ddl_to_arrow(return_type)

        def nulls(*columns: pa.Array) -> pa.Array:
            return pa.nulls(len(columns[0]), arrow)

        self._tables.register_function(name, nulls, argument_types, return_type)

    def close(self) -> None:
        self._tables.close()

    def _show(self, sql: str, tables: Mapping[str, Schema]) -> None:
        """Make the session's views those of ``tables``, as far as ``sql`` can tell.

        A view of an earlier query stays where the text does not contain its name: dropping and
        making it again for every other query would cost more than the analysis.
        """
        text = sql.casefold()
        for name in [n for n in self._views if n not in tables and n.casefold() in text]:
            self._tables.drop_view(name)
            del self._views[name]
        for name, schema in tables.items():
            if self._views.get(name) != schema:
                self._tables.create_view(name, self._tables.from_rows((), schema))
                self._views[name] = schema


def _is_query(sql: str) -> bool:
    """Statements run when they are analysed, so only queries may be."""
    before = _BEFORE_A_STATEMENT.match(sql)
    return _QUERY.match(sql, before.end() if before else 0) is not None
