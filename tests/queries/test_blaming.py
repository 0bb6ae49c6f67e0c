"""Which parts of a refused query are to blame, told by an engine that refuses a word."""

from __future__ import annotations

import re

import pytest

from headrace.queries import blame


def refuses(word: str, sql: str) -> str | None:
    return word if re.search(rf"\b{word}\b", sql) else None


def blamed(sql: str, word: str = "bad") -> list[str]:
    return [sql[start:end] for start, end, _ in blame(sql, lambda text: refuses(word, text))]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select a, bad + 1 as k, upper(bad) from t", ["bad + 1", "upper(bad)"]),
        ("select a from t where a > 0 and f(bad) > 1", ["f(bad) > 1"]),
        ("select a from t where a between 0 and bad", ["a between 0 and bad"]),
        ("select a from t where x = 1 or bad and y", ["x = 1 or bad and y"]),
        ("select a from t left join u on t.a = u.a and bad where a > 1", ["bad"]),
        ("select left(bad, 1) l, right(a, 1) from t", ["left(bad, 1)"]),
        ("select distinct bad.x, a from t", ["bad.x"]),
        ("select a from t group by a having sum(bad) > 1", ["sum(bad) > 1"]),
        ("select a from t union all select bad + 1 from u", ["bad + 1"]),
        ("select a from (select b, bad(1) as a from t) where a > 1", ["bad(1)"]),
        ("with x as (select f(bad) as b from t) select * from x", ["f(bad)"]),
        ("select a from t order by bad", []),
        ("select * from t", []),
    ],
)
def test_parts_that_are_refused_alone(sql: str, expected: list[str]) -> None:
    assert blamed(sql) == expected


def test_a_part_that_is_refused_only_beside_another() -> None:
    def judge(sql: str) -> str | None:
        return "clash" if "sum(b)" in sql and re.search(r"select a\b", sql) else None

    found = blame("select a, sum(b) as s from t", judge)

    assert found == [(7, 8, "clash")]


def test_a_query_of_very_many_parts_is_blamed_as_a_whole() -> None:
    assert blamed("select " + ", ".join(["bad"] * 100) + " from t") == []
