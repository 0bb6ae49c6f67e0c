"""Statements that a database runs for their effect."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from headrace.engines.databases.addresses import find_address
from headrace.engines.databases.connections import connected, explained
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
    address = find_address(options, root)
    with connected(address, writes=True) as connection, explained(address), connection.begin():
        return tuple(connection.exec_driver_sql(text).rowcount for text in statements)
