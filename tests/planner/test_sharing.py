"""What several steps would compute is computed once."""

from __future__ import annotations

import pytest

from headrace.planner import shared_tables
from tests.planner.steps import pipeline

CASES = {
    "a table that one step works on stays lazy": (
        """
        raw: load.csv
        clean: select raw
        fit: RandomForest clean
        """,
        set(),
    ),
    "a table that two steps work on is kept": (
        """
        raw: load.csv
        clean: select raw
        fit: RandomForest clean
        out: save clean
        """,
        {"clean"},
    ),
    "a table reached through two descriptions is kept": (
        """
        raw: load.csv
        clean: select raw
        young: select clean
        old: select clean
        fit: RandomForest young
        out: save old
        """,
        {"clean"},
    ),
    "what only the kept table reads stays lazy": (
        """
        raw: load.csv
        a: select raw
        b: select a
        fit: RandomForest b
        out: save b
        """,
        {"b"},
    ),
    "a source is read again rather than copied": (
        """
        raw: load.parquet
        fit: RandomForest raw
        out: save raw
        """,
        set(),
    ),
    "a table read twice by one description is computed by it once": (
        """
        raw: load.csv
        a: select raw
        both: select a a2
        a2: select a
        out: save both
        """,
        {"a"},
    ),
    "a table that is also shown counts as read": (
        """
        raw: load.csv
        clean: select raw
        counts: select clean
        fit: RandomForest clean
        """,
        {"clean"},
    ),
    "a model is at hand, however many use it": (
        """
        raw: load.csv
        fit: RandomForest raw
        f: register fit
        g: register fit
        out: save fit
        """,
        set(),
    ),
}


@pytest.mark.parametrize("title", CASES)
def test_sharing(title: str) -> None:
    text, kept = CASES[title]

    assert shared_tables(pipeline(text)) == kept


def test_a_long_chain_with_many_readers_is_counted_once() -> None:
    lines = ["s0: load.csv"]
    lines += [f"s{n}: select s{n - 1}" for n in range(1, 400)]
    lines += [f"r{n}: save s{n}" for n in range(1, 400)]

    assert len(shared_tables(pipeline("\n".join(lines)))) == 398
