"""Statements that a database runs for their effect."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from headrace.engines.databases.addresses import find_address
from headrace.engines.databases.connections import connected
from headrace.operators.formats.jdbc import JdbcConnection


def execute_jdbc(statements: Sequence[str], options: JdbcConnection, root: Path) -> tuple[int, ...]:
    """Run statements in the database's own SQL, all in one transaction.

    Parameters
    ----------
    statements : one or more, run in order
    options : of a ``connect jdbc``
    root : where relative paths of SQLite files start

    Returns
    -------
    rows that each statement changed; -1 where the database does not count

    Raises
    ------
    DataError : no connection, or a refused statement; then nothing has changed (MySQL commits
        at each statement that changes a table's structure)
    """
    with connected(find_address(options, root), writes=True) as connection, connection.begin():
        return tuple(_execute(connection, statement) for statement in statements)


def _execute(connection: sa.Connection, statement: str) -> int:
    """Without parameters, so that a % in the text is a %."""
    plain = connection.execution_options(no_parameters=True)
    with plain.exec_driver_sql(statement.strip().rstrip(";")) as result:
        return int(result.rowcount)
