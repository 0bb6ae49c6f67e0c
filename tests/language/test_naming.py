"""``!show``, ``!lastCommand`` and ``!lastTableName``."""

from __future__ import annotations

import pytest

from headrace.errors import ScriptError
from tests.sessions import Check, Rows, Run, shown_table


class TestShow:
    def test_tables_functions_and_variables_are_listed(self, run: Run) -> None:
        run("select 1 as x as t;")

        assert shown_table(run("!show tables;")).rows == (("t",),)
        assert shown_table(run("!show functions;")).rows == ()
        assert shown_table(run("set a = '1'; !show variables;")).rows == (("a", "1"),)

    def test_a_macro_is_shown_as_written(self, run: Run) -> None:
        history = run("set m = '''select ${x} as x as t;'''; !show variables;")

        assert shown_table(history).rows == (("m", "select ${x} as x as t;"),)

    def test_a_table_is_shown_by_its_name(self, run: Run) -> None:
        history = run("select explode(array(1, 2, 3)) as x as t; !show t 2;")

        assert len(shown_table(history, "show_t").rows) == 2

    def test_listings_of_later_versions_say_so(self, check: Check) -> None:
        assert check("!show et;") == ["1:7 later: !show et is not available in this version"]


class TestLastTable:
    def test_it_gets_a_name(self, run: Run, rows: Rows) -> None:
        run("select 1 as x as t; !desc t; !lastCommand named columns;")

        assert [row["col_name"] for row in rows("columns")] == ["x"]

    def test_its_name_becomes_a_variable(self, run: Run, rows: Rows) -> None:
        run("select 1 as x as t; !lastTableName; select * from ${__last_table_name__} as u;")

        assert rows("u") == [{"x": 1}]

    def test_a_table_without_a_name_is_found_by_that_variable(self, run: Run, rows: Rows) -> None:
        run("select 1 as x as t; !desc t; !lastTableName;"
            "select col_name from `${__last_table_name__}` as u;")  # fmt: skip

        assert rows("u") == [{"col_name": "x"}]

    def test_a_table_read_only_so_is_not_unused(self, check: Check) -> None:
        found = check("select 1 as x as t; !lastTableName;"
                      "select '${__last_table_name__}' as n as u;")  # fmt: skip

        assert found == []

    @pytest.mark.parametrize("command", ["!lastTableName;", "!lastCommand named t;"])
    def test_without_a_table_before_it_is_an_error(self, run: Run, command: str) -> None:
        with pytest.raises(ScriptError, match="has made a table"):
            run(command)

    def test_a_wrong_call_shows_the_usage(self, check: Check) -> None:
        assert check("select 1 as x as t; !lastCommand nam u;") == [
            "1:21 command-usage: !lastCommand takes a name for the last table"
        ]
