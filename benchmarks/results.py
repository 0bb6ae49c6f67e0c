"""What every benchmark gives, and how two pieces of work are timed side by side."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Result:
    """A measured figure and the bound that it is to keep.

    ``ours`` and ``peer`` are seconds, round by round; ``figure`` is what the bound speaks of,
    usually a ratio of their medians.
    """

    name: str
    figure: float
    bound: float
    kind: Literal["at most", "at least"] = "at most"
    unit: str = "x"
    ours: tuple[float, ...] = ()
    peer: tuple[float, ...] = ()

    @property
    def holds(self) -> bool:
        return self.figure <= self.bound if self.kind == "at most" else self.figure >= self.bound

    def cells(self) -> tuple[str, ...]:
        """Name, figure, bound, whether it holds, and the seconds behind it."""
        return (
            self.name,
            f"{self.figure:.2f} {self.unit}",
            f"{self.kind} {self.bound:g} {self.unit}",
            "holds" if self.holds else "MISSED",
            _spread(self.ours),
            _spread(self.peer),
        )


HEADER = ("benchmark", "measured", "bound", "", "ours: median (range)", "peer: median (range)")


def ratio(
    name: str,
    ours: Callable[[], object],
    peer: Callable[[], object],
    bound: float,
    rounds: int = ROUNDS,
) -> Result:
    """Our median time over the peer's, the two taking turns, so that noise meets both."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for work, seconds in zip((ours, peer), taken, strict=True):
            seconds.append(timed(work))
    figure = statistics.median(taken[0]) / statistics.median(taken[1])
    return Result(name, figure, bound, ours=tuple(taken[0]), peer=tuple(taken[1]))


def timed(work: Callable[[], object]) -> float:
    """Seconds that ``work`` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def process(command: Sequence[str], folder: Path | None = None) -> Callable[[], None]:
    """Runs a command as a whole process; an exit code other than 0 is an error."""

    def run() -> None:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")

    return run


def _spread(seconds: tuple[float, ...]) -> str:
    if not seconds:
        return ""
    middle = statistics.median(seconds)
    return f"{middle:.3f} s ({min(seconds):.3f}-{max(seconds):.3f})"
