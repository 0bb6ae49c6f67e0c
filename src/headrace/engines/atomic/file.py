"""Saving one file: written beside its place, synced, renamed into it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from headrace.engines.atomic.crash_points import crash_point
from headrace.engines.atomic.durability import sync
from headrace.engines.atomic.locks import commit_lock
from headrace.engines.atomic.parents import made_parents
from headrace.engines.atomic.recovery import recover
from headrace.engines.atomic.renames import rename_new
from headrace.engines.atomic.staging import NEW, claimed, staged_prefix


@contextmanager
def new_file(target: Path, *, replace: bool) -> Iterator[Path]:
    """A hidden file to write; it becomes ``target`` when the block ends without an error.

    Parameters
    ----------
    target : where the file shall stand; missing parent directories are made
    replace : whether a file that stands there gives way

    Raises
    ------
    FileExistsError : something stands at ``target``, and ``replace`` is false
    """
    with made_parents(target):
        recover(target)
        with claimed(target.parent, staged_prefix(target, NEW), directory=False) as staged:
            yield staged
            crash_point("file.written")
            sync(staged)
            with commit_lock(target):
                _put(staged, target, replace)
                sync(target.parent)
            crash_point("file.renamed")


@contextmanager
def lengthened_file(target: Path) -> Iterator[Path]:
    """A hidden file to write; its bytes stand at the end of ``target`` when the block ends.

    ``target`` is copied while the commit lock is held, so two that lengthen it at the same
    time both succeed.
    """
    recover(target)
    with (
        claimed(target.parent, staged_prefix(target, NEW), directory=False) as piece,
        claimed(target.parent, staged_prefix(target, NEW), directory=False) as whole,
    ):
        yield piece
        crash_point("lengthen.written")
        with commit_lock(target):
            _concatenate(target, piece, whole)
            sync(whole)
            crash_point("lengthen.copied")
            _put(whole, target, replace=True)
            sync(target.parent)
        crash_point("lengthen.renamed")


def _concatenate(first: Path, second: Path, whole: Path) -> None:
    with whole.open("wb") as to:
        for part in (first, second):
            with part.open("rb") as content:
                shutil.copyfileobj(content, to, 1 << 20)


def _put(staged: Path, target: Path, replace: bool) -> None:
    if not replace:
        rename_new(staged, target)
        return
    with suppress(FileNotFoundError):
        shutil.copymode(target, staged)
    staged.replace(target)
