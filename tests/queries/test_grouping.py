"""Columns that stand beside aggregates without being grouped by."""

from __future__ import annotations

import pytest

from headrace.queries import parse_query, ungrouped


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select a, sum(b) from t", ["a"]),
        ("select a, t.b + 1, count(*) from t group by a", ["t.b"]),
        ("select upper(a), sum(b) from t group by upper(a)", []),
        ("select t.a, sum(b) from t group by a", []),
        ("select a + 1 as k, c, sum(b) from t group by k", ["c"]),
        ("select a, b, sum(c) from t group by 1", ["b"]),
        ("select a, sum(b) from t group by a having c > 1", ["c"]),
        ("select a, sum(b) over (partition by a) as s from t", []),
        ("select a, first(b) from t group by all", []),
        ("select a, sum(b) from t group by rollup(a)", []),
        ("select max(a), (select b from u) from t", []),
        ("select x from (select a as x, sum(b) from t)", ["a"]),
        ("select a, b from t", []),
        ("select sum(transform(xs, x -> x)[0]), y from t", ["y"]),
    ],
)
def test_only_what_is_neither_grouped_nor_aggregated(sql: str, expected: list[str]) -> None:
    faults = ungrouped(parse_query(sql))

    assert [sql[fault.start : fault.end] for fault in faults] == expected
