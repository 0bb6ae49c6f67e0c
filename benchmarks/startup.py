"""``headrace --help`` beside an empty Python: what a user waits before anything happens."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.results import Result, process, ratio

BOUND = 15.0


def run() -> list[Result]:
    headrace = str(Path(sys.executable).with_name("headrace"))
    ours, peer = process([headrace, "--help"]), process([sys.executable, "-c", "pass"])
    ours()  # the first start of all writes bytecode
    return [ratio("headrace --help / python -c pass", ours, peer, BOUND, rounds=11)]
