"""Open connections, and what the drivers' errors mean; no password is ever in a message."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from headrace.engines.databases.addresses import Address
from headrace.errors import DataError


@contextmanager
def connected(address: Address, *, writes: bool = False) -> Iterator[sa.Connection]:
    """One connection, closed at the end; the caller begins and commits.

    Raises
    ------
    DataError : the database cannot be reached or refuses; placed in the database's own words
    """
    if address.file is not None and not (address.file.exists() if not writes else _parent(address)):
        raise DataError(
            f"there is no {address.shown}", hint=f"looked at {address.file}", code="missing"
        )
    engine = sa.create_engine(
        address.url, connect_args=dict(address.arguments), poolclass=NullPool, hide_parameters=True
    )
    if address.kind == "sqlite":
        _begin_explicitly(engine, "begin immediate" if writes else "begin")
    with explained(address):
        with _opened(engine, address) as connection:
            yield connection
        engine.dispose()


@contextmanager
def _opened(engine: sa.Engine, address: Address) -> Iterator[sa.Connection]:
    try:
        connection = engine.connect()
    except sa.exc.DBAPIError as error:
        raise DataError(
            f"cannot connect to the {address.shown}: {reason(error, address)}",
            hint="check host, port, database, user and password, and that the server runs",
            code="connection",
        ) from None
    with connection:
        yield connection


@contextmanager
def explained(address: Address) -> Iterator[None]:
    """Errors of the database and its driver become ``DataError``.

    They are not chained: a driver's own message may repeat the password.
    """
    try:
        yield
    except sa.exc.SQLAlchemyError as error:
        raise DataError(
            f"the {address.shown} refused: {reason(error, address)}", code="database"
        ) from None
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in {"psycopg", "pymysql", "sqlite3"}:
            raise
        raise DataError(
            f"the {address.shown} refused: {reason(error, address)}", code="database"
        ) from None


def reason(error: Exception, address: Address) -> str:
    """The first line of what the database said, every secret hidden."""
    cause = getattr(error, "orig", None) or error
    # PyMySQL gives (number, text), others one text.
    text = str(cause.args[-1]) if cause.args else str(cause)
    for secret in address.secrets:
        text = text.replace(secret, "***")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "; ".join(lines[:2]) if lines else type(cause).__name__


def _parent(address: Address) -> bool:
    return address.file is not None and address.file.parent.is_dir()


def _begin_explicitly(engine: sa.Engine, statement: str) -> None:
    """Python's sqlite3 begins late and not before DDL: here a transaction is what we say."""

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: object, _: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(statement)
