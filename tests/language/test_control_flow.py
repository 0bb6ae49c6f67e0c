"""Branches and loops: what a run does, and what a check may say while only a run can decide."""

from __future__ import annotations

import pytest

from headrace.errors import HeadraceError, ScriptError
from tests.sessions import Check, Rows, Run, texts

ASKED = 'set v = "select 1" where type="sql";\n'
"""A variable whose value a check does not know."""


class TestUndecidedBranches:
    @pytest.mark.parametrize(
        "script",
        [
            "!if ''' :v == 1 '''; select 1 as x as t; !fi; select x from t as u;",
            "!if ''' :v == 1 '''; select 1 as x as t; !else; select 'a' as y as t; !fi;"
            "select * from t as u;",
            "!if ''' :v > 2 '''; select 1 as x as t; !elif ''' 1 > 2 '''; select a from nowhere as t;"
            "!else; select 2 as x as t; !fi; select x + 1 as y from t as u;",
            """!if ''' select :v as :w; :w == 1 '''; select ${w} as x as t; !fi; select x from t as u;""",
            "!if ''' ${v} == 1 '''; select 1 as x as t; !fi; select x from t as u;",
            "!if ''' :v == 1 '''; set z = '5'; !fi; !println '${z}';",
            "select 1 as x as t; !if ''' :v == 1 '''; save overwrite t as parquet.`o`; !fi;"
            "load parquet.`o` as u; select x from u as w;",
            "!if ''' :v == 1 '''; select 1 as x as t; !desc t; !fi;"
            "!lastCommand named d; select col_name from d as e;",
        ],
    )
    def test_what_may_be_right_is_no_error(self, run: Run, check: Check, script: str) -> None:
        assert [line for line in check(ASKED + script) if "unused" not in line] == []

        run(ASKED + script)

    def test_a_column_that_no_arm_gives_is_an_error(self, check: Check) -> None:
        script = "!if ''' :v == 1 '''; select 1 as x as t; !fi; select y from t as u;"

        assert check(ASKED + script) == ["2:54 unknown-column: unknown column 'y' in 't'"]

    def test_faults_inside_any_arm_are_found(self, check: Check) -> None:
        script = "!if ''' :v == 1 '''; select a from no1 as t; !else; select b from no2 as t; !fi;"

        assert [line.split(": ")[1] for line in check(ASKED + script)] == [
            "unknown table 'no1'",
            "unknown table 'no2'",
        ]

    def test_arms_after_one_that_holds_are_not_walked(self, check: Check) -> None:
        script = "!if ''' :v == 2 '''; !elif ''' 1 < 2 '''; !else; select a from no as t; !fi;"

        assert check(ASKED + script) == []


class TestDecidedBranches:
    def test_a_name_of_an_arm_that_was_not_taken_says_so(self, run: Run) -> None:
        with pytest.raises(ScriptError, match="defined only in a branch that was not taken"):
            run("!if ''' 1 > 2 '''; select 1 as x as t; !fi; select x from t as u;")

    def test_variables_of_conditions_end_with_the_branch(self, run: Run) -> None:
        with pytest.raises(HeadraceError, match="unknown variable 'n'"):
            run("!if ''' select 1 as :n; :n == 1 '''; !println '${n}'; !fi; !println '${n}';")

    def test_and_binds_tighter_than_or(self, run: Run) -> None:
        history = run("!if ''' 1 == 1 or 1 == 1 and 1 == 2 '''; !println 'or'; !fi;")

        assert texts(history) == ["or"]


class TestLoops:
    def test_loops_nest(self, run: Run) -> None:
        history = run("""
            !for x in ["a", "b"];
              !for y in '''select explode(array(1, 2))'''; !println '${x}${y}'; !done;
            !done;
        """)

        assert texts(history) == ["a1", "a2", "b1", "b2"]

    def test_a_variable_set_inside_stays(self, run: Run) -> None:
        history = run("""
            set all = ""; !for x in [1, true, null, "b"]; set all = "${all},${x}"; !done;
            !println '${all}';
        """)

        assert texts(history) == [",1,true,null,b"]

    def test_what_the_loop_variable_hid_is_back_after_it(self, run: Run) -> None:
        assert texts(run("set x = 'o'; !for x in [1]; !done; !println '${x}';")) == ["o"]

    def test_a_table_of_a_loop_without_rows_says_so(self, run: Run) -> None:
        with pytest.raises(ScriptError, match="defined only in a loop that had nothing"):
            run("!for x in '''select 1 as a where false'''; select 1 as y as t; !done;"
                "select y from t as u;")  # fmt: skip

    def test_a_table_grows_in_a_loop(self, run: Run, rows: Rows) -> None:
        run("""
            select 0 as x as t;
            !for i in [1, 2, 3]; select x from t union all select ${i} as t; !done;
            select sum(x) as s, count(*) as n from t as u;
        """)

        assert rows("u") == [{"s": 6, "n": 4}]


class TestUndecidedLoops:
    @pytest.mark.parametrize(
        "script",
        [
            "!for x in '''select k from ks'''; select ${x} as a as `t_${x}`; !done;"
            "select a + 1 as b from t_1 as u;",
            "set n = '0'; !for x in '''select k from ks'''; set n = '${n}${x}'; !done;"
            "!if ''' :n == '012' '''; select 1 as a as t; !fi; select a from t as u;",
            "set one = '1'; !for x in '''select k from ks'''; !if ''' :one == 1 ''';"
            "select 1 as a as t; !else; select a from t as u; !fi; set one = '0'; !done;"
            "select a from u as z;",
        ],
    )
    def test_what_may_be_right_is_no_error(self, run: Run, check: Check, script: str) -> None:
        keys = "select explode(array(1, 2)) as k as ks;"

        assert [line for line in check(keys + script) if "unused" not in line] == []

        run(keys + script)

    def test_faults_of_the_body_are_found_once(self, check: Check) -> None:
        found = check("!for x in '''select 1'''; select a from nowhere as t; !done;")

        assert found == ["1:41 unknown-table: unknown table 'nowhere'"]

    def test_the_loop_variable_ends_with_the_loop(self, check: Check) -> None:
        found = check("!for x in '''select 1'''; !println '${x}'; !done; !println '${x}';")

        assert found == ["1:61 unknown-variable: unknown variable 'x'"]
