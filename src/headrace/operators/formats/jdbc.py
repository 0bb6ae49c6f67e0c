"""Tables and queries of databases: PostgreSQL, MySQL, MariaDB and SQLite."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr, field_serializer, model_validator

from headrace.operators.formats.base import Format
from headrace.operators.options import Options, parameter

_PASSWORD_IN_HOST = re.compile(r"(//[^/?@]*?:)[^/?]*(?=@)")
_PASSWORD_PARAMETER = re.compile(r"([?&;](?:password|pwd|passwd)=)[^&;]*", re.IGNORECASE)


def without_password(url: str) -> str:
    """A connection's address as it may be shown.

    >>> without_password("jdbc:mysql://ann:secret@db/shop?password=secret")
    'jdbc:mysql://ann:***@db/shop?password=***'
    """
    return _PASSWORD_PARAMETER.sub(r"\1***", _PASSWORD_IN_HOST.sub(r"\1***", url))


def _as_text(value: object) -> object:
    """A password of digits may be written without quotes; nothing shows it when refused."""
    return str(value) if isinstance(value, int | float) else value


Secret = Annotated[SecretStr, BeforeValidator(_as_text)]
"""A text that is never printed."""


class JdbcConnection(Options):
    """What every use of a database needs."""

    url: Secret = Field(
        description="as in jdbc:postgresql://host:5432/db, jdbc:mysql://host/db, "
        "jdbc:sqlite:/path, or SQLAlchemy's form",
        json_schema_extra={"aliases": []},
    )
    driver: str | None = parameter(None, title="a driver's class; not needed, the url says it")
    user: str | None = parameter(None, "username", title="who connects, unless the url says it")
    password: Secret | None = parameter(None, title="never printed, in errors neither")
    dbtable: str | None = parameter(
        None, "table", title="a table, as in orders or shop.orders; else the path names it"
    )
    num_partitions: int | None = parameter(
        None, ge=1, title="ignored: one connection reads or writes everything"
    )

    @property
    def shown_url(self) -> str:
        return without_password(self.url.get_secret_value())

    @field_serializer("url", when_used="json")
    def _serialize_url(self, url: SecretStr) -> str:
        return without_password(url.get_secret_value())

    def ignored(self) -> tuple[str, ...]:
        """Options that are given and change nothing."""
        return ("numPartitions",) if self.num_partitions is not None else ()


class JdbcRead(JdbcConnection):
    """Options of ``load jdbc``: a table, or the result of a query."""

    query: str | None = parameter(
        None, "directQuery", title="a query in the database's own SQL, instead of a table"
    )
    fetch_size: int = parameter(10_000, ge=1, title="rows that travel together")
    partition_column: str | None = parameter(None, title="ignored, as numPartitions")
    lower_bound: str | int | float | None = parameter(None, title="ignored, as numPartitions")
    upper_bound: str | int | float | None = parameter(None, title="ignored, as numPartitions")

    @model_validator(mode="after")
    def _has_one_source(self) -> JdbcRead:
        if self.query is not None and self.dbtable is not None:
            raise ValueError("give dbtable or query, not both")
        return self

    def ignored(self) -> tuple[str, ...]:
        bounds = {
            "partitionColumn": self.partition_column,
            "lowerBound": self.lower_bound,
            "upperBound": self.upper_bound,
        }
        given = tuple(name for name, value in bounds.items() if value is not None)
        return super().ignored() + given


class JdbcWrite(JdbcConnection):
    """Options of ``save … as jdbc``."""

    batch_size: int = parameter(1_000, ge=1, title="rows that travel together")
    truncate: bool = parameter(
        False,
        title="when overwriting, keep the table with its indexes and rights and replace its rows",
    )


FORMAT = Format("jdbc", "Databases", "database", JdbcRead, JdbcWrite)
