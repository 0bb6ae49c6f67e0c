"""From statements to steps: tables, models, functions and the engine's catalogue."""

from __future__ import annotations

import pytest

from headrace.errors import HeadraceError, ScriptError
from tests.sessions import Check, Rows, Run

ROWS = """
    select cast(id % 10 as double) as x, case when id % 10 > 4 then 1 else 0 end as y
    from range(200) as t;
"""


class TestNames:
    @pytest.mark.parametrize(
        "statement",
        [
            "select 1 as x as ``;",
            "set a = 'x'; load script.`a` as ``;",
            "select 1 as x as t; !lastCommand named ``;",
            "run command as EmptyTable.`` as ``;",
        ],
    )
    def test_an_empty_one_is_refused(self, run: Run, statement: str) -> None:
        with pytest.raises(HeadraceError, match="the name of a table is empty"):
            run(statement)

    def test_any_text_is_a_name_in_back_quotes(self, run: Run, rows: Rows) -> None:
        run("select 1 as `a-b` as `my table`; select `a-b` from `my table` as `sel``ect`;")

        assert rows("sel`ect") == [{"a-b": 1}]

    def test_names_take_variables(self, run: Run, rows: Rows) -> None:
        run("set d = 'x'; select 1 as a as `t_${d}`; run t_x as TableRepartition.`` where num=1"
            " as `u_${d}`; select a from u_x as v;")  # fmt: skip

        assert rows("v") == [{"a": 1}]

    def test_a_table_may_be_called_as_the_preview_is(self, run: Run, rows: Rows) -> None:
        history = run("select 1 as x as result; select x + 1 as x from result as result;")

        assert rows("result") == [{"x": 2}]
        assert list(history.steps) == ["result", "result_2", "last table"]


class TestModels:
    def test_models_of_this_run_are_told_apart_by_algorithm(self, run: Run, rows: Rows) -> None:
        run(ROWS + """
            train t as LogisticRegression.`` where labelCol="y";
            train t as RandomForest.`` where labelCol="y" and nTrees=5;
            predict t as LogisticRegression.`` as p;
            register RandomForestClassifier.`` as f;
            select count(prediction) as n, count(f(x)) as m from p as u;
        """)  # fmt: skip

        assert rows("u") == [{"n": 200, "m": 200}]

    def test_a_place_is_the_same_with_slashes_around_it(self, check: Check) -> None:
        assert check(ROWS + """
            train t as LogisticRegression.`/tmp/m` where labelCol="y";
            predict t as LogisticRegression.`tmp/m/` as p;
        """) == []  # fmt: skip

    def test_a_misspelt_operator_names_the_nearest(self, run: Run) -> None:
        with pytest.raises(ScriptError, match="unknown operator 'RandomForrest'") as caught:
            run(ROWS + "train t as RandomForrest.`m` where labelCol='y';")

        assert "did you mean 'RandomForest'" in str(caught.value.hint)

    def test_only_models_predict(self, check: Check) -> None:
        (found,) = check(ROWS + "predict t as RateSampler.`` as u;")

        assert "unknown operator 'RateSampler'" in found


class TestFunctions:
    def test_an_unregistered_one_is_gone(self, check: Check) -> None:
        found = check(ROWS + """
            train t as LogisticRegression.`` where labelCol="y";
            register LogisticRegression.`` as f; unregister F; select f(x) as p from t as u;
        """)  # fmt: skip

        assert [line.partition(" ")[2] for line in found] == [
            "unknown-function: function 'f' is no longer registered"
        ]

    def test_only_registered_ones_can_be_taken_away(self, run: Run) -> None:
        with pytest.raises(ScriptError, match="unknown function 'abs'"):
            run("unregister abs;")


class TestCatalogue:
    def test_a_table_of_the_script_hides_one_of_the_catalogue(self, run: Run, rows: Rows) -> None:
        run("create temporary view v as select 1 as x; select x from v as old;"
            "select 2 as x as v; select x from v as new;")  # fmt: skip

        assert (rows("old"), rows("new")) == ([{"x": 1}], [{"x": 2}])

    def test_a_dropped_one_is_gone(self, check: Check) -> None:
        found = check(
            "create temporary view v as select 1 as x; drop view v; select x from v as t;"
        )

        assert found == ["1:70 unknown-table: unknown table 'v'"]

    @pytest.mark.parametrize("statement", ["insert into t values (1);", "drop table t;"])
    def test_the_scripts_own_tables_do_not_change(self, run: Run, statement: str) -> None:
        with pytest.raises(ScriptError, match="'t' is a table of this script"):
            run("select 1 as x as t;" + statement)


class TestBuiltInTable:
    def test_command_is_a_table_of_one_row(self, run: Run, rows: Rows) -> None:
        run("run command as TableRepartition.`` where num=1 as t;")

        assert rows("t") == [{"value": 1}]

    def test_a_table_of_that_name_goes_first(self, run: Run, rows: Rows) -> None:
        run("select 5 as x as command; run command as TableRepartition.`` where num=1 as t;")

        assert rows("t") == [{"x": 5}]
