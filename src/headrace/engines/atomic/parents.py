"""The directories above a target."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def made_parents(target: Path) -> Iterator[None]:
    """Make the missing directories above ``target``; when the work fails, take them away."""
    missing = [folder for folder in target.parents if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        with suppress(OSError):  # another save may have put something there
            for folder in missing:
                folder.rmdir()
        raise
