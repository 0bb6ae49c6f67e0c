"""Saving a directory: written beside its place, synced, exchanged with what stands there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headrace.engines.atomic.crash_points import crash_point
from headrace.engines.atomic.durability import sync, sync_tree
from headrace.engines.atomic.locks import commit_lock
from headrace.engines.atomic.parents import made_parents
from headrace.engines.atomic.recovery import recover
from headrace.engines.atomic.renames import RenameUnsupported, exchange, rename_new
from headrace.engines.atomic.staging import NEW, OLD, claimed, remove, staged_prefix, token


@contextmanager
def new_directory(target: Path, *, replace: bool) -> Iterator[Path]:
    """A hidden directory to fill; it becomes ``target`` when the block ends without an error.

    Parameters
    ----------
    target : where the directory shall stand; missing parent directories are made
    replace : whether a directory that stands there gives way

    Raises
    ------
    FileExistsError : something stands at ``target``, and ``replace`` is false
    """
    with made_parents(target):
        recover(target)
        with claimed(target.parent, staged_prefix(target, NEW), directory=True) as staged:
            yield staged
            crash_point("directory.written")
            sync_tree(staged)
            with commit_lock(target):
                _put(staged, target, replace)
                sync(target.parent)
            # After an exchange the staged path holds the old content, which goes now.
            crash_point("directory.committed")


def _put(staged: Path, target: Path, replace: bool) -> None:
    if not replace or not os.path.lexists(target):
        rename_new(staged, target)
        return
    shutil.copymode(target, staged)
    try:
        exchange(staged, target)
    except RenameUnsupported:
        _rename_twice(staged, target)


def _rename_twice(staged: Path, target: Path) -> None:
    """Between the renames nothing stands at ``target``: recovery puts the old content back."""
    old = target.with_name(f"{staged_prefix(target, OLD)}{token()}")
    target.rename(old)
    crash_point("directory.between-renames")
    try:
        staged.rename(target)
    except BaseException:
        old.rename(target)
        raise
    crash_point("directory.renamed-twice")
    remove(old)
