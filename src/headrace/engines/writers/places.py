"""Where a save goes: the real path, whether it is a file or a directory, what it may replace."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from headrace.engines.writers.text_files import COMPRESSIONS
from headrace.errors import DataError

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_PART = re.compile(
    r"^(_SUCCESS|_committed_.*|_started_.*|\.headrace-.*|\..*\.crc|part-.*"
    r"|.+\.(parquet|pq|csv|tsv|json|jsonl|ndjson|orc|txt|text|log|libsvm|svm|avro|arrow)"
    r"(\.(gz|bz2|zst|snappy|lz4))?)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A local path as written and as it really is, symbolic links followed."""

    written: str
    path: Path

    @property
    def exists(self) -> bool:
        return os.path.lexists(self.path)

    @property
    def asks_for_directory(self) -> bool:
        return self.written.endswith("/")


def find_place(written: str, root: Path) -> Place:
    """The place that a script's path means; relative ones start at the workspace.

    Raises
    ------
    DataError : the path is empty, a pattern, or on storage that is not a local file system
    """
    text = written.removeprefix("file://")
    scheme = _SCHEME.match(text)
    if scheme is not None:
        raise DataError(
            f"cannot save to '{written}': {scheme[1]}:// needs the Spark engine",
            hint="save to a local path",
            code="not-available",
        )
    if not text.strip():
        raise DataError("a save needs a path", hint="write it in back-quotes: csv.`out/table`")
    if "\0" in text:
        raise DataError("a path cannot hold a NUL character")
    return Place(text, Path(os.path.realpath(root / Path(text).expanduser())))


def asks_for_file(place: Place, endings: tuple[str, ...]) -> bool:
    """Whether the path has an ending of the format, as in ``out/scored.csv`` or ``….csv.gz``."""
    name = place.path.name.casefold()
    for compressed in COMPRESSIONS.values():
        name = name.removesuffix(compressed)
    return not place.asks_for_directory and name.endswith(endings)


def check_replaceable(place: Place, root: Path) -> None:
    """Refuse to replace a directory that is not a saved table.

    Raises
    ------
    DataError : the path is the workspace, the home or current directory, one above them, or
        a directory with anything but part files and partitions
    """
    for kept in (root, Path.home(), Path.cwd()):
        real = Path(os.path.realpath(kept))
        if real == place.path or place.path in real.parents:
            raise DataError(
                f"cannot save to '{place.written}': the directory {real} would be replaced",
                hint="save to a path below it",
                code="protected-path",
            )
    if place.path.is_dir():
        _check_is_table(place)


def _check_is_table(place: Place) -> None:
    if (place.path / "_delta_log").is_dir():
        raise DataError(
            f"'{place.written}' is a Delta table",
            hint="save as delta, or to another path",
            code="foreign-directory",
        )
    for entry in sorted(os.scandir(place.path), key=lambda entry: entry.name):
        is_partition = entry.is_dir() and "=" in entry.name
        if not is_partition and (entry.is_dir() or not _PART.match(entry.name)):
            raise DataError(
                f"'{place.written}' is not replaced: it holds '{entry.name}', "
                "which is no part of a saved table",
                hint="save to another path, or remove the directory first",
                code="foreign-directory",
            )
