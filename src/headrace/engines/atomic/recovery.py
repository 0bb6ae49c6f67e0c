"""Finishing or undoing what a killed save left, before anything is read or written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headrace.engines.atomic.durability import sync
from headrace.engines.atomic.journal import APPEND, JOURNAL, Journal
from headrace.engines.atomic.locks import commit_lock
from headrace.engines.atomic.staging import (
    NEW,
    OLD,
    PREFIX,
    entries,
    leftovers,
    remove,
    remove_abandoned,
)
from headrace.errors import DataError


def recover(target: Path) -> None:
    """Bring ``target`` to its old or its new content after a crash; usually one listing.

    Raises
    ------
    DataError : what is unfinished cannot be finished (no permission, disk full)
    """
    target = Path(os.path.realpath(target))
    if not _has_leftovers(target):
        return
    with _explained(target), commit_lock(target):
        _settle(target)


@contextmanager
def settled(target: Path) -> Iterator[None]:
    """Recover, then hold commits back while a reader lists the files of ``target``."""
    target = Path(os.path.realpath(target))
    if not os.access(target.parent, os.R_OK):
        yield
        return
    with commit_lock(target):
        if _has_leftovers(target):
            with _explained(target):
                _settle(target)
        yield


def _has_leftovers(target: Path) -> bool:
    return bool(
        leftovers(target, OLD)
        or leftovers(target, NEW)
        or (target.is_dir() and entries(target, PREFIX))
    )


def _settle(target: Path) -> None:
    """The caller holds the commit lock.

    A journal is written under that lock, so a hidden directory without one, whose writer is
    gone, will never get one.
    """
    _restore_old(target)
    for entry in entries(target, JOURNAL):
        Journal.read(entry).apply(target)
        entry.unlink()
        sync(target)
    remove_abandoned(leftovers(target, NEW) + entries(target, APPEND))


def _restore_old(target: Path) -> None:
    for old in leftovers(target, OLD):
        if os.path.lexists(target):
            remove(old)
        else:
            old.rename(target)
            sync(target.parent)


@contextmanager
def _explained(target: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, KeyError) as error:
        names = ", ".join(path.name for path in entries(target, PREFIX))
        raise DataError(
            f"a save to '{target}' was interrupted and cannot be completed: {error}",
            hint=f"make the directory writable and open it again; unfinished: {names or 'none'}",
        ) from error
