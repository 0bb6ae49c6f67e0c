"""Places for unfinished work: hidden names beside the target, told apart by the target's name.

A name is ``.headrace-<target>-<kind>-<token>``, where ``<target>`` is a digest of the target's
name: the name itself might make the whole too long for a file system.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from headrace.engines.atomic.locks import claim, is_abandoned

PREFIX = ".headrace-"
NEW = "new"
OLD = "old"


def token() -> str:
    """A text that no other process or save has."""
    return secrets.token_hex(8)


def staged_prefix(target: Path, kind: str) -> str:
    """What the name of an unfinished path begins with."""
    return f"{_stem(target)}-{kind}-"


def leftovers(target: Path, kind: str) -> list[Path]:
    """What saves to ``target`` have put beside it and not yet taken away."""
    return entries(target.parent, staged_prefix(target, kind))


def entries(folder: Path, prefix: str) -> list[Path]:
    """The entries of a directory whose names begin with ``prefix``; none if it is unreadable."""
    with suppress(OSError), os.scandir(folder) as found:
        return [Path(entry.path) for entry in found if entry.name.startswith(prefix)]
    return []


@contextmanager
def claimed(folder: Path, prefix: str, *, directory: bool) -> Iterator[Path]:
    """A new file or directory that cleaners leave alone; removed at the end if still there.

    Its name is ``prefix`` and something unique.
    """
    made = None
    while made is None:
        made = claim(folder / f"{prefix}{token()}", directory=directory)
    try:
        yield made.path
    finally:
        made.release()
        remove(made.path)


def remove(path: Path) -> None:
    """Remove a file or a whole directory, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def remove_abandoned(paths: list[Path]) -> None:
    """Remove what dead processes left; what may not be removed does no harm."""
    for path in paths:
        if is_abandoned(path):
            with suppress(OSError):
                remove(path)


def _stem(target: Path) -> str:
    return f"{PREFIX}{hashlib.sha256(os.fsencode(target.name)).hexdigest()[:12]}"
