"""The credit script beside the same work written by hand with pysail and scikit-learn.

Whole processes take turns: ours checks, runs, fits in its child process, keeps three models with
their golden rows, and saves the scores; the peer (``credit_by_hand.py``) does the same cleaning,
split, fits with the same parameters and threads, metrics, profile and scores, and keeps the models.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.results import Result, process, ratio
from headrace.samples.credit import write_credit_clients

BOUND = 1.10
EXAMPLE = Path(__file__).parents[1] / "examples" / "credit" / "credit.mlsql"
BY_HAND = Path(__file__).with_name("credit_by_hand.py")


def run() -> list[Result]:
    headrace = str(Path(sys.executable).with_name("headrace"))
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        write_credit_clients(place / "clients.csv")
        settings = ["--set", "clients=clients.csv", "--set", "output=scored"]
        ours = process([headrace, "run", str(EXAMPLE), *settings], place)
        peer = process([sys.executable, str(BY_HAND), "clients.csv", "by_hand"], place)
        ours()
        peer()
        return [ratio("credit script / by hand", ours, peer, BOUND)]
