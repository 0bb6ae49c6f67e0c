"""``!split``: each row into exactly one of several tables."""

from __future__ import annotations

import pytest

from tests.sessions import Check, Rows, Run

TABLE = "select id, id % 2 as k from range(1000) as t;\n"


def test_the_parts_are_disjoint_and_complete(run: Run, rows: Rows) -> None:
    run(TABLE + "!split t with '0.8,0.2' named train,test;")

    train, test = ({row["id"] for row in rows(name)} for name in ("train", "test"))
    assert not train & test
    assert train | test == set(range(1000))


def test_with_a_label_each_part_has_its_mixture(run: Run, rows: Rows) -> None:
    run(TABLE + "!split t by k with '0.5,0.5' named a,b; select sum(k) as ones from a as u;")

    assert rows("u") == [{"ones": 250}]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("with '0.5,0.5' named a", "2 shares and 1 names"),
        ("with '0.5,0.5' named a,A", "each part is a table of its own"),
        ("with '0.5,-1' named a,b", "two shares or more"),
        ("wiht '0.5,0.5' named a,b", "does not know 'wiht'"),
        ("named a,b seed 3", "needs the option 'shares'"),
        ("by nothing with '0.5,0.5' named a,b", "unknown column 'nothing'"),
    ],
)
def test_wrong_calls_are_found_before_the_run(check: Check, arguments: str, message: str) -> None:
    found = [line for line in check(f"{TABLE}!split t {arguments};") if "unused" not in line]

    assert len(found) == 1
    assert message in found[0]
