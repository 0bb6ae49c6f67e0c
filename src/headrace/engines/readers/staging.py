"""A cache of sources as Parquet, shared by processes, bounded in size."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from headrace.errors import DataError

DEFAULT_LIMIT_BYTES = 20 << 30
IN_USE_SECONDS = 3600.0
"""What any process used this recently is not removed: its engine may be about to read it."""

_UNFINISHED = ".unfinished"
_ONCE = "once-"


class Staging:
    """Files by key. A file is there whole or not at all; the least recently used go first.

    Files handed out by this object are never removed by it.
    """

    def __init__(self, folder: Path, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        self._folder = folder
        self._limit_bytes = limit_bytes
        self._handed_out: set[Path] = set()

    def find(self, key: str) -> Path | None:
        """The file of ``key``, where there is one."""
        place = self._place(key)
        return place if place.is_file() else None

    def obtain(self, key: str, write: Callable[[Path], None]) -> Path:
        """The file of ``key``, written now unless it is there.

        Two processes may write one key at once; either's file serves, since equal keys mean
        equal content.

        Raises
        ------
        DataError : the folder cannot be written, or the disk is full; and what ``write`` raises
        """
        place = self._place(key)
        if not self._touch(place):
            self._write(place, write)
            self._handed_out.add(place)
            self._evict()
        self._handed_out.add(place)
        return place

    def once(self, write: Callable[[Path], None]) -> Path:
        """A copy for this process only, of what may be different the next time.

        Raises
        ------
        DataError : as ``obtain``
        """
        return self.obtain(f"{_ONCE}{uuid.uuid4().hex}", write)

    def link(self, target: Path, key: str) -> Path:
        """Another name for a file whose own name an engine would not understand.

        Raises
        ------
        DataError : the folder cannot be written
        """
        return self.obtain(f"link-{key}", lambda beside: beside.symlink_to(target))

    def _place(self, key: str) -> Path:
        return self._folder / f"{key}.parquet"

    def _touch(self, place: Path) -> bool:
        """Note the use of a file; False where there is none."""
        try:
            os.utime(place)
        except FileNotFoundError:
            return False
        except OSError:  # read by another user's cache: its age is not ours to change
            return place.is_file()
        return True

    def _write(self, place: Path, write: Callable[[Path], None]) -> None:
        beside = place.with_name(f"{uuid.uuid4().hex}{_UNFINISHED}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            write(beside)
            beside.replace(place)
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            beside.unlink(missing_ok=True)

    def _unwritable(self, error: OSError) -> DataError:
        return DataError(
            f"the staging folder '{self._folder}' cannot be written: {error.strerror or error}",
            hint="make it writable, free some space, or name another workspace in headrace.toml",
            code="staging",
        )

    def _evict(self) -> None:
        """Remove what was used least recently until the rest is within the limit."""
        now = time.time()
        entries = sorted(_entries(self._folder), key=lambda entry: entry[1])
        total = sum(size for _, _, size in entries)
        for place, used, size in entries:
            in_use = place in self._handed_out or now - used < IN_USE_SECONDS
            is_useless = place.suffix == _UNFINISHED or place.name.startswith(_ONCE)
            if not in_use and (is_useless or total > self._limit_bytes):
                place.unlink(missing_ok=True)
                total -= size


def _entries(folder: Path) -> list[tuple[Path, float, int]]:
    """Files with the time of their last use and their size."""
    found = []
    for place in folder.iterdir():
        try:
            status = place.lstat()
        except FileNotFoundError:  # removed by another process meanwhile
            continue
        found.append((place, status.st_mtime, status.st_size))
    return found
