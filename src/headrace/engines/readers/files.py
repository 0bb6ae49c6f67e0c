"""Which files a path means: a file, a directory, a glob."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import takewhile
from pathlib import Path
from urllib.parse import unquote

from headrace.engines.atomic import settled
from headrace.engines.readers.base import InputFile
from headrace.errors import DataError, suggest

NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")
_GLOB = re.compile(r"[*?\[{]")


def local_path(path: str, root: Path) -> Path:
    """A path of a script on this machine; a relative one starts at ``root``.

    Raises
    ------
    DataError : it is empty, or names another file system
    """
    if not path.strip():
        raise DataError("the path is empty", hint="write the path between the back-quotes")
    scheme = _SCHEME.match(path)
    if scheme and scheme[1].casefold() != "file":
        raise DataError(
            f"'{scheme[1]}://' paths are not available in this version",
            hint="copy the files to a local folder and load that",
            code="not-available",
        )
    if "\0" in path:
        raise DataError("the path holds a NUL character")
    return root / Path(path[scheme.end() :] if scheme else path).expanduser()


def input_files(
    path: str, root: Path, *, pattern: str | None = None, recursive: bool = False
) -> tuple[InputFile, ...]:
    """The files that ``path`` means, sorted by name.

    Names that begin with ``_`` or ``.`` (markers, logs, checksums) are no data, unless the
    path names them. Files of no bytes are left out where there are others. Folders named
    ``column=value`` give a column.

    Raises
    ------
    DataError : nothing is there (with what is), or it must not be read
    """
    place = local_path(path, root)
    try:
        with settled(_above_patterns(place)):
            found = tuple(_found(place, path, recursive=recursive))
        kept = [f for f in found if pattern is None or fnmatch(Path(f.label).name, pattern)]
    except PermissionError as error:
        raise DataError(
            f"'{error.filename}' must not be read by this user", hint="change its permissions"
        ) from error
    if not kept:
        raise _nothing(place, path, found, pattern)
    return tuple([file for file in kept if file.size] or kept)


def _found(place: Path, path: str, *, recursive: bool) -> Iterator[InputFile]:
    if place.is_file():
        yield InputFile.at(place)
    elif place.is_dir():
        yield from _within(place, (), recursive=recursive)
    elif place.exists():
        raise DataError(f"'{path}' is neither a file nor a directory")
    elif _GLOB.search(str(place)):
        names = sorted({name for part in braces(str(place)) for name in _matches(part)})
        for name in names:
            yield from _found(Path(name), path, recursive=recursive)
    else:
        raise missing(place, path)


def _above_patterns(place: Path) -> Path:
    """The place itself, or of a pattern the folder that is above its first sign."""
    return Path(*takewhile(lambda part: not _GLOB.search(part), place.parts))


def _matches(pattern: str) -> list[str]:
    # ``Path.glob`` refuses absolute patterns, so the standard module it is.
    return [
        name
        for name in glob.glob(pattern, recursive=True)  # noqa: PTH207
        if not _is_hidden(Path(name).name)
    ]


def _within(
    folder: Path, partition: tuple[tuple[str, str | None], ...], *, recursive: bool
) -> Iterator[InputFile]:
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if _is_hidden(entry.name):
            continue
        if entry.is_file():
            yield InputFile.at(Path(entry.path), () if recursive else partition)
        elif entry.is_dir() and (recursive or "=" in entry.name):
            name, _, value = entry.name.partition("=")
            here = (unquote(name), None if value == NULL_PARTITION else unquote(value))
            yield from _within(Path(entry.path), (*partition, here), recursive=recursive)


def _is_hidden(name: str) -> bool:
    return name.startswith(("_", ".")) and "=" not in name


def braces(pattern: str) -> list[str]:
    """A pattern's alternatives written out.

    >>> braces("day-{1,2}.csv")
    ['day-1.csv', 'day-2.csv']
    """
    found = re.search(r"\{([^{}]*)\}", pattern)
    if found is None:
        return [pattern]
    before, after = pattern[: found.start()], pattern[found.end() :]
    return [whole for part in found[1].split(",") for whole in braces(f"{before}{part}{after}")]


def missing(place: Path, path: str) -> DataError:
    """The error of a path that does not exist: the nearest names in the deepest folder."""
    parent = place.parent
    while not parent.is_dir() and parent != parent.parent:
        parent = parent.parent
    wanted = place.relative_to(parent).parts[0]
    try:
        names = sorted(entry.name for entry in parent.iterdir() if not _is_hidden(entry.name))
    except OSError:
        names = []
    return DataError(
        f"no file or directory '{path}'",
        hint=f"{suggest(wanted, names, 'files')} in {parent}" if names else f"{parent} is empty",
        code="missing-file",
    )


def _nothing(
    place: Path, path: str, found: tuple[InputFile, ...], pattern: str | None
) -> DataError:
    if found:
        names = [Path(file.label).name for file in found]
        return DataError(
            f"no file in '{path}' matches pathGlobFilter '{pattern}'",
            hint=suggest(pattern or "", names, "files"),
            code="missing-file",
        )
    if not place.is_dir():
        return _no_match(place, path)
    folders = sorted(e.name for e in os.scandir(place) if e.is_dir() and not _is_hidden(e.name))
    hint = (
        f"it has the folders {', '.join(folders[:10])}: name one, or set recursiveFileLookup=true"
        if folders
        else "is the data somewhere else, or not yet written?"
    )
    return DataError(f"the directory '{path}' holds no files", hint=hint, code="missing-file")


def _no_match(place: Path, path: str) -> DataError:
    """A glob without a match: what the last folder without wildcards holds."""
    folder = next(p for p in place.parents if not _GLOB.search(str(p)))
    if not folder.is_dir():
        return missing(folder, str(folder))
    names = sorted(entry.name for entry in folder.iterdir() if not _is_hidden(entry.name))
    listed = f"{suggest(place.name, names, 'files')} in {folder}" if names else f"{folder} is empty"
    return DataError(f"no file matches '{path}'", hint=listed, code="missing-file")
