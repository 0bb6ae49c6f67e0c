"""Runs a save in a process of its own and kills that process at a named moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

_PRELUDE = """
import os, signal, sys
from pathlib import Path
from headrace.engines import atomic
from headrace.engines.atomic import renames

moment, target = sys.argv[1], Path(sys.argv[2])
reached = []

def kill_at(name):
    reached.append(name)
    if name == moment or f"{name}#{reached.count(name)}" == moment:
        os.kill(os.getpid(), signal.SIGKILL)

atomic.on_crash_point(kill_at)
"""

WITHOUT_RENAMEAT2 = "renames._library_call = lambda: None\n"
"""Put before a body, makes it run as on a system without ``renameat2``."""


def kill_at(moment: str, body: str, target: Path) -> None:
    """Run ``body`` (it saves to ``target``) and die by SIGKILL at ``moment``.

    ``name#2`` is the second time that the crash point ``name`` is reached.
    """
    done = _run(moment, body, target)
    assert done.returncode == -signal.SIGKILL, f"{moment} was not reached: {done.stderr}"


def run_through(body: str, target: Path) -> None:
    """Run ``body`` to its end."""
    done = _run("never", body, target)
    assert done.returncode == 0, done.stderr


def _run(moment: str, body: str, target: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _PRELUDE + body, moment, str(target)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def hidden(folder: Path) -> list[str]:
    """Names of unfinished work anywhere below ``folder``."""
    return sorted(path.name for path in folder.rglob(".headrace-*"))


def content(folder: Path) -> dict[str, str]:
    """What a reader sees: texts of the files below.

    Hidden folders are not even entered: another thread may be removing one.
    """
    found = {}
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith((".", "_"))]
        for name in names:
            if not name.startswith((".", "_")):
                path = Path(parent, name)
                found[str(path.relative_to(folder))] = path.read_text()
    return found
