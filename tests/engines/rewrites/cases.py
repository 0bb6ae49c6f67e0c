"""Texts before and after lowering, and what running the text must give."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """``before`` is lowered to ``after``; run over the fixture's tables it gives ``rows``."""

    before: str
    after: str
    rows: list[dict[str, object]]


LOWERED: dict[str, Case] = {
    "log of one argument": Case(
        "select LOG(x) as r, log(2, 8) as s from t where x = 1",
        "select ln(x) as r, log(2, 8) as s from t where x = 1",
        [{"r": 0.0, "s": 3.0}],
    ),
    "log inside log": Case(
        "select log(log(1 + log(x)) + 2.718281828459045D) as r from t where x = 1",
        "select ln(ln(1 + ln(x)) + 2.718281828459045D) as r from t where x = 1",
        [{"r": 1.0}],
    ),
    "the word log in strings, comments and names": Case(
        "select 'log(1)' as s, `log` /* log(x) */ from (select log(x) as `log` from t where x = 1)",
        "select 'log(1)' as s, `log` /* log(x) */ from (select ln(x) as `log` from t where x = 1)",
        [{"s": "log(1)", "log": 0.0}],
    ),
    "weekday of a Sunday": Case(
        "select weekday(date'2020-01-05') as sun, weekday(date'2020-01-06') as mon",
        "select ((dayofweek(date'2020-01-05') + 5) % 7) as sun, "
        "((dayofweek(date'2020-01-06') + 5) % 7) as mon",
        [{"sun": 6, "mon": 0}],
    ),
    "decode with a default": Case(
        "select decode(g, 'a', 1, 'b', 2, 0) as r from t order by x",
        "select (case when (g) <=> ('a') then 1 when (g) <=> ('b') then 2 else 0 end) as r "
        "from t order by x",
        [{"r": 1}, {"r": 2}, {"r": 1}],
    ),
    "decode finds nulls": Case(
        "select decode(null, 1, 'one', null, 'none') as r",
        "select (case when (null) <=> (1) then 'one' when (null) <=> (null) then 'none' end) as r",
        [{"r": "none"}],
    ),
    "decode of bytes stays": Case(
        "select decode(encode('a', 'utf-8'), 'utf-8') as r",
        "select decode(encode('a', 'utf-8'), 'utf-8') as r",
        [{"r": "a"}],
    ),
    "several percentiles": Case(
        "select percentile_approx(v, array(0.0, 1.0), 100) as r from t",
        "select array(percentile_approx(v, 0.0, 100), percentile_approx(v, 1.0, 100)) as r from t",
        [{"r": [10.0, 30.0]}],
    ),
    "a group and a letter in a replacement": Case(
        "select regexp_replace('aab', '(a)', '$1x') as r",
        "select regexp_replace('aab', '(a)', '${1}x') as r",
        [{"r": "axaxb"}],
    ),
    "zip_with": Case(
        "select zip_with(a, array(10), (p, q) -> coalesce(p, 0) + coalesce(q, 0)) as r from nested",
        "select transform(arrays_zip(concat(a), concat(array(10))), "
        "pair -> coalesce(pair.`0`, 0) + coalesce(pair.`1`, 0)) as r from nested",
        [{"r": [11, 2]}],
    ),
    "transform_values": Case(
        "select transform_values(m, (k, v) -> concat(k, v)) as r from nested",
        "select map_from_arrays(map_keys(m), "
        "transform(map_entries(m), entry -> concat(entry.key, entry.value))) as r from nested",
        [{"r": [("k", "k1"), ("l", "l2")]}],
    ),
    "transform_keys": Case(
        "select transform_keys(m, (k, v) -> upper(k)) as r from nested",
        "select map_from_arrays(transform(map_entries(m), entry -> upper(entry.key)), "
        "map_values(m)) as r from nested",
        [{"r": [("K", 1), ("L", 2)]}],
    ),
    "lateral view and where": Case(
        "select id, e from nested lateral view explode(a) x as e where e > 1 and x.e < 9",
        "select id, e from nested cross join lateral explode(a) as x(e) where e > 1 and x.e < 9",
        [{"id": 1, "e": 2}],
    ),
    "lateral view without a table name": Case(
        "select id, p, e from nested lateral view posexplode(a) as p, e order by p",
        "select id, p, e from nested cross join lateral posexplode(a) as lateral_1(p, e) "
        "order by p",
        [{"id": 1, "p": 0, "e": 1}, {"id": 1, "p": 1, "e": 2}],
    ),
    "lateral view outer": Case(
        "select id, e from nested lateral view outer explode(filter(a, y -> y > 9)) x as e",
        "select id, e from nested left join lateral explode(filter(a, y -> y > 9)) as x(e)",
        [{"id": 1, "e": None}],
    ),
    "two lateral views": Case(
        "select e, f from nested lateral view explode(a) x as e lateral view explode(a) y as f "
        "where e > f",
        "select e, f from nested cross join lateral explode(a) as x(e) "
        "cross join lateral explode(a) as y(f) where e > f",
        [{"e": 2, "f": 1}],
    ),
    "lateral view of a map": Case(
        "select k, v from nested lateral view explode(m) x as k, v where v > 1",
        "select k, v from nested cross join lateral inline(map_entries(m)) as x(k, v) where v > 1",
        [{"k": "l", "v": 2}],
    ),
    "explode of a map": Case(
        "select explode(m) as (k, v) from nested",
        "select inline(map_entries(m)) as (k, v) from nested",
        [{"k": "k", "v": 1}, {"k": "l", "v": 2}],
    ),
    "explode of a map without names": Case(
        "select id, explode(m) from nested where id = 1",
        "select id, inline(map_entries(m)) from nested where id = 1",
        [{"id": 1, "key": "k", "value": 1}, {"id": 1, "key": "l", "value": 2}],
    ),
    "explode of an array stays": Case(
        "select explode(a) as e from nested",
        "select explode(a) as e from nested",
        [{"e": 1}, {"e": 2}],
    ),
    "group by all": Case(
        "select g, sum(v) as s, x > 2 as late from t group by all order by s",
        "select g, sum(v) as s, x > 2 as late from t group by 1, 3 order by s",
        [
            {"g": "a", "s": 10.0, "late": False},
            {"g": "b", "s": 20.0, "late": False},
            {"g": "a", "s": 30.0, "late": True},
        ],
    ),
    "group by all without keys": Case(
        "select sum(v) as s from t group by all", "select sum(v) as s from t ", [{"s": 60.0}]
    ),
    "order by all": Case(
        "select g, x from t order by all desc limit 2",
        "select g, x from t order by 1 desc, 2 desc limit 2",
        [{"g": "b", "x": 2}, {"g": "a", "x": 3}],
    ),
    "distribute by": Case(
        "select x from t distribute by g sort by x desc",
        "select x from t  sort by x desc",
        [{"x": 3}, {"x": 2}, {"x": 1}],
    ),
    "cluster by": Case(
        "select x from t cluster by x",
        "select x from t sort by x",
        [{"x": 1}, {"x": 2}, {"x": 3}],
    ),
    "a with query in another case": Case(
        "with Big as (select x from t where x > 2), b2 as (select x from BIG) "
        "select big.x from big join B2 y on big.x = y.x",
        "with Big as (select x from t where x > 2), b2 as (select x from `Big` as BIG) "
        "select big.x from `Big` as big join `b2` y on big.x = y.x",
        [{"x": 3}],
    ),
    "star except": Case(
        "select * except (g, `V`), v as w from t where x = 1",
        "select `x`, v as w from t where x = 1",
        [{"x": 1, "w": 10.0}],
    ),
    "star except of one table": Case(
        "select t.* except (g) from t join t u on t.x = u.x where u.x = 1",
        "select t.`x`, t.`v` from t join t u on t.x = u.x where u.x = 1",
        [{"x": 1, "v": 10.0}],
    ),
    "star except over a with query": Case(
        "with a as (select x, g from t) select * except (g) from a where x = 1",
        "with a as (select x, g from t) select `x` from a where x = 1",
        [{"x": 1}],
    ),
    "the set operation except": Case(
        "select x from t except (select 1)",
        "select x from t except (select 1)",
        [{"x": 2}, {"x": 3}],
    ),
    "pivot": Case(
        "select * from (select g, v from t) pivot (sum(v) for g in ('a', 'b' as bee))",
        "select * from (select case when count_if(g <=> 'a') > 0 then sum(v) "
        "filter (where g <=> 'a') end as `a`, case when count_if(g <=> 'b') > 0 then sum(v) "
        "filter (where g <=> 'b') end as `bee` from (select g, v from t))",
        [{"a": 40.0, "bee": 20.0}],
    ),
    "pivot with groups and several aggregates": Case(
        "select * from t pivot (sum(v) as s, count(*) as n for x in (1, 2)) order by g",
        "select * from (select `g`, case when count_if(x <=> 1) > 0 then sum(v) "
        "filter (where x <=> 1) end as `1_s`, case when count_if(x <=> 1) > 0 then count(*) "
        "filter (where x <=> 1) end as `1_n`, case when count_if(x <=> 2) > 0 then sum(v) "
        "filter (where x <=> 2) end as `2_s`, case when count_if(x <=> 2) > 0 then count(*) "
        "filter (where x <=> 2) end as `2_n` from t group by `g`) order by g",
        [
            {"g": "a", "1_s": 10.0, "1_n": 1, "2_s": None, "2_n": None},
            {"g": "b", "1_s": None, "1_n": None, "2_s": 20.0, "2_n": 1},
        ],
    ),
    "describe": Case(
        "describe t",
        "describe table t",
        [
            {"col_name": "x", "data_type": "int", "comment": None},
            {"col_name": "g", "data_type": "string", "comment": None},
            {"col_name": "v", "data_type": "double", "comment": None},
        ],
    ),
    "refresh": Case("refresh table t", "select true as done", [{"done": True}]),
    "cache": Case("cache table t", "select true as done", [{"done": True}]),
}

