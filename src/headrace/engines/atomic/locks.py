"""Locks that die with their process, so that a leftover is told from work in progress."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

_UNSUPPORTED = {errno.ENOLCK, errno.EBADF, errno.EINVAL, errno.ENOTSUP, errno.ENOSYS}


def _lock(descriptor: int, flags: int) -> bool:
    """Take a lock; False where the file system has none (some network mounts).

    Raises
    ------
    BlockingIOError : it is held elsewhere, and ``flags`` say not to wait
    """
    try:
        fcntl.flock(descriptor, flags)
    except OSError as error:
        if error.errno in _UNSUPPORTED:
            return False
        raise
    return True


@contextmanager
def commit_lock(target: Path) -> Iterator[None]:
    """Hold back every other commit and recovery beside ``target``.

    The lock is on the parent directory itself: no lock file is left behind, and it holds for
    a target that does not exist. It is held for renames only, never while rows are written.
    """
    descriptor = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Claim:
    """A path that this process has just made and is writing; see ``is_abandoned``."""

    path: Path
    descriptor: int

    def stands(self) -> bool:
        """Whether the path is still what was made."""
        with suppress(FileNotFoundError):
            return self.path.stat().st_ino == os.fstat(self.descriptor).st_ino
        return False

    def release(self) -> None:
        os.close(self.descriptor)


def claim(path: Path, *, directory: bool) -> Claim | None:
    """Make ``path`` and lock it; None where a cleaner took it away before it was locked."""
    if directory:
        path.mkdir()
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            return None
    else:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
    _lock(descriptor, fcntl.LOCK_EX)
    made = Claim(path, descriptor)
    if made.stands():
        return made
    made.release()
    return None


def is_abandoned(path: Path) -> bool:
    """Whether the process that claimed ``path`` is gone.

    Where the file system has no locks the answer is no: a leftover that stays is better than
    work that is lost.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        return _lock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
