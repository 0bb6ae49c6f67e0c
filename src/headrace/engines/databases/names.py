"""Names of tables: read from text, looked up, and quoted so that they stay names."""

from __future__ import annotations

import re
from dataclasses import dataclass

import sqlalchemy as sa

from headrace.engines.databases.addresses import Address
from headrace.errors import DataError, suggest

_PART = re.compile(r'\s*(?:"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|\[([^\]]*)\]|([^."`\[\]]+))\s*(\.|$)')


@dataclass(frozen=True, slots=True)
class TableName:
    """A table, perhaps in a schema, as the database spells it."""

    name: str
    schema: str | None = None

    def quoted(self, connection: sa.Connection) -> str:
        """For SQL text; whatever the name holds, it stays a name."""
        # SQLAlchemy's own quoting doubles % for statements with parameters; these have none.
        mark = connection.dialect.identifier_preparer.initial_quote
        parts = (self.schema, self.name) if self.schema else (self.name,)
        return ".".join(f"{mark}{part.replace(mark, mark * 2)}{mark}" for part in parts)

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


def read_table_name(text: str) -> TableName:
    """``orders``, ``shop.orders``, ``"My Table"``; quotes of any database are understood.

    Raises
    ------
    DataError : no such name

    Examples
    --------
    >>> read_table_name('shop."my.orders"')
    TableName(name='my.orders', schema='shop')
    """
    parts, position = [], 0
    while position < len(text):
        match = _PART.match(text, position)
        if match is None:
            break
        double, back, bracket, plain, _ = match.groups()
        parts.append(_unquoted(double, back, bracket, plain))
        position = match.end()
    is_read = position == len(text) and not text.rstrip().endswith(".")
    if not is_read or not 1 <= len(parts) <= 2 or not all(parts):
        raise DataError(
            f"'{text}' does not name a table",
            hint='write orders, shop.orders, or "with odd characters" in double quotes',
        )
    return TableName(parts[-1], parts[0] if len(parts) == 2 else None)


def _unquoted(double: str | None, back: str | None, bracket: str | None, plain: str | None) -> str:
    if double is not None:
        return double.replace('""', '"')
    if back is not None:
        return back.replace("``", "`")
    return bracket if bracket is not None else (plain or "").strip()


def look_up(connection: sa.Connection, wanted: TableName) -> TableName | None:
    """The table or view as the database spells it; case counts only where two differ by it."""
    inspector = sa.inspect(connection)
    if inspector.has_table(wanted.name, wanted.schema):
        return wanted
    folded = wanted.name.casefold()
    near = [name for name in _known(inspector, wanted.schema) if name.casefold() == folded]
    return TableName(near[0], wanted.schema) if len(near) == 1 else None


def existing(connection: sa.Connection, wanted: TableName, address: Address) -> TableName:
    """``look_up``, where the table must be there.

    Raises
    ------
    DataError : it is not, with the nearest names
    """
    found = look_up(connection, wanted)
    if found is None:
        names = sorted(_known(sa.inspect(connection), wanted.schema))
        raise DataError(
            f"no table '{wanted}' in the {address.shown}",
            hint=suggest(wanted.name, names, "tables"),
            code="unknown-table",
        )
    return found


def _known(inspector: sa.Inspector, schema: str | None) -> list[str]:
    try:
        names = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]
    except sa.exc.SQLAlchemyError:  # no such schema
        return []
    if inspector.dialect.name == "postgresql":
        names += inspector.get_materialized_view_names(schema)
    return names
