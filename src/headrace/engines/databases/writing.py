"""Rows into a table of a database: all of them are seen, or none."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from headrace.engines.atomic import crash_point
from headrace.engines.databases.addresses import Address, find_address
from headrace.engines.databases.column_declarations import declared_columns, driver_rows
from headrace.engines.databases.connections import connected, explained
from headrace.engines.databases.names import TableName, look_up, read_table_name
from headrace.engines.writers.flat_columns import check_no_intervals
from headrace.engines.writers.rows import Rows
from headrace.errors import DataError, OptionError, suggest
from headrace.graph.protocols import SaveResult, SaveTarget
from headrace.operators.formats.jdbc import JdbcWrite


def check_jdbc(target: SaveTarget, root: Path) -> None:
    """Refuse what is certain to fail; connects, and reads the list of tables.

    Raises
    ------
    DataError, OptionError : no connection, a bad name, a table that exists and may not
    """
    options = _options(target)
    wanted = _table_name(target, options)
    address = find_address(options, root)
    if target.partition_by:
        raise OptionError("partitionBy means nothing in a database", hint="leave it out")
    if address.file is not None and not address.file.exists():
        return
    with connected(address) as connection:
        _refuse_existing(target, look_up(connection, wanted), address)


def save_jdbc(rows: Rows, target: SaveTarget, root: Path) -> SaveResult:
    """Write all rows in one transaction; ``docs/saving.md`` says what each mode promises.

    Raises
    ------
    DataError : see ``check_jdbc``; or the database refuses a row. The old content stands
    """
    check_no_intervals(rows.schema)
    check_jdbc(target, root)
    options = _options(target)
    address = find_address(options, root)
    is_new_file = address.file is not None and not address.file.exists()
    try:
        return _save(rows, target, options, address)
    except BaseException:
        if is_new_file and address.file is not None:
            address.file.unlink(missing_ok=True)
        raise


def _save(rows: Rows, target: SaveTarget, options: JdbcWrite, address: Address) -> SaveResult:
    wanted = _table_name(target, options)
    with connected(address, writes=True) as connection:
        found = look_up(connection, wanted)
        _refuse_existing(target, found, address)
        connection.rollback()  # looking began a transaction
        shown = f"{found or wanted} in the {address.shown}"
        if target.mode == "ignore" and found is not None:
            return SaveResult(shown, 0, files=0, skipped=True)
        if found is not None and (target.mode == "append" or options.truncate):
            _insert_into(connection, found, rows, options, address, target.mode == "overwrite")
        elif address.kind == "mysql":
            _replace_by_rename(connection, wanted, found, rows, options, address)
        else:
            _replace_in_transaction(connection, wanted, found, rows, options, address)
    crash_point("database.committed")
    return SaveResult(shown, rows.count, 1)


def _insert_into(
    connection: sa.Connection,
    name: TableName,
    rows: Rows,
    options: JdbcWrite,
    address: Address,
    empties: bool,
) -> None:
    with connection.begin():
        table = _matched(connection, name, rows, address)
        if empties:  # not TRUNCATE, which MySQL commits and which other readers see at once
            connection.execute(sa.delete(table))
        _insert(connection, table, rows, options, address)
        crash_point("database.inserted")


def _replace_in_transaction(
    connection: sa.Connection,
    wanted: TableName,
    found: TableName | None,
    rows: Rows,
    options: JdbcWrite,
    address: Address,
) -> None:
    """PostgreSQL and SQLite create, drop and rename tables within a transaction."""
    staged = TableName(f"headrace_new_{secrets.token_hex(8)}", wanted.schema)
    with connection.begin():
        table = _new_table(staged, rows, address)
        table.create(connection)
        _insert(connection, table, rows, options, address)
        crash_point("database.inserted")
        if found is not None:
            _execute(connection, f"drop table {found.quoted(connection)}")
        name = TableName((found or wanted).name).quoted(connection)
        _execute(connection, f"alter table {staged.quoted(connection)} rename to {name}")


def _replace_by_rename(
    connection: sa.Connection,
    wanted: TableName,
    found: TableName | None,
    rows: Rows,
    options: JdbcWrite,
    address: Address,
) -> None:
    """MySQL commits at every DDL, but renames several tables in one step."""
    mark = secrets.token_hex(8)
    _remove_abandoned(connection, wanted)
    staged = TableName(f"{_stem(wanted)}_new_{mark}", wanted.schema)
    old = TableName(f"{_stem(wanted)}_old_{mark}", wanted.schema)
    # Held as long as the connection lives: the tables of one that is gone may be removed.
    connection.execute(sa.select(sa.func.get_lock(_lock_name(mark), 0)))
    table = _new_table(staged, rows, address)
    try:
        table.create(connection)
        connection.commit()
        crash_point("database.created")
        _insert(connection, table, rows, options, address)
        connection.commit()
        crash_point("database.inserted")
        renames = [(staged, found or wanted)]
        if found is not None:
            renames.insert(0, (found, old))
        steps = ", ".join(f"{a.quoted(connection)} to {b.quoted(connection)}" for a, b in renames)
        _execute(connection, f"rename table {steps}")
        crash_point("database.renamed")
    finally:
        connection.rollback()
        for name in (staged, old):
            _execute(connection, f"drop table if exists {name.quoted(connection)}")


def _remove_abandoned(connection: sa.Connection, wanted: TableName) -> None:
    for name in sa.inspect(connection).get_table_names(wanted.schema):
        if name.startswith(f"{_stem(wanted)}_"):
            lock = _lock_name(name.rpartition("_")[2])
            if connection.execute(sa.select(sa.func.is_free_lock(lock))).scalar_one():
                left = TableName(name, wanted.schema)
                _execute(connection, f"drop table if exists {left.quoted(connection)}")


def _stem(wanted: TableName) -> str:
    return f"headrace_{hashlib.sha256(wanted.name.casefold().encode()).hexdigest()[:12]}"


def _lock_name(mark: str) -> str:
    return f"headrace_{mark}"


def _new_table(name: TableName, rows: Rows, address: Address) -> sa.Table:
    columns = declared_columns(rows.schema, address.kind)
    return sa.Table(name.name, sa.MetaData(), *columns, schema=name.schema)


def _matched(connection: sa.Connection, name: TableName, rows: Rows, address: Address) -> sa.Table:
    """The table as it stands, with just the columns that the rows have, in their order.

    Raises
    ------
    DataError : a column of the rows is not in the table
    """
    # SQLAlchemy's inspector reads a back-quote in a MySQL name as two.
    nothing = f"select * from {name.quoted(connection)} where 1 = 0"
    known = list(connection.execution_options(no_parameters=True).exec_driver_sql(nothing).keys())
    folded = {known_name.casefold(): known_name for known_name in known}
    columns: list[sa.Column[Any]] = []
    for column in declared_columns(rows.schema, address.kind):
        if column.name.casefold() not in folded:
            raise DataError(
                f"table '{name}' has no column '{column.name}'",
                hint=suggest(column.name, known, "columns"),
                code="columns-differ",
            )
        columns.append(sa.Column(folded[column.name.casefold()], column.type))
    return sa.Table(name.name, sa.MetaData(), *columns, schema=name.schema)


def _insert(
    connection: sa.Connection, table: sa.Table, rows: Rows, options: JdbcWrite, address: Address
) -> None:
    values = chain.from_iterable(_tuples(rows, address))
    if address.kind == "postgresql":
        _copy(connection, table, values, address)
        return
    names = [f"c{index}" for index in range(len(table.columns))]
    places = [
        sa.bindparam(name, type_=c.type) for name, c in zip(names, table.columns, strict=True)
    ]
    statement = sa.insert(table).values(dict(zip(table.columns.keys(), places, strict=True)))
    while chunk := list(islice(values, options.batch_size)):
        connection.execute(statement, [dict(zip(names, row, strict=True)) for row in chunk])


def _tuples(rows: Rows, address: Address) -> Iterator[Iterator[tuple[Any, ...]]]:
    for batch in rows:
        yield driver_rows(batch, address.kind)
        crash_point("save.batch")


def _copy(
    connection: sa.Connection,
    table: sa.Table,
    values: Iterator[Sequence[Any]],
    address: Address,
) -> None:
    """``COPY`` is many times as fast as ``INSERT`` in PostgreSQL, in the same transaction."""
    name = TableName(table.name, table.schema).quoted(connection)
    columns = ", ".join(TableName(column.name).quoted(connection) for column in table.columns)
    driver: Any = connection.connection.driver_connection
    with (
        explained(address),
        driver.cursor() as cursor,
        cursor.copy(f"copy {name} ({columns}) from stdin") as copy,
    ):
        for row in values:
            copy.write_row(row)


def _execute(connection: sa.Connection, statement: str) -> None:
    connection.execution_options(no_parameters=True).exec_driver_sql(statement)


def _refuse_existing(target: SaveTarget, found: TableName | None, address: Address) -> None:
    if found is not None and target.mode == "errorIfExists":
        raise DataError(
            f"table '{found}' exists already in the {address.shown}",
            hint="write 'save overwrite', 'save append' or 'save ignore', or choose another table",
            code="exists",
        )


def _table_name(target: SaveTarget, options: JdbcWrite) -> TableName:
    return read_table_name(options.dbtable or target.path)


def _options(target: SaveTarget) -> JdbcWrite:
    if not isinstance(target.options, JdbcWrite):
        raise TypeError("jdbc needs its own record of options")
    return target.options
