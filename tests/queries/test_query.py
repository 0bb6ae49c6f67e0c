"""The names that a parsed statement tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.queries import QuerySyntaxError, parse_query, resolve

WORDS = """
select from where group by order ( ) , . * + a b t `xy` 'text' 1 as join on using case when then end
in not and or lateral view explode with over -> [ ] : ? ; ' ` /* -- 客户 union values pivot for insert
"""


def names(sql: str) -> list[str]:
    query = parse_query(sql)
    assert all(sql[t.start : t.end].replace("`", "") == t.name for t in query.tables)
    return [reference.name for reference in query.tables]


class TestTables:
    @pytest.mark.parametrize(
        ("sql", "expected"),
        [
            ("select a from t", ["t"]),
            ("select a from `t 1` join db.u using (id), v", ["t 1", "db.u", "v"]),
            (
                "select (select max(a) from u) from t where exists (select 1 from v)",
                ["u", "t", "v"],
            ),
            ("with x as (select * from t) select * from x join u", ["t", "u"]),
            ("with t as (select * from t) select * from t", ["t"]),
            ("select * from (with x as (select 1) select * from x) join x", ["x"]),
            (
                "with recursive r as (select 1 as n union all select n + 1 from r) select * from r",
                [],
            ),
            ("select * from range(10) join lateral (select * from t) l", ["t"]),
            ("select a from t lateral view explode(xs) e as x", ["t"]),
            ("values (1), (2)", []),
            ("select /*+ broadcast(t) */ 't', a as t from u -- t", ["u"]),
            ("select * from t pivot (sum(a) for k in ('x'))", ["t"]),
            ("insert into s select * from t", ["t"]),
            ("select 订单.编号 from 订单", ["订单"]),
        ],
    )
    def test_what_is_read_in_the_order_of_the_text(self, sql: str, expected: list[str]) -> None:
        assert names(sql) == expected

    def test_each_name_once_whatever_its_case(self) -> None:
        query = parse_query("select * from Orders union select * from orders")

        assert query.table_names == ("Orders",)

    @pytest.mark.parametrize(
        ("sql", "expected"),
        [
            ("insert into db.s (a, b) select a, b from t", "db.s"),
            ("insert overwrite table s select * from t", "s"),
            ("create table s using parquet as select * from t", "s"),
            ("create or replace temporary view s as select * from t", "s"),
            ("drop table if exists s", "s"),
            ("refresh table s", "s"),
        ],
    )
    def test_targets_are_not_read(self, sql: str, expected: str) -> None:
        query = parse_query(sql)

        assert [target.name for target in query.targets] == [expected]
        assert expected not in query.table_names


class TestFunctions:
    def test_all_calls_with_their_places(self) -> None:
        sql = "select upper(a), `my f`(b), count(distinct c), x.f(1) from range(2) r"
        query = parse_query(sql)

        assert query.function_names == ("upper", "my f", "count", "f", "range")
        assert [sql[f.start : f.end] for f in query.functions][:2] == ["upper", "`my f`"]


class TestOutputs:
    @pytest.mark.parametrize(
        ("sql", "expected"),
        [
            ("select a, t.b, s.c.d, a + 1 as e from t", ("a", "b", "d", "e")),
            ("select a from t union select b from u", ("a",)),
            ("select a, count(*) from t group by a", None),
            ("select * from t", None),
        ],
    )
    def test_names_where_the_text_alone_tells_them(
        self, sql: str, expected: tuple[str, ...] | None
    ) -> None:
        assert parse_query(sql).outputs == expected


class TestHostileText:
    def test_deep_nesting_is_refused_in_words(self) -> None:
        with pytest.raises(QuerySyntaxError, match="nested too deeply"):
            parse_query("select " + "(" * 5000 + "1" + ")" * 5000)

    def test_long_expressions_and_unions_are_read(self) -> None:
        query = parse_query("select " + " + ".join(["a"] * 3000) + " as s from t")
        union = parse_query(" union all ".join(["select a from t"] * 300))

        assert resolve(query, {"t": None}).faults == ()
        assert resolve(union, {"t": None}).faults == ()

    @given(st.lists(st.sampled_from(WORDS.split()), max_size=25).map(" ".join))
    def test_any_words_are_a_query_or_a_syntax_error(self, sql: str) -> None:
        assert all(0 <= start <= end <= len(sql) for start, end in places(sql))


def places(sql: str) -> list[tuple[int, int]]:
    """Where the faults of a text stand."""
    try:
        query = parse_query(sql)
    except QuerySyntaxError as error:
        return [(error.start, error.end)]
    return [(fault.start, fault.end) for fault in resolve(query, {}).faults]
