"""What Sail lacks is written in another way, or refused at its place; all else stays as it is."""

from __future__ import annotations

import pytest

from headrace.engines.embedded import capabilities
from headrace.engines.embedded.rewrites import REFUSALS, RULES, UnsupportedError, lower
from headrace.engines.memory import budget
from headrace.engines.sessions import ConnectTables
from headrace.graph import Schema
from tests.engines.rewrites.cases import LOWERED, REFUSED

TABLES = {
    "t": "select * from values (1, 'a', 10.0D), (2, 'b', 20.0D), (3, 'a', 30.0D) as t(x, g, v)",
    "nested": "select 1 as id, array(1, 2) as a, map('k', 1, 'l', 2) as m",
}


@pytest.fixture
def session(tables: ConnectTables) -> ConnectTables:
    for name, sql in TABLES.items():
        tables.create_view(name, tables.sql(sql))
    return tables


def rows(session: ConnectTables, sql: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = session.collect(session.sql(sql)).to_pylist()
    return found


@pytest.mark.parametrize("title", LOWERED)
def test_lowering(session: ConnectTables, title: str) -> None:
    case = LOWERED[title]

    lowered = lower(case.before, lambda query: session.schema(session.sql(query)))

    assert lowered == case.after


@pytest.mark.parametrize("title", LOWERED)
def test_the_lowered_text_gives_what_spark_gives(session: ConnectTables, title: str) -> None:
    case = LOWERED[title]

    found = rows(session, case.before)

    ordered = "order by" in case.before or "sort by" in case.before
    if not ordered:
        assert sorted(found, key=str) == sorted(case.rows, key=str)
    else:
        assert found == case.rows


@pytest.mark.parametrize("feature", REFUSED)
def test_refusals_name_their_place(feature: str) -> None:
    sql, part = REFUSED[feature]

    with pytest.raises(UnsupportedError) as caught:
        lower(sql)

    refusal = caught.value.refusal
    assert refusal.feature == feature
    assert sql[refusal.start : refusal.end] == part
    assert caught.value.hint


@pytest.mark.parametrize(
    ("sql", "part"),
    [
        ("select u.x from t left join u using (x)", "u.x"),
        ("select t.x from t full join u using (x)", "t.x"),
        ("select t.x from t right join u using (x)", "t.x"),
        ("select b.x from t a join u using (x) left join t b using (x)", "b.x"),
    ],
)
def test_the_lost_side_of_an_outer_join_by_using_is_refused(sql: str, part: str) -> None:
    with pytest.raises(UnsupportedError) as caught:
        lower(sql)

    refusal = caught.value.refusal
    assert sql[refusal.start : refusal.end] == part


def test_every_refusal_has_a_case() -> None:
    assert {refusal.feature for refusal in REFUSALS} == set(REFUSED)


def test_an_alias_of_a_random_value_is_not_written_twice() -> None:
    sql = "select rand() as r, r + 1 as s"

    with pytest.raises(UnsupportedError) as caught:
        lower(sql, lambda _: Schema())

    refusal = caught.value.refusal
    assert sql[refusal.start : refusal.end] == "r"


def test_aliases_that_double_each_time_are_left_to_the_engine() -> None:
    items = [f"a{n} + a{n} as a{n + 1}" for n in range(30)]
    sql = f"select 1 as a0, {', '.join(items)}"

    assert lower(sql, lambda _: Schema()) == sql


UNTOUCHED = (
    "select id, 'a;b' as s from orders -- a comment\nwhere id > 1  ",
    "select qualify, log, pivot from t",
    "select a.decode from a",
    "with a as (select 1 as x) select * from a",
    "select 'open string",
    "",
    "select x from t join lateral_orders o on t.x = o.x",
    "select count(*) from t group by grouping sets ((a), ())",
)


@pytest.mark.parametrize("sql", UNTOUCHED)
def test_other_text_stays_as_it_is(sql: str) -> None:
    assert lower(sql, lambda _: Schema()) == sql


def test_capabilities_list_every_rule_and_refusal() -> None:
    listed = capabilities(budget(1 << 30))

    assert dict(listed.lowered) == {rule.feature: rule.instead for rule in RULES}
    assert {refusal.feature for refusal in REFUSALS} <= set(listed.refused)
    assert listed.memory_bytes == budget(1 << 30).engine
