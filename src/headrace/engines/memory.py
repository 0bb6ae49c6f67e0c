"""How much memory there really is, and who may use how much of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
UNLIMITED = 1 << 60
"""cgroup v1 says "no limit" by a number near 2**63; no machine has an exbibyte."""

ENGINE_SHARE = 0.4
TRAINING_SHARE = 0.4
SMALLEST_POOL = 64 << 20
"""Below this an engine cannot even sort a page of rows, so less is never given."""


@dataclass(frozen=True, slots=True)
class Budget:
    """Memory of one run in bytes: the engine's pool, the training's, and the rest for us."""

    total: int
    engine: int
    training: int

    @property
    def rest(self) -> int:
        return self.total - self.engine - self.training


def budget(total_bytes: int | None = None) -> Budget:
    """Share out ``total_bytes``, or what the container or machine has.

    >>> budget(1_000_000_000).engine
    400000000
    """
    total = total_bytes or available_memory()
    engine = max(SMALLEST_POOL, int(total * ENGINE_SHARE))
    return Budget(total, engine, int(total * TRAINING_SHARE))


def available_memory(cgroups: Path = CGROUPS) -> int:
    """Bytes that this process may use: the smaller of the container's limit and the machine."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(physical, *_container_limits(cgroups), UNLIMITED)


def _container_limits(cgroups: Path) -> list[int]:
    """Limits of our cgroup and of its parents, of both versions of the interface."""
    folders = [cgroups, cgroups / "memory"]
    for line in _lines(Path("/proc/self/cgroup")):
        _, controllers, group = line.split(":", 2)
        top = cgroups / "memory" if "memory" in controllers.split(",") else cgroups
        folder = top / group.lstrip("/")
        folders += [folder, *(parent for parent in folder.parents if top in parent.parents)]
    files = (f / name for f in folders for name in ("memory.max", "memory.limit_in_bytes"))
    limits = [text for file in files for text in _lines(file)]
    return [int(text) for text in limits if text.isdigit() and int(text) < UNLIMITED]


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except OSError:
        return []
