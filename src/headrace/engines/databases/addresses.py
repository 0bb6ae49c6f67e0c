"""From JDBC and SQLAlchemy urls to one address of a database."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

import sqlalchemy as sa

from headrace.errors import DataError, suggest
from headrace.operators.formats.jdbc import JdbcConnection

Kind = Literal["postgresql", "mysql", "sqlite"]

_KINDS: dict[str, Kind] = {
    "postgresql": "postgresql", "postgres": "postgresql", "postgresql+psycopg": "postgresql",
    "mysql": "mysql", "mariadb": "mysql", "mysql+pymysql": "mysql", "mariadb+pymysql": "mysql",
    "sqlite": "sqlite",
}  # fmt: skip

_DRIVERS: dict[Kind, str] = {
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "sqlite": "sqlite",
}

_ONLY_JDBC = frozenset({
    "allowpublickeyretrieval", "autoreconnect", "cacheprepstmts", "characterencoding", "charset",
    "nullcatalogmeanscurrent", "rewritebatchedinserts", "rewritebatchedstatements",
    "servertimezone", "tinyint1isbit", "usecompression", "usecursorfetch", "useserverprepstmts",
    "useunicode", "zerodatetimebehavior", "stringtype", "preparethreshold", "tcpkeepalive",
})  # fmt: skip
"""Parameters, folded, that tune Java's drivers and mean nothing here."""

CONNECT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Address:
    """A database, and how to reach it. ``shown`` holds no password; ``secrets`` are hidden."""

    kind: Kind
    url: sa.URL = field(repr=False)
    arguments: Mapping[str, object] = field(repr=False)
    shown: str
    secrets: tuple[str, ...] = field(repr=False, default=())
    file: Path | None = None


def find_address(options: JdbcConnection, root: Path) -> Address:
    """The database that a record of options means.

    Raises
    ------
    DataError : no url that we understand; the message never holds a password
    """
    text = options.url.get_secret_value().strip().removeprefix("jdbc:")
    scheme = text.partition(":")[0].casefold()
    if scheme not in _KINDS:
        raise DataError(
            f"no database can be reached by '{options.shown_url}'",
            hint="urls begin with jdbc:postgresql://, jdbc:mysql://, jdbc:mariadb:// or "
            "jdbc:sqlite:/",
            code="unknown-database",
        )
    if _KINDS[scheme] == "sqlite":
        return _file_address(text, root)
    return _network_address(_KINDS[scheme], text, options)


def _file_address(text: str, root: Path) -> Address:
    """``sqlite:/path``, ``sqlite:path``, ``sqlite:///path`` (relative), ``sqlite:////path``."""
    rest = text.partition(":")[2]
    path_text = rest.removeprefix("///") if rest.startswith("///") else rest.removeprefix("//")
    path_text = path_text.partition("?")[0]
    if not path_text or path_text == ":memory:":
        raise DataError(
            "a SQLite database in memory is gone when the connection ends",
            hint="name a file, as in jdbc:sqlite:/data/shop.db",
        )
    path = root / path_text
    url = sa.URL.create("sqlite", database=str(path))
    return Address("sqlite", url, {"timeout": 30}, f"SQLite file '{path_text}'", file=path)


def _network_address(kind: Kind, text: str, options: JdbcConnection) -> Address:
    rest = text.partition(":")[2]
    try:
        written = sa.make_url(f"{_DRIVERS[kind]}:{rest}")
    except (sa.exc.ArgumentError, ValueError):
        # Not chained: the library's message repeats the url with its password.
        raise DataError(
            f"the url '{options.shown_url}' cannot be read",
            hint=f"write it as jdbc:{kind}://host:port/database",
        ) from None
    parameters = {key.casefold(): _last(value) for key, value in written.query.items()}
    given = options.password.get_secret_value() if options.password else None
    password = given or parameters.pop("password", None) or written.password
    user = options.user or parameters.pop("user", None) or written.username
    parameters.pop("user", None)
    parameters.pop("password", None)
    url = written.set(username=user, password=password, query={})
    secrets = {text for text in (password, _quoted_password(options)) if text}
    place = f"{url.host or 'localhost'}{f':{url.port}' if url.port else ''}/{url.database or ''}"
    return Address(
        kind,
        url,
        _ARGUMENTS[kind](parameters),
        f"{kind} database {place}" + (f" as '{user}'" if user else ""),
        tuple(sorted(secrets, key=len, reverse=True)),
    )


