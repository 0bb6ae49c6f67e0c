"""What statements mean to those after them: variables, macros, includes, and what stays hidden."""

from __future__ import annotations

from pathlib import Path

import pytest

from headrace.app import Workspace
from headrace.errors import HeadraceError, ScriptError
from headrace.graph.span import Source
from headrace.runtime.session import Session
from tests.sessions import Check, Open, Rows, Run, shown_table, texts

HIDDEN = 'set pw = "s3cret" where visible="un_select";\n'


class TestSet:
    def test_words_numbers_and_literals_are_texts(self, run: Run) -> None:
        history = run("set a = 5; set b = true; set c = word; !println '${a} ${b} ${c}';")

        assert texts(history) == ["5 true word"]

    def test_what_the_caller_sets_goes_before_a_default(self, run: Run) -> None:
        history = run('set n = "1" where type="defaultParam"; !println "${n}";', n="7")

        assert texts(history) == ["7"]

    def test_a_plain_set_goes_before_what_the_caller_sets(self, run: Run) -> None:
        assert texts(run('set n = "1"; !println "${n}";', n="7")) == ["1"]

    def test_a_default_does_not_replace_a_value(self, run: Run) -> None:
        history = run('set n = "1"; set n = "2" where type="defaultParam"; !println "${n}";')

        assert texts(history) == ["1"]

    @pytest.mark.parametrize("option", ['type="sqll"', 'scope="all"', 'visible="no"', 'typo="x"'])
    def test_wrong_options_are_found_before_the_run(self, check: Check, option: str) -> None:
        assert len(check(f'set n = "1" where {option};')) == 1

    def test_a_setting_of_the_engine_is_no_variable(self, check: Check) -> None:
        found = check('set k.k = "1" where type="conf"; !println "${k.k}";')

        assert [line.split(":")[2] for line in found] == [" unknown variable 'k'"]

    def test_half_a_character_is_refused(self, run: Run) -> None:
        with pytest.raises(ScriptError, match="half a character"):
            run("!println '\ud800';")


class TestHiddenVariables:
    @pytest.mark.parametrize(
        "statement",
        [
            'select "${pw}" as p as t;',
            'set x = "a${pw}"; select "${x}" as p as t;',
            """!for x in ["${pw}"]; select '${x}' as p as t; !done;""",
            """!if ''' select concat(:pw, "") as :b; :b != "" '''; select '${b}' as p as t; !fi;""",
            """set m = '''select "{0}" as p as t;'''; !m "${pw}";""",
            "load script.`pw` as t;",
            "load jsonStr.`pw` as t;",
        ],
    )
    def test_they_do_not_enter_tables(self, run: Run, check: Check, statement: str) -> None:
        with pytest.raises(ScriptError, match="hidden"):
            run(HIDDEN + statement)

        assert any("hidden-variable" in line for line in check(HIDDEN + statement))

    @pytest.mark.parametrize(
        "statement",
        [
            "!println '${pw}';",
            "select 1 as x as t; !assertCondition t '''x <> '${pw}' ''';",
            "!throw 'no ${pw}';",
            "load csv.`${pw}.csv` as t;",
            'load csv.`a.csv` where header="${pw}" as t;',
            "!if ''' :pw + 1 > 2 '''; !fi;",
            "!nothing '${pw}';",
        ],
    )
    def test_nothing_that_is_shown_holds_them(
        self, session: Session, workspace: Workspace, statement: str
    ) -> None:
        seen: list[object] = []
        source = Source("test.mlsql", HIDDEN + statement)

        try:
            session.run(source, {}, seen.append)
        except HeadraceError as error:
            seen.append(str(error))
        seen += [str(problem) for problem in workspace.check(source).problems]

        assert seen
        assert "s3cret" not in "".join(map(repr, seen))

    def test_they_work_where_they_are_needed(self, run: Run, rows: Rows, tmp_path: Path) -> None:
        (tmp_path / "s3cret.csv").write_text("a\n1\n")

        run(HIDDEN + 'load csv.`${pw}.csv` where header="true" as t;')

        assert rows("t") == [{"a": "1"}]

    def test_the_list_of_variables_names_them_only(self, run: Run) -> None:
        history = run(HIDDEN + "!show variables;")

        assert shown_table(history).rows == (("pw", "(hidden)"),)


