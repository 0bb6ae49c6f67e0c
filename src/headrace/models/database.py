"""The model store's database: SQLite, its tables, and how they came to be."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headrace.errors import ModelError

FILE = "models.sqlite"
BUSY_SECONDS = 30.0

MIGRATIONS = (
    """
    create table counters (
        workspace text not null, name text not null, last_version integer not null,
        primary key (workspace, name)
    ) without rowid;
    create table models (
        workspace text not null, owner text not null,
        name text not null, version integer not null,
        directory text not null unique, digest text not null,
        algorithm text not null, task text not null, created text not null,
        primary key (workspace, name, version)
    ) without rowid;
    create table aliases (
        workspace text not null, owner text not null,
        name text not null, alias text not null, version integer not null,
        primary key (workspace, name, alias),
        foreign key (workspace, name, version) references models (workspace, name, version)
    ) without rowid;
    """,
)
"""Entry i takes a database from schema version i to i + 1; an entry never changes."""


@contextmanager
def writing(directory: Path) -> Iterator[sqlite3.Connection]:
    """One immediate transaction: committed at the end, rolled back on an error.

    Raises
    ------
    ModelError : when the workspace cannot be written, or stays locked
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        connection = _connect(f"{(directory / FILE).resolve().as_uri()}?mode=rwc")
    except (OSError, sqlite3.OperationalError) as error:
        raise _unwritable(directory, error) from error
    try:
        _migrate(connection, directory)
        connection.execute("begin immediate")
        with connection:
            yield connection
    except sqlite3.OperationalError as error:
        raise _unwritable(directory, error) from error
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError):
            raise
        raise _foreign(directory, error) from error
    finally:
        connection.close()


@contextmanager
def reading(directory: Path) -> Iterator[sqlite3.Connection | None]:
    """A connection that only reads, also in a workspace that cannot be written; None if empty."""
    path = directory / FILE
    if not path.is_file():
        yield None
        return
    connection = _reader(path, directory)
    try:
        _refuse_newer(connection, directory)
        yield connection if _version(connection) else None
    finally:
        connection.close()


def _reader(path: Path, directory: Path) -> sqlite3.Connection:
    uri = path.resolve().as_uri()
    connection = _connect(f"{uri}?mode=ro")
    try:
        _version(connection)
    except sqlite3.OperationalError:
        # A reader of a WAL database must write its index beside it; where the directory cannot
        # be written nobody else writes either, and the file can be read as it stands.
        connection.close()
        connection = _connect(f"{uri}?immutable=1")
    except sqlite3.DatabaseError as error:
        connection.close()
        raise _foreign(directory, error) from error
    return connection


def _connect(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("pragma foreign_keys = on")
    return connection


def _migrate(connection: sqlite3.Connection, directory: Path) -> None:
    """Bring the schema up to date; one process does it, others wait and find it done."""
    _refuse_newer(connection, directory)
    if _version(connection) == len(MIGRATIONS):
        return
    connection.execute("pragma journal_mode = wal")
    connection.execute("begin immediate")
    with connection:
        for number in range(_version(connection), len(MIGRATIONS)):
            for statement in MIGRATIONS[number].split(";"):
                connection.execute(statement)
        connection.execute(f"pragma user_version = {len(MIGRATIONS)}")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])


def _refuse_newer(connection: sqlite3.Connection, directory: Path) -> None:
    found = _version(connection)
    if found > len(MIGRATIONS):
        raise ModelError(
            f"the model store {directory} has schema version {found}, and this version knows "
            f"{len(MIGRATIONS)}",
            hint="use the newer Headrace that made it",
        )


def _unwritable(directory: Path, error: Exception) -> ModelError:
    return ModelError(
        f"the model store {directory} cannot be written: {error}",
        hint="choose a workspace directory that you may write to",
    )


def _foreign(directory: Path, error: Exception) -> ModelError:
    return ModelError(
        f"{directory / FILE} is not a model database: {error}",
        hint="choose another workspace directory, or restore the file from a copy",
    )