LOWERED |= {
    "a qualified column of using": Case(
        "select t.x, u.x as ux from t join (select 1 as x) u using (x) where t.x = 1",
        "select x, x as ux from t join (select 1 as x) u using (x) where x = 1",
        [{"x": 1, "ux": 1}],
    ),
    "all columns of a table joined by using": Case(
        "select t.*, w from t left join (select 1 as X, 7 as w) u using (x) where t.x < 3",
        "select `x`, t.`g`, t.`v`, w from t left join (select 1 as X, 7 as w) u using (x) "
        "where x < 3",
        [{"x": 1, "g": "a", "v": 10.0, "w": 7}, {"x": 2, "g": "b", "v": 20.0, "w": None}],
    ),
    "the kept side of a right join by using": Case(
        "select u.x, t.g from t right join (select 9 as x) u using (x)",
        "select x, t.g from t right join (select 9 as x) u using (x)",
        [{"x": 9, "g": None}],
    ),
    "using inside a subquery": Case(
        "select q.x from (select t.* from t join (select 2 as x) u using (x)) q",
        "select q.x from (select `x`, t.`g`, t.`v` from t join (select 2 as x) u using (x)) q",
        [{"x": 2}],
    ),
    "columns that using does not merge stay qualified": Case(
        "select t.g, u.w from t join (select 1 as x, 5 as w) u using (x) order by t.g",
        "select t.g, u.w from t join (select 1 as x, 5 as w) u using (x) order by t.g",
        [{"g": "a", "w": 5}],
    ),
}