def _last(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else value[-1]


def _quoted_password(options: JdbcConnection) -> str | None:
    """The password as the url spells it, which an error message may repeat."""
    match = re.search(r"//[^/?@]*?:([^/?]*)@", options.url.get_secret_value())
    return match[1] if match and match[1] != unquote(match[1]) else None


def _postgresql_arguments(parameters: dict[str, str]) -> dict[str, object]:
    known = {
        "sslmode": "sslmode", "sslrootcert": "sslrootcert", "sslcert": "sslcert",
        "sslkey": "sslkey", "applicationname": "application_name",
        "application_name": "application_name", "connecttimeout": "connect_timeout",
        "connect_timeout": "connect_timeout",
    }  # fmt: skip
    _check_known(parameters, [*known, "ssl", "currentschema"])
    arguments: dict[str, object] = {"connect_timeout": CONNECT_SECONDS}
    arguments |= {known[key]: value for key, value in parameters.items() if key in known}
    if parameters.get("ssl", "false") == "true":
        arguments.setdefault("sslmode", "require")
    settings = ["-c timezone=UTC"]
    if "currentschema" in parameters:
        escaped = re.sub(r"([\\ ])", r"\\\1", parameters["currentschema"])
        settings.append(f"-c search_path={escaped}")
    return arguments | {"options": " ".join(settings)}


def _mysql_arguments(parameters: dict[str, str]) -> dict[str, object]:
    _check_known(
        parameters,
        ["usessl", "requiressl", "sslmode", "verifyservercertificate", "connecttimeout"],
    )
    arguments: dict[str, object] = {
        "connect_timeout": CONNECT_SECONDS,
        "charset": "utf8mb4",
        # Strict, or a text too long for its column is cut off without an error.
        "init_command": "set time_zone = '+00:00', "
        "sql_mode = concat(@@sql_mode, ',STRICT_ALL_TABLES')",
    }
    if milliseconds := parameters.get("connecttimeout"):
        arguments["connect_timeout"] = max(1, round(float(milliseconds) / 1000))
    if context := _tls(parameters):
        arguments["ssl"] = context
    return arguments


def _tls(parameters: Mapping[str, str]) -> ssl.SSLContext | None:
    """What the url demands of the encryption; nothing less is ever used."""
    mode = parameters.get("sslmode", "").upper()
    wanted = mode in {"REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"} or "true" in {
        parameters.get("usessl"),
        parameters.get("requiressl"),
    }
    if not wanted:
        return None
    context = ssl.create_default_context()
    verifies = mode.startswith("VERIFY") or parameters.get("verifyservercertificate") == "true"
    context.check_hostname = mode == "VERIFY_IDENTITY"
    context.verify_mode = ssl.CERT_REQUIRED if verifies else ssl.CERT_NONE
    return context


_ARGUMENTS: dict[Kind, Callable[[dict[str, str]], dict[str, object]]] = {
    "postgresql": _postgresql_arguments,
    "mysql": _mysql_arguments,
}


def _check_known(parameters: Mapping[str, str], known: list[str]) -> None:
    for key in parameters:
        if key not in known and key not in _ONLY_JDBC:
            raise DataError(
                f"the url's parameter '{key}' is not known",
                hint=suggest(key, sorted(known), "parameters"),
                code="unknown-option",
            )
