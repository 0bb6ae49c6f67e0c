"""Databases as sources: columns before a run, and a staged copy for it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from headrace.engines.databases import describe_jdbc, read_jdbc
from headrace.engines.types import arrow_to_schema
from headrace.engines.writers.base import Opening
from headrace.engines.writers.columnar import ParquetWriter
from headrace.graph.facts import Facts
from headrace.graph.protocols import SourceInfo
from headrace.operators.formats.jdbc import JdbcRead
from headrace.operators.formats.parquet import ParquetWrite


def describe_database(path: str, options: JdbcRead, root: Path) -> SourceInfo:
    """The columns of a table or a query.

    There is no fingerprint: nothing tells whether a database has changed.

    Raises
    ------
    DataError : no connection, an unknown table, or a refused query
    """
    schema = arrow_to_schema(describe_jdbc(path, options, root))
    return SourceInfo(
        schema, Facts(columns=len(schema), source="database"), warnings=_warnings(options)
    )


def stage_database(path: str, options: JdbcRead, root: Path, target: Path) -> int:
    """Stream all rows into one Parquet file; the row count.

    Raises
    ------
    DataError : as ``describe_database``, and for a value that does not fit its column's type
    OSError : ``target`` cannot be written
    """
    rows = read_jdbc(path, options, root)
    count = 0
    opening = Opening(target, rows.schema, ParquetWrite(compression="lz4"))
    with closing(rows.batches), closing(ParquetWriter(opening)) as file:
        for batch in rows.batches:
            file.write(batch)
            count += batch.num_rows
    return count


def _warnings(options: JdbcRead) -> tuple[tuple[str, str | None], ...]:
    names = options.ignored()
    if not names:
        return ()
    return ((f"jdbc ignores {', '.join(names)}", "one connection reads all rows; leave it out"),)