class TestShell:
    def test_a_command_is_refused_at_the_check_and_at_the_run(self, run: Run, check: Check) -> None:
        script = "set who = `whoami`;"

        with pytest.raises(ScriptError, match="not allowed"):
            run(script)
        assert check(script) == ["1:11 shell: shell commands are not allowed here"]

    def test_where_it_is_allowed_its_output_is_the_value(
        self, tmp_path: Path, open_workspace: Open
    ) -> None:
        (tmp_path / "headrace.toml").write_text("allow_shell = true\n")
        session = open_workspace(tmp_path).session()

        history = session.run(Source("t", "set x = `echo one; echo two`; !println '${x}';")).history

        assert texts(history) == ["one\ntwo"]
        session.close()


class TestRunTimeExpressions:
    def test_they_are_computed_in_option_values(self, run: Run, rows: Rows, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("x\n1\n2\n")

        run("""set n = "1";
               load csv.`a.csv` where skipFirstNLines=":{cast(:n as int) + 1}" as t;""")

        assert rows("t") == [{"_c0": "2"}]

    def test_a_wrong_one_is_found_at_its_place(self, check: Check) -> None:
        found = check('load csv.`a.csv` where header=":{:nope}" as t;')

        assert found == ["1:34 unknown-variable: unknown variable ':nope'"]


class TestMacros:
    def test_a_macro_calls_another(self, run: Run, rows: Rows) -> None:
        run("""
            set inner = '''select {0} as x as {1};''';
            set outer = '''!inner {0} {1}; select x + 1 as x from {1} as {2:sum};''';
            !outer 3 t;
        """)

        assert rows("sum") == [{"x": 4}]

    @pytest.mark.parametrize(
        ("macro", "call", "printed"),
        [
            ("{} {}", "a b", "a b"),
            ("{1} {0}", "a b", "b a"),
            ("{0} {1:none}", "a", "a none"),
            ("{-1:next(named,nothing)}", "x named y", "y"),
            ("{-1:next(named,nothing)}", "x", "nothing"),
            ("{:all}", "a 'b c'", '["a", "b c"]'),
            ("${path} ${t}", "_ -path p -t q", "p q"),
        ],
    )
    def test_every_kind_of_slot(self, run: Run, macro: str, call: str, printed: str) -> None:
        history = run(f"""set m = "!println '''{macro}''';"; !m {call};""")

        assert texts(history) == [printed]

    def test_an_error_shows_the_whole_chain_of_calls(self, run: Run) -> None:
        with pytest.raises(HeadraceError) as caught:
            run("set a = '''!b;''';\nset b = '''select x from nowhere as t;''';\n!a;")

        assert caught.value.span is not None
        assert caught.value.span.call_chain() == ("test.mlsql:3:1", "!a:1:1")

    def test_a_value_that_was_computed_is_no_macro(self, run: Run) -> None:
        with pytest.raises(ScriptError, match="holds a value that was computed"):
            run('set m = "select 1" where type="sql"; !m;')

    def test_an_unknown_command_names_the_nearest_macro(self, run: Run) -> None:
        with pytest.raises(ScriptError) as caught:
            run("set clean = '''!println 'x';'''; !claen;")

        assert "did you mean 'clean'" in str(caught.value.hint)


class TestIncludes:
    @pytest.mark.parametrize(
        ("statement", "message"),
        [
            ("include lib.`github.com/a/b`;", "not allowed"),
            ("include http.`http://example.com/a`;", "not allowed"),
            ("include hdfs.`/a`;", "not available"),
            ("include project.`nope`;", "there is no script"),
        ],
    )
    def test_what_cannot_be_included_says_why(
        self, check: Check, statement: str, message: str
    ) -> None:
        (found,) = check(statement)

        assert message in found

    def test_after_a_faulty_include_names_are_not_reported(self, check: Check) -> None:
        found = check("include project.`nope`; select a from its_table as t; !its_macro;")

        assert len(found) == 1
