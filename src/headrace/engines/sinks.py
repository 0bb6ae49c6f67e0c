"""Where tables go: files, Delta tables and databases, behind ``graph.Sinks``.

SQLAlchemy and deltalake are heavy, and few scripts save to a database: they load on first use.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from headrace.engines.types import schema_to_arrow
from headrace.engines.writers.failures import explained
from headrace.engines.writers.files import FORMATS, check_files, save_files
from headrace.engines.writers.places import Place, find_place
from headrace.engines.writers.rows import Rows
from headrace.errors import DataError
from headrace.graph.protocols import OptionRecord, SaveResult, SaveTarget, Tables
from headrace.operators import formats
from headrace.operators.formats.jdbc import JdbcConnection

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class FileSinks:
    """``graph.Sinks`` for one workspace.

    Parameters
    ----------
    root : the workspace's directory; relative paths start there, and it is never replaced
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def save(self, frame: DataFrame, target: SaveTarget, tables: Tables) -> SaveResult:
        stream = tables.batches(frame)
        with closing(stream):  # type: ignore[type-var]  # every engine's is a generator
            rows = Rows(_nullable(schema_to_arrow(tables.schema(frame))), stream)
            if _is_database(target):
                from headrace.engines.databases import save_jdbc

                return save_jdbc(rows, target, self._root)
            place = self._place(target)
            with explained(place.written):
                if target.format_name == "delta":
                    from headrace.engines.writers.delta import save_delta

                    return save_delta(rows, target, place)
                return save_files(rows, target, place, self._root)

    def check(self, target: SaveTarget) -> None:
        if _is_database(target):
            from headrace.engines.databases import check_jdbc

            check_jdbc(target, self._root)
            return
        place = self._place(target)
        with explained(place.written):
            if target.format_name == "delta":
                from headrace.engines.writers.delta import check_delta

                check_delta(target, place)
            else:
                check_files(target, place, self._root)

    def execute(self, statements: Sequence[str], options: OptionRecord) -> tuple[int, ...]:
        from headrace.engines.databases import execute_jdbc

        assert isinstance(options, JdbcConnection)  # the only format with statements
        return execute_jdbc(statements, options, self._root)

    def _place(self, target: SaveTarget) -> Place:
        if target.format_name != "delta" and target.format_name not in FORMATS:
            raise DataError(
                f"a table cannot be saved as '{target.format_name}'",
                hint=f"formats: {', '.join(formats.writable_names())}",
                code="unknown-format",
            )
        return find_place(target.path, self._root)


def _is_database(target: SaveTarget) -> bool:
    return formats.find(target.format_name).kind == "database"


def _nullable(schema: pa.Schema) -> pa.Schema:
    """Whether a column may hold nulls is no part of a saved table, as in Spark."""
    return pa.schema([field.with_nullable(True) for field in schema])