LOWERED |= {
    "aliases of aliases in one select list": Case(
        "select x * 2 as a, a + 1 as b, a + b as c from t where x = 1",
        "select x * 2 as a, (x * 2) + 1 as b, (x * 2) + ((x * 2) + 1) as c from t where x = 1",
        [{"a": 2, "b": 3, "c": 5}],
    ),
    "a column comes before an alias": Case(
        "select x + 1 as v, v * 2 as w from t where x = 1",
        "select x + 1 as v, v * 2 as w from t where x = 1",
        [{"v": 2, "w": 20.0}],
    ),
    "an alias of an aggregate": Case(
        "select g, sum(v) as total, total / count(*) as mean from t group by g",
        "select g, sum(v) as total, (sum(v)) / count(*) as mean from t group by g",
        [{"g": "a", "total": 40.0, "mean": 20.0}, {"g": "b", "total": 20.0, "mean": 20.0}],
    ),
    "a lambda's parameter is no alias": Case(
        "select 1 as y, transform(array(5), y -> y + 1) as z",
        "select 1 as y, transform(array(5), y -> y + 1) as z",
        [{"y": 1, "z": [6]}],
    ),
    "a field of an alias, and a table of its name": Case(
        "select named_struct('k', 1) as s, s.k as a, t.x as t, t.g as b from t where x = 1",
        "select named_struct('k', 1) as s, (named_struct('k', 1)).k as a, t.x as t, t.g as b "
        "from t where x = 1",
        [{"s": {"k": 1}, "a": 1, "t": 1, "b": "a"}],
    ),
    "aliases in a union and in a subquery": Case(
        "select b from (select 1 as a, a + 1 as b) union all select a from (select 5 as a)",
        "select b from (select 1 as a, (1) + 1 as b) union all select a from (select 5 as a)",
        [{"b": 2}, {"b": 5}],
    ),
}

REFUSED: dict[str, tuple[str, str]] = {
    "bround": ("select bround(x, 1) from t", "bround(x, 1)"),
    "map_zip_with": (
        "select map_zip_with(m, m, (k, a, b) -> a) from nested",
        "map_zip_with(m, m, (k, a, b) -> a)",
    ),
    "input_file_name": ("select input_file_name() from t", "input_file_name()"),
    "collate": ("select collate(g, 'UNICODE') from t", "collate(g, 'UNICODE')"),
    "qualify": ("select * from t qualify row_number() over (order by x) = 1", "qualify"),
    "like any": ("select * from t where g like any ('a%')", "like any"),
    "like all": ("select * from t where g LIKE ALL ('a%')", "LIKE ALL"),
    "with recursive": ("with recursive r as (select 1) select * from r", "with recursive"),
    "tablesample (n rows)": ("select * from t tablesample (2 rows)", "tablesample (2 rows)"),
    "a file as a table": ("select * from parquet.`/no/such`", "parquet.`/no/such`"),
    "lateral subquery": ("select * from t, lateral (select max(x) from t)", "lateral (select"),
    "from before select": ("from t select x", "from"),
    "the |> operator": ("select x from t |> where x > 1", "|>"),
    "create function": ("create function f as 'x'", "create function"),
    "create temporary function": (
        "create temporary function f(x int) returns int return x",
        "create temporary function",
    ),
    "set": ("set x = y", "set"),
}
