"""Scripts in, tables out: what the language means when it runs."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from headrace.errors import Cancelled, HeadraceError, RunError, ScriptError
from headrace.graph.report import TableItem
from headrace.graph.span import Source
from headrace.runtime.session import Session
from tests.sessions import Rows, Run, texts


class TestSelect:
    def test_a_statement_names_its_result(self, run: Run, rows: Rows) -> None:
        run("select 1 as x, 'a' as y as t;")

        assert rows("t") == [{"x": 1, "y": "a"}]

    def test_a_later_statement_reads_an_earlier_one(self, run: Run, rows: Rows) -> None:
        run("select 1 as x as t; select x + 1 as x from t as u;")

        assert rows("u") == [{"x": 2}]

    def test_a_table_may_be_defined_from_itself(self, run: Run, rows: Rows) -> None:
        run("select 1 as x as t; select x + 1 as x from t as t; select x * 10 as x from t as u;")

        assert rows("u") == [{"x": 20}]

    def test_what_read_the_old_table_keeps_its_meaning(self, run: Run, rows: Rows) -> None:
        run("select 1 as x as t; select x from t as old; select 2 as x as t;")

        assert rows("old") == [{"x": 1}]

    def test_names_are_found_whatever_their_case(self, run: Run, rows: Rows) -> None:
        run("select 1 as X as Orders; select x from ORDERS as u;")

        assert rows("u") == [{"x": 1}]

    def test_chinese_names_work(self, run: Run, rows: Rows) -> None:
        run("select 1 as 客户 as 订单; select 客户 + 1 as 数 from 订单 as `结果 表`;")

        assert rows("结果 表") == [{"数": 2}]

    def test_common_table_expressions_hide_tables(self, run: Run, rows: Rows) -> None:
        run("select 1 as x as t; with t as (select 5 as x) select x from t as u;")

        assert rows("u") == [{"x": 5}]

    def test_the_last_table_is_shown(self, run: Run) -> None:
        history = run("select 1 as x as t;")

        item = history.steps["result"].reports[0].items[0]
        assert isinstance(item, TableItem)
        assert (item.columns, item.rows, item.total_rows) == (("x",), ((1,),), 1)


class TestVariables:
    def test_a_variable_enters_select_text(self, run: Run, rows: Rows) -> None:
        run('set day = "2024-05-01"; select "${day}" as day as t;')

        assert rows("t") == [{"day": "2024-05-01"}]

    def test_a_query_gives_a_variable_its_value(self, run: Run, rows: Rows) -> None:
        run(
            "select explode(array(3, 9, 4)) as x as t;"
            'set largest = "select max(x) from t" where type="sql";'
            "select ${largest} + 1 as y as u;"
        )

        assert rows("u") == [{"y": 10}]

    def test_a_query_without_rows_is_an_error(self, run: Run) -> None:
        with pytest.raises(ScriptError, match="gives no row"):
            run('set x = "select 1 as a where false" where type="sql";')

    def test_a_default_gives_way_to_what_the_caller_sets(self, run: Run, rows: Rows) -> None:
        run('set n = "1" where type="defaultParam"; select ${n} as n as t;', n="7")

        assert rows("t") == [{"n": 7}]

    def test_a_set_takes_effect_at_its_line(self, run: Run) -> None:
        with pytest.raises(HeadraceError, match="unknown variable 'n'"):
            run('select ${n} as n as t; set n = "1";')

    def test_a_session_variable_outlives_its_text(self, run: Run, rows: Rows) -> None:
        run('set kept = "1" where scope="session"; set gone = "2";')
        run("select ${kept} as x as t;")

        assert rows("t") == [{"x": 1}]
        with pytest.raises(HeadraceError, match="unknown variable 'gone'"):
            run("select ${gone} as x as t;")

    def test_shell_commands_are_off(self, run: Run) -> None:
        with pytest.raises(ScriptError, match="shell commands are not allowed"):
            run('set who = `whoami` where type="shell";')

    def test_an_engine_setting_reaches_the_session(self, run: Run, rows: Rows) -> None:
        run(
            'set spark.sql.session.timeZone = "Asia/Shanghai" where type="conf";'
            "select current_timezone() as zone as t;"
        )

        assert rows("t") == [{"zone": "Asia/Shanghai"}]


class TestBranches:
    SCRIPT = """
        set n = "{n}";
        !if ''' :n > 10 ''';
          select 'large' as size as t;
        !elif ''' :n > 5 and :n <= 10 ''';
          select 'middle' as size as t;
        !else;
          select 'small' as size as t;
        !fi;
    """

    @pytest.mark.parametrize(("n", "size"), [("11", "large"), ("7", "middle"), ("2", "small")])
    def test_the_first_arm_that_holds_runs(self, run: Run, rows: Rows, n: str, size: str) -> None:
        run(self.SCRIPT.replace("{n}", n))

        assert rows("t") == [{"size": size}]

    def test_a_branch_may_depend_on_data(self, run: Run, rows: Rows) -> None:
        run("""
            select 3 as x as t;
            set rows = "select count(*) from t" where type="sql";
            !if ''' :rows == 1 '''; select 'one' as n as u; !else; select 'more' as n as u; !fi;
            select n from u as v;
        """)

        assert rows("v") == [{"n": "one"}]

    def test_functions_of_sql_decide(self, run: Run, rows: Rows) -> None:
        run("""
            set names = "a,b,c";
            !if ''' select size(split(:names, ",")) as :n; :n == 3 ''';
              select 'three' as x as t;
            !fi;
        """)

        assert rows("t") == [{"x": "three"}]

    def test_a_table_of_a_branch_not_taken_is_an_error_that_says_so(self, run: Run) -> None:
        with pytest.raises(HeadraceError, match="defined only in a branch that was not taken"):
            run("!if ''' 1 > 2 '''; select 1 as x as t; !fi; select x from t as u;")

    def test_nested_branches_run_in_the_order_written(self, run: Run) -> None:
        history = run("""
            !println 'one';
            !if ''' true ''';
              !println 'two';
              !if ''' true '''; !println 'three'; !fi;
              !println 'four';
            !fi;
            !println 'five';
        """)

        assert texts(history) == ["one", "two", "three", "four", "five"]


class TestLoops:
    def test_a_list_is_walked(self, run: Run, rows: Rows) -> None:
        run("""
            select 0 as x as total;
            !for n in [1, 2, 3]; select x + ${n} as x from total as total; !done;
        """)

        assert rows("total") == [{"x": 6}]

    def test_the_rows_of_a_query_are_walked(self, run: Run) -> None:
        history = run("""
            select explode(array('a', 'b')) as k as keys;
            !for k in '''select k from keys order by k'''; !println '${k}!'; !done;
        """)

        assert texts(history) == ["a!", "b!"]

    def test_the_loop_variable_ends_with_the_loop(self, run: Run) -> None:
        with pytest.raises(HeadraceError, match="unknown variable 'n'"):
            run("!for n in [1]; !println '${n}'; !done; !println '${n}';")


class TestMacrosAndIncludes:
    def test_a_macro_fills_its_slots(self, run: Run, rows: Rows) -> None:
        run("""
            set one = '''select {0} as x as {1};''';
            !one 5 t;
        """)

        assert rows("t") == [{"x": 5}]

    def test_an_error_in_a_macro_shows_the_call(self, run: Run) -> None:
        with pytest.raises(HeadraceError) as caught:
            run("set bad = '''select y from {0} as u;''';\nselect 1 as x as t;\n!bad nothing;")

        assert caught.value.span is not None
        assert caught.value.span.call_chain() == ("test.mlsql:3:1",)

    def test_a_macro_that_calls_itself_ends(self, run: Run) -> None:
        with pytest.raises(ScriptError, match="brings itself in"):
            run("set again = '''!again;''';\n!again;")

    def test_an_included_script_shares_the_session(
        self, run: Run, rows: Rows, session: Session
    ) -> None:
        (session.services.root / "base.mlsql").write_text("select 4 as x as base;")

        run("include project.`base.mlsql`; select x from base as t;")

        assert rows("t") == [{"x": 4}]

    def test_an_include_cycle_is_an_error(self, run: Run, session: Session) -> None:
        (session.services.root / "a.mlsql").write_text("include project.`b.mlsql`;")
        (session.services.root / "b.mlsql").write_text("include project.`a.mlsql`;")

        with pytest.raises(ScriptError, match="brings itself in"):
            run("include project.`a.mlsql`;")


class TestLoadAndSave:
    def test_a_csv_is_loaded_with_types(self, run: Run, rows: Rows, session: Session) -> None:
        (session.services.root / "a.csv").write_text("id,name\n1,甲\n2,乙\n")

        run('load csv.`a.csv` where header="true" and inferSchema="true" as t;')

        assert rows("t") == [{"id": 1, "name": "甲"}, {"id": 2, "name": "乙"}]

    def test_a_text_of_a_variable_is_a_table(self, run: Run, rows: Rows) -> None:
        run("""set data = '''{"a": 1}\n{"a": 2}'''; load jsonStr.`data` as t;""")

        assert rows("t") == [{"a": 1}, {"a": 2}]

    def test_what_is_saved_loads_back(self, run: Run, rows: Rows) -> None:
        run("""
            select explode(array(1, 2, 3)) as x as t;
            save overwrite t as parquet.`out`;
            load parquet.`out` as back;
            select sum(x) as total from back as sums;
        """)

        assert rows("sums") == [{"total": 6}]

    def test_saving_over_something_is_refused_by_default(self, run: Run, session: Session) -> None:
        run("select 1 as x as t; save t as parquet.`out`;")

        with pytest.raises(RunError, match="exists"):
            run("save t as parquet.`out`;")

    def test_a_connection_gives_its_options(self, run: Run, rows: Rows, session: Session) -> None:
        url = f"jdbc:sqlite:{session.services.root / 'shop.db'}"

        run(f"""
            connect jdbc where url="{url}" as shop;
            !jdbc shop '''create table orders (id integer, price real)'''
                       '''insert into orders values (1, 2.5), (2, 4.0)''';
            load jdbc.`shop.orders` as orders;
            select sum(price) as total from orders as t;
        """)

        assert rows("t") == [{"total": 6.5}]


class TestCommands:
    def test_desc_lists_columns(self, run: Run) -> None:
        history = run("select 1 as x, 'a' as y as t; !desc t;")

        item = history.steps["result"].reports[0].items[0]
        assert isinstance(item, TableItem)
        assert item.rows == (("x", "int", None), ("y", "string", None))

    def test_the_last_table_gets_a_name(self, run: Run, rows: Rows) -> None:
        run("select 1 as x, 'a' as y as t; !desc t; !lastCommand named columns;")

        assert [row["col_name"] for row in rows("columns")] == ["x", "y"]

    def test_show_lists_the_names_of_the_session(self, run: Run) -> None:
        history = run("select 1 as x as t; select 2 as x as u; !show tables;")

        item = history.steps["result"].reports[0].items[0]
        assert isinstance(item, TableItem)
        assert item.rows == (("t",), ("u",))

    def test_hidden_variables_are_not_shown(self, run: Run) -> None:
        history = run('set key = "s3cret" where visible="un_select"; !show variables;')

        item = history.steps["result"].reports[0].items[0]
        assert isinstance(item, TableItem)
        assert item.rows == (("key", "(hidden)"),)

    def test_an_assertion_that_fails_ends_the_run(self, run: Run) -> None:
        with pytest.raises(RunError, match=r"assertion failed: all positive \(1 rows\)"):
            run(
                """select explode(array(1, -1)) as x as t; !assert t ''':x > 0''' "all positive";"""
            )

    def test_assertions_that_hold_let_the_run_go_on(self, run: Run, rows: Rows) -> None:
        run("""
            select explode(array(1, 2)) as x as t;
            !assert t ''':x > 0''' "all positive";
            !assertNotNullThrow t "x";
            !assertUniqueKeyThrow t "x";
            !assertConditionThrow t '''x < 3''';
            select 1 as done as u;
        """)

        assert rows("u") == [{"done": 1}]

    def test_a_rule_that_fails_is_a_row(self, run: Run, rows: Rows) -> None:
        run("""
            select explode(array(1, 1, 2)) as x as t;
            !assertUniqueKey t "x";
            !lastCommand named outcome;
        """)

        assert rows("outcome") == [{"rule": "x", "passed": False, "failures": 1}]

    def test_throw_ends_the_run_with_its_message(self, run: Run) -> None:
        with pytest.raises(RunError, match="no data today"):
            run("!throw 'no data today';")

    def test_split_makes_disjoint_tables(self, run: Run, rows: Rows) -> None:
        run("""
            select id from range(1000) as t;
            !split t with "0.8,0.2" named train,test seed 3;
            select count(*) as n from (select id from train union select id from test) as both;
            select count(*) as n from test as tests;
        """)

        assert rows("both") == [{"n": 1000}]
        assert 150 < rows("tests")[0]["n"] < 250

    def test_files_stay_inside_the_project(self, run: Run) -> None:
        with pytest.raises(RunError, match="outside the project"):
            run("!fs -rm /etc/hosts;")

    def test_files_are_listed_made_moved_and_removed(self, run: Run, session: Session) -> None:
        root = session.services.root
        (root / "a.txt").write_text("x")

        run("!fs -mkdir d; !fs -mv a.txt d/b.txt;")

        assert (root / "d" / "b.txt").read_text() == "x"
        with pytest.raises(RunError, match="is a directory"):
            run("!fs -rm d;")
        run("!fs -rm -r d;")
        assert not (root / "d").exists()

    def test_a_cell_is_saved_as_a_file(self, run: Run, session: Session) -> None:
        run("select 'hello' as content as t; !saveFile _ -i t -o hello.txt;")

        assert (session.services.root / "hello.txt").read_text() == "hello"

    def test_repartitioning_keeps_the_rows(self, run: Run, rows: Rows) -> None:
        run("""
            select id from range(100) as t;
            !tableRepartition _ -i t -num 4 -o parts;
            select count(*) as n, sum(id) as s from parts as u;
        """)

        assert rows("u") == [{"n": 100, "s": 4950}]

    def test_a_cached_table_reads_the_same(self, run: Run, rows: Rows) -> None:
        run("select id from range(10) as t; !cache t script; select sum(id) as s from t as u;")

        assert rows("u") == [{"s": 45}]


class TestSqlStatements:
    def test_a_table_of_the_catalogue_lives_in_the_session(self, run: Run, rows: Rows) -> None:
        run("""
            create temporary view numbers as select 1 as x;
            select x + 1 as y from numbers as t;
            drop view numbers;
        """)

        assert rows("t") == [{"y": 2}]


class TestModels:
    SCRIPT = """
        select id, cast(id % 10 as double) as x, case when id % 3 = 0 then 'a' else 'b' end as kind,
               case when id % 10 > 4 then 1 else 0 end as y
        from range(400) as t;
        train t as LogisticRegression.`small` where labelCol="y" and ignoreCols="id" as fit;
    """

    def test_a_trained_model_predicts(self, run: Run, rows: Rows) -> None:
        run(
            self.SCRIPT + "predict t as LogisticRegression.`small` as p;"
            "select avg(case when prediction = y then 1 else 0 end) as hits from p as u;"
        )

        assert rows("u")[0]["hits"] > 0.95

    def test_a_registered_model_is_a_function(self, run: Run, rows: Rows) -> None:
        run(
            self.SCRIPT
            + """
            register LogisticRegression.`small` as risk where output="positive";
            select max(abs(risk(*) - risk(x, kind))) as gap, max(risk(*)) as top from t as u;
            """
        )

        assert rows("u")[0]["gap"] == 0
        assert 0.9 < rows("u")[0]["top"] <= 1

    def test_a_later_text_uses_the_stored_model(self, run: Run, rows: Rows) -> None:
        run(self.SCRIPT)
        run(
            "predict t as LogisticRegression.`small` as p; select count(prediction) as n from p as u;"
        )

        assert rows("u") == [{"n": 400}]

    def test_versions_count_up(self, run: Run, session: Session) -> None:
        run(self.SCRIPT)
        run(self.SCRIPT)

        assert session.services.models.exists("small@2")

    def test_an_unregistered_function_is_gone(self, run: Run) -> None:
        with pytest.raises(HeadraceError, match="risk"):
            run(
                self.SCRIPT + "register LogisticRegression.`small` as risk; unregister risk;"
                "select risk(x, kind) as r from t as u; select * from u as v;"
            )


class TestFailures:
    def test_an_error_while_running_has_the_statements_place(self, run: Run) -> None:
        with pytest.raises(HeadraceError) as caught:
            run("select 1 as x as t;\nselect assert_true(x = 2) as y from t as u;")

        assert caught.value.span is not None
        assert caught.value.span.line == 2

    def test_an_unknown_table_of_the_result_names_the_nearest(
        self, run: Run, session: Session
    ) -> None:
        run("select 1 as x as orders;")

        with pytest.raises(RunError, match="unknown table 'oders'"):
            session.table("oders")

    def test_the_session_goes_on_after_a_failure(self, run: Run, rows: Rows) -> None:
        run("select 1 as x as t;")
        with pytest.raises(RunError):
            run("!throw 'stop';")

        run("select x from t as u;")

        assert rows("u") == [{"x": 1}]


def test_a_result_closes_its_session(session: Session) -> None:
    with session.run(Source("test.mlsql", "select 1 as x as t;")) as result:
        assert result.tables == ("t",)
        assert result.table("t").num_rows == 1


class TestCells:
    """Several texts in one session."""

    def test_tables_functions_and_models_outlive_their_text(self, run: Run, rows: Rows) -> None:
        run(TestModels.SCRIPT + "register LogisticRegression.`small` as risk;")
        run("select count(risk(x, kind)) as n from t as u;")

        assert rows("u") == [{"n": 400}]

    def test_a_text_that_fails_leaves_no_names_of_what_did_not_run(
        self, run: Run, rows: Rows
    ) -> None:
        run("select 1 as x as t;")
        with pytest.raises(RunError):
            run("select 2 as x as t; !throw 'stop'; select 3 as x as t; select 4 as x as u;")

        assert rows("t") == [{"x": 1}]
        with pytest.raises(RunError, match="unknown table 'u'"):
            rows("u")

    def test_a_text_with_a_faulty_statement_runs_none_of_its_block(
        self, run: Run, rows: Rows
    ) -> None:
        run("select 1 as x as t;")
        with pytest.raises(HeadraceError):
            run("select 2 as x as t; select y from nowhere as u;")

        run("select x from t as v;")

        assert rows("v") == [{"x": 1}]

    def test_a_text_that_is_no_script_changes_nothing(self, run: Run, rows: Rows) -> None:
        run("select 1 as x as t;")
        with pytest.raises(ScriptError):
            run("selct 2 as x as t;")

        assert rows("t") == [{"x": 1}]

    def test_an_interrupted_text_leaves_the_session_usable(
        self, run: Run, rows: Rows, session: Session
    ) -> None:
        run("select 1 as x as t;")
        timer = threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGINT])
        timer.start()
        with pytest.raises((KeyboardInterrupt, Cancelled)):
            run(
                "select sum(a.id * b.id) as s from range(1000000) a cross join range(1000000) b as s;"
            )

        assert rows("t") == [{"x": 1}]

    def test_an_interruption_from_another_thread_is_a_cancelled_run(
        self, run: Run, rows: Rows, session: Session
    ) -> None:
        threading.Timer(0.3, session.interrupt).start()
        with pytest.raises(Cancelled):
            run(
                "select sum(a.id * b.id) as s from range(1000000) a cross join range(1000000) b as s;"
            )
        run("select 1 as x as t;")

        assert rows("t") == [{"x": 1}]
