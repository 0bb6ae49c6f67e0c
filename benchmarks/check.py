"""The whole command ``headrace check`` on a script with many faults, files and SQL, warm."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.results import ROUNDS, Result, timed
from headrace.samples.credit import write_credit_clients
from tests.checks.test_script import DEFECTS

BOUND_SECONDS = 1.5


def run() -> list[Result]:
    headrace = str(Path(sys.executable).with_name("headrace"))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        write_credit_clients(place / "clients.csv")
        (place / "defects.mlsql").write_text(DEFECTS, encoding="utf-8")

        def check() -> None:
            done = subprocess.run(
                [headrace, "check", "defects.mlsql"], cwd=place, capture_output=True, check=False
            )
            assert done.returncode == 1, "the script has errors"

        check()
        seconds = tuple(timed(check) for _ in range(ROUNDS))
    name = "headrace check, 16 faults in 18 statements"
    figure = statistics.median(seconds)
    return [Result(name, figure, BOUND_SECONDS, unit="s", ours=seconds)]
