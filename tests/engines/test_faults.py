"""Errors of running queries, in our words and with a way on."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.errors import PySparkException

from headrace.engines.embedded import EmbeddedEngine
from headrace.engines.faults import translate
from headrace.engines.sessions import ConnectTables
from headrace.errors import Cancelled, RunError

FAULTS = {
    "select 1 / id from range(2)": ("division-by-zero", "division by zero"),
    "select 1 % id from range(2)": ("division-by-zero", "division by zero"),
    "select cast(s as int) from values ('1'), ('one') as t(s)": (
        "cast",
        "the text 'one' is not a int",
    ),
    "select to_date(s) from values ('2020-13-01') as t(s)": (
        "cast",
        "the text '2020-13-01' is not a date",
    ),
    "select cast(id + 3000000000 as int) from range(1)": (
        "overflow",
        "the number 3000000000 is too large for its type int",
    ),
    "select array(1, 2)[5]": ("index", "an index lies outside its array"),
    "select element_at(array(1, 2), 9)": ("index", "an index lies outside its array"),
    "select array(1, 2)[1 - 1]": (
        "index",
        "the engine takes only a number as the index of an array",
    ),
    "select map('a', 1, 'a', 2)": ("duplicate-key", "a map has the key a twice"),
    "select 'abc' rlike '(?=a)b'": (
        "regular-expression",
        "the regular expression is not one that the engine knows",
    ),
    "select * from nowhere": ("unknown-table", "unknown table 'nowhere'"),
    "select interval 1 year as i": (
        "interval",
        "an interval of years and months cannot be a column of a result",
    ),
}


@pytest.mark.parametrize("sql", FAULTS)
def test_a_fault_is_in_our_words(tables: ConnectTables, sql: str) -> None:
    with pytest.raises(RunError) as caught:
        tables.collect(tables.sql(sql))

    problem = caught.value.problems[0]
    assert (problem.code, problem.message) == FAULTS[sql]


def test_a_view_of_two_columns_of_one_name_names_it(tables: ConnectTables) -> None:
    with pytest.raises(RunError, match="two columns are called 'count\\(1\\)'"):
        tables.create_view("v", tables.sql("select count(*), count(1) from range(2)"))


def test_a_repeated_aggregate_of_a_function_says_how_to_write_it(tables: ConnectTables) -> None:
    tables.register_function("same", lambda column: column, ["bigint"], "bigint")

    with pytest.raises(RunError) as caught:
        tables.collect(tables.sql("select sum(same(id)) as a, sum(same(id)) as b from range(2)"))

    assert caught.value.problems[0].code == "duplicate-aggregate"
    assert "inner query" in (caught.value.problems[0].hint or "")


def test_the_engines_own_error_is_its_cause(tables: ConnectTables) -> None:
    with pytest.raises(RunError) as caught:
        tables.schema(tables.sql("select * from nowhere"))

    assert isinstance(caught.value.__cause__, PySparkException)


def test_a_query_beyond_the_memory_budget_says_so(tmp_path: Path) -> None:
    with EmbeddedEngine(memory_bytes=160 << 20, scratch=tmp_path) as small:
        session = small.session()
        frame = session.sql("select array_agg(repeat(cast(id as string), 60)) from range(3000000)")

        with pytest.raises(RunError, match="needs more memory than the engine may use") as caught:
            session.collect(frame)

    assert caught.value.problems[0].code == "memory"
    assert "memory budget" in (caught.value.hint or "")


def test_a_lost_server_is_told_within_seconds() -> None:
    engine = EmbeddedEngine()
    session = engine.session()
    engine._server.stop()

    with pytest.raises(RunError, match="the engine is gone") as caught:
        session.sql("select 1")

    assert caught.value.problems[0].code == "engine-lost"
    engine.close()


class TestTranslate:
    def test_whatever_fails_while_cancelling_is_the_cancelling(self) -> None:
        error = translate(PySparkException("operation not found: 1"), cancelled=True)

        assert isinstance(error, Cancelled)

    def test_a_value_that_names_a_status_is_only_a_value(self) -> None:
        error = translate(PySparkException("Cannot cast string 'UNAVAILABLE' to Int32 type"))

        assert error.problems[0].code == "cast"

    def test_an_unknown_message_is_shortened_to_its_first_line(self) -> None:
        error = translate(PySparkException("Odd thing\nwith details"))

        assert error.message == "the engine refused the query: Odd thing"
        assert error.problems[0].code == "engine"
