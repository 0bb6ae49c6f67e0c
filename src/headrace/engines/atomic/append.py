"""Adding files to a directory: all of them are seen, or none.

The files are written into a hidden directory inside the target. A journal entry that names
them all, once on the disk, decides that they belong to the table; then each is renamed to its
place. After a crash the journal says what is left to rename.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from headrace.engines.atomic.crash_points import crash_point
from headrace.engines.atomic.durability import sync, sync_tree
from headrace.engines.atomic.journal import APPEND, JOURNAL, Journal
from headrace.engines.atomic.locks import commit_lock
from headrace.engines.atomic.recovery import recover
from headrace.engines.atomic.staging import claimed, token


class ReplacedMeanwhile(Exception):  # noqa: N818 - what happened, worded by the caller
    """Another save put a new directory at the target while rows were appended to the old."""


@contextmanager
def appended_files(target: Path) -> Iterator[Path]:
    """A hidden directory to fill with uniquely named files, which ``target`` then gains.

    Subdirectories keep their names; they may exist in ``target`` already.

    Raises
    ------
    ReplacedMeanwhile : see there
    """
    recover(target)
    with claimed(target, APPEND, directory=True) as staged:
        yield staged
        crash_point("append.written")
        sync_tree(staged)
        with commit_lock(target):
            if not staged.is_dir():
                raise ReplacedMeanwhile
            _commit(target, Journal(staged.name, _files_below(staged)))
        crash_point("append.committed")


def _commit(target: Path, journal: Journal) -> None:
    written = _written(target, journal)
    crash_point("append.journal")
    try:
        journal.apply(target)
    except BaseException:
        journal.undo(target)
        written.unlink()
        raise
    written.unlink()
    sync(target)


def _written(target: Path, journal: Journal) -> Path:
    """The journal entry on the disk, whole or not at all."""
    draft = target / journal.staged / "journal"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(journal.as_json(), file)
        file.flush()
        os.fsync(file.fileno())
    entry = target / f"{JOURNAL}{token()}"
    draft.rename(entry)
    try:
        sync(target)
    except BaseException:
        with suppress(OSError):
            entry.unlink()
        raise
    return entry


def _files_below(root: Path) -> Sequence[str]:
    return tuple(
        sorted(str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir())
    )
