"""Tables and queries of databases as streams of Arrow batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from headrace.engines.databases.addresses import Address, find_address
from headrace.engines.databases.connections import connected
from headrace.engines.databases.mysql_types import mysql_columns
from headrace.engines.databases.names import existing, read_table_name
from headrace.engines.databases.postgresql_types import postgresql_columns
from headrace.engines.databases.result_columns import ResultColumn
from headrace.engines.databases.sqlite_types import sqlite_columns
from headrace.errors import DataError
from headrace.operators.formats.jdbc import JdbcRead

SAMPLE_ROWS = 1_000
"""How many rows a check may look at (DESIGN 1.2)."""


@dataclass(frozen=True, slots=True)
class DatabaseRows:
    """A result that is read as it is iterated, once; ``close`` the iterator to stop early."""

    schema: pa.Schema
    batches: Generator[pa.RecordBatch]


def describe_jdbc(path: str, options: JdbcRead, root: Path) -> pa.Schema:
    """The columns of a table or a query; at most 1,000 rows are looked at, usually none.

    Parameters
    ----------
    path : the table, where neither ``dbtable`` nor ``query`` is given
    options : of ``load jdbc``
    root : where relative paths of SQLite files start

    Raises
    ------
    DataError : no connection, an unknown table (with the nearest), or a refused query
    """
    address = find_address(options, root)
    with connected(address) as connection:
        query = _query(connection, path, options, address)
        if address.kind == "sqlite":
            return _schema(sqlite_columns(connection, query, SAMPLE_ROWS))
        nothing = f"select * from ({query}) headrace_result where 1 = 0"
        with _executed(connection, nothing, 1) as result:
            return _schema(_columns(result, address))


def read_jdbc(path: str, options: JdbcRead, root: Path) -> DatabaseRows:
    """All rows of a table or a query, by a cursor on the server's side.

    Parameters and errors are those of ``describe_jdbc``; a value that its column's type cannot
    hold is an error while the batches are iterated.
    """
    address = find_address(options, root)
    stream = _stream(path, options, address)
    return DatabaseRows(next(stream), stream)


def _stream(path: str, options: JdbcRead, address: Address) -> Generator[Any]:
    """The schema, then the batches: one generator, so that one ``with`` guards the connection."""
    with connected(address) as connection:
        query = _query(connection, path, options, address)
        columns = sqlite_columns(connection, query) if address.kind == "sqlite" else ()
        with _executed(connection, query, options.fetch_size) as result:
            columns = columns or _columns(result, address)
            schema = _schema(columns)
            yield schema
            row = 0
            for rows in result.partitions(options.fetch_size):
                yield _batch(rows, columns, schema, row)
                row += len(rows)


def _query(connection: sa.Connection, path: str, options: JdbcRead, address: Address) -> str:
    if options.query is not None:
        return options.query.strip().rstrip(";")
    wanted = options.dbtable or path
    if wanted.lstrip().startswith("("):  # Spark's way to give a query, with an alias
        return f"select * from {wanted}"
    if not wanted.strip():
        raise DataError(
            "jdbc needs a table or a query",
            hint='name it in the path, or by dbtable="orders" or query="select …"',
        )
    table = existing(connection, read_table_name(wanted), address)
    return f"select * from {table.quoted(connection)}"


@contextmanager
def _executed(
    connection: sa.Connection, query: str, fetch_size: int
) -> Iterator[sa.CursorResult[Any]]:
    """Run without parameters, so that a % in the text is a %."""
    streaming = connection.execution_options(
        no_parameters=True, stream_results=True, max_row_buffer=fetch_size
    )
    result = streaming.exec_driver_sql(query)
    try:
        yield result
    except BaseException:
        _abandon(connection, result)
        raise
    result.close()


def _abandon(connection: sa.Connection, result: sa.CursorResult[Any]) -> None:
    """Close a cursor that is not read to its end."""
    if connection.dialect.name == "mysql" and result.cursor is not None:
        # Its cursor would first receive all the rows that nobody wants: hang up instead.
        _mysql_result(result).unbuffered_active = False
        connection.invalidate()
    with suppress(sa.exc.SQLAlchemyError):
        result.close()


def _mysql_result(result: sa.CursorResult[Any]) -> Any:
    """PyMySQL's own result; the DB-API's description lacks signs, lengths, character sets."""
    cursor: Any = result.cursor
    return cursor._result


def _columns(result: sa.CursorResult[Any], address: Address) -> tuple[ResultColumn, ...]:
    cursor = result.cursor
    if cursor is None or not cursor.description:
        raise DataError("the query gives no rows", hint="only queries can be loaded")
    if address.kind == "postgresql":
        return postgresql_columns(cursor.description)
    return mysql_columns(_mysql_result(result).fields)


def _schema(columns: tuple[ResultColumn, ...]) -> pa.Schema:
    names = Counter(column.name.casefold() for column in columns)
    twice = [column.name for column in columns if names[column.name.casefold()] > 1]
    if twice:
        raise DataError(
            f"the query gives two columns named '{twice[0]}'",
            hint="give one of them another name: select a.id as a_id, b.id as b_id",
            code="duplicate-column",
        )
    return pa.schema([pa.field(column.name, column.type) for column in columns])


def _batch(
    rows: Sequence[Sequence[Any]],
    columns: tuple[ResultColumn, ...],
    schema: pa.Schema,
    first_row: int,
) -> pa.RecordBatch:
    arrays = []
    for column, values in zip(columns, zip(*rows, strict=True), strict=True):
        try:
            arrays.append(column.array(list(values)))
        except (ValueError, TypeError, pa.ArrowException) as error:
            raise DataError(
                f"column '{column.name}' is {column.type}, and a value from row "
                f"{first_row + 1:,} on is not: {error}",
                hint=f"load it by a query that casts it, as in cast({column.name} as char)",
                code="value",
            ) from error
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
