"""The rows of the model store: which versions there are, and what aliases point at."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StoredModel:
    """One version in the list; ``aliases`` are the names that point at it."""

    workspace: str
    owner: str
    name: str
    version: int
    directory: str
    digest: str
    algorithm: str
    task: str
    created: str
    aliases: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        return f"{self.name}@{self.version}"


def select_versions(
    connection: sqlite3.Connection, workspace: str, name: str | None = None
) -> tuple[StoredModel, ...]:
    """All versions of a workspace (of one model), by name and then version."""
    rows = connection.execute(
        """
        select m.*, (select group_concat(alias, char(10)) from aliases a
            where a.workspace = m.workspace and a.name = m.name and a.version = m.version
        ) as alias_list
        from models m where workspace = ? and (? is null or name = ?) order by name, version
        """,
        (workspace, name, name),
    )
    return tuple(_stored(row) for row in rows)


def next_version(connection: sqlite3.Connection, workspace: str, name: str) -> int:
    """Counted for ever: the number of a removed version is not given again."""
    row = connection.execute(
        """
        insert into counters values (?, ?, 1)
        on conflict do update set last_version = last_version + 1 returning last_version
        """,
        (workspace, name),
    ).fetchone()
    return int(row[0])


def insert_version(connection: sqlite3.Connection, stored: StoredModel) -> None:
    connection.execute(
        """
        insert into models
        (workspace, owner, name, version, directory, digest, algorithm, task, created)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            *(stored.workspace, stored.owner, stored.name, stored.version),
            *(stored.directory, stored.digest, stored.algorithm, stored.task, stored.created),
        ),
    )


def delete_versions(connection: sqlite3.Connection, doomed: Iterable[StoredModel]) -> None:
    """Remove rows.

    Raises
    ------
    sqlite3.IntegrityError : when an alias points at one of them
    """
    connection.executemany(
        "delete from models where workspace = ? and name = ? and version = ?",
        [(model.workspace, model.name, model.version) for model in doomed],
    )


def listed_directories(connection: sqlite3.Connection) -> frozenset[str]:
    """The directories of every workspace's versions."""
    return frozenset(row[0] for row in connection.execute("select directory from models"))


def _stored(row: sqlite3.Row) -> StoredModel:
    return StoredModel(
        workspace=row["workspace"],
        owner=row["owner"],
        name=row["name"],
        version=row["version"],
        directory=row["directory"],
        digest=row["digest"],
        algorithm=row["algorithm"],
        task=row["task"],
        created=row["created"],
        aliases=tuple(sorted(row["alias_list"].split("\n"))) if row["alias_list"] else (),
    )
