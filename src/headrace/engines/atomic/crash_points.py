"""Named moments at which a test may kill the process; in use they do nothing."""

from __future__ import annotations

from collections.abc import Callable


def _carry_on(name: str) -> None:
    """Nothing happens at a crash point in use."""


_reached: Callable[[str], None] = _carry_on


def crash_point(name: str) -> None:
    """The moment called ``name`` is reached: what was done before it stands on the disk."""
    _reached(name)


def on_crash_point(action: Callable[[str], None]) -> None:
    """Call ``action`` with the name of every crash point that is reached from now on."""
    global _reached  # noqa: PLW0603 - one seam for a whole process, which the action may kill
    _reached = action
