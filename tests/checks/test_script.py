"""The check of whole scripts: everything at once, each problem at its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from headrace.app import Workspace
from headrace.checks.pipeline import CheckResult
from headrace.graph.span import Source
from headrace.samples.credit import write_credit_clients

Check = Callable[..., CheckResult]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("project")
    write_credit_clients(folder / "clients.csv", rows=200)
    with Workspace(folder) as made:
        yield made


@pytest.fixture
def check(workspace: Workspace) -> Check:
    def check_text(text: str, **variables: str) -> CheckResult:
        return workspace.check(Source("test.mlsql", text), variables)

    return check_text


def told(result: CheckResult) -> list[tuple[int, int, str]]:
    """Line, column and message of every problem."""
    return [
        (problem.span.line, problem.span.column, problem.message)
        for problem in result.problems
        if problem.span is not None
    ]


LOAD = 'load csv.`clients.csv` where header="true" and inferSchema="true" as clients;'

DEFECTS = f"""\
{LOAD}
load csv.`cleints.csv` where header="true" as missing_file;
load csv.`clients.csv` where headr="true" as unknown_option;
load csv.`clients.csv` where header="perhaps" as wrong_value;
load cvs.`clients.csv` as unknown_format;
select LIMIT_BALL, AGEE from clients as unknown_columns;
select * from client as unknown_table;
select averag(AGE) as a from clients as unknown_function;
select AGE + array(1) as a from clients as type_mismatch;
selct 1 as x as syntax_error;
train clients as RandomForrest.`m` where labelCol="SEX";
train clients as RandomForest.`m` where labelCol="SEX" and features="SEX,AGE";
predict clients as RandomForest.`no_such_model` as p;
select array(cast(AGE as double)) as features, SEX from clients as vectors;
train vectors as LogisticRegression.`m` where labelCol="features" and featuresCol="SEX";
run clients as ClassificationEvaluator.`` where labelCol="SEX" as metrics;
select 1 as x as never_used;
!desc clients;
"""


class TestPlantedDefects:
    def test_each_of_sixteen_is_reported_at_its_place(self, check: Check) -> None:
        assert told(check(DEFECTS)) == [
            (2, 11, "no file or directory 'cleints.csv'"),
            (3, 30, "csv has no option 'headr'"),
            (4, 38, "option 'header' of csv: \"perhaps\" is refused: expected true or false"),
            (5, 6, "unknown format 'cvs'"),
            (6, 8, "unknown column 'LIMIT_BALL' in 'clients'"),
            (6, 20, "unknown column 'AGEE' in 'clients'"),
            (7, 15, "unknown table 'client'"),
            (8, 8, "unknown function 'averag'"),
            (9, 8, "cannot calculate bigint + array<int>"),
            (10, 1, "unknown statement 'selct'"),
            (11, 18, "unknown operator 'RandomForrest'"),
            (12, 70, "the label 'SEX' is among the features"),
            (13, 34, "no model 'no_such_model'"),
            (
                15,
                57,
                "the label 'features' is array<double>, which LogisticRegression cannot predict",
            ),
            (16, 1, "ClassificationEvaluator finds neither predictions nor probabilities"),
            (17, 18, "nothing reads the table 'never_used'"),
        ]

    def test_every_one_has_a_hint(self, check: Check) -> None:
        without = [p.message for p in check(DEFECTS).problems if not p.hint]

        assert without == ["option 'header' of csv: \"perhaps\" is refused: expected true or false"]

    def test_the_nearest_name_is_proposed(self, check: Check) -> None:
        hints = {problem.message: problem.hint or "" for problem in check(DEFECTS).problems}

        assert hints["unknown table 'client'"].startswith("did you mean 'clients'?")
        assert hints["unknown format 'cvs'"].startswith("did you mean 'csv'?")
        assert hints["unknown operator 'RandomForrest'"].startswith("did you mean 'RandomForest'?")


class TestWhatDependsOnAFault:
    def test_is_not_reported_again(self, check: Check) -> None:
        result = check("select y from nowhere as t; select z from t as u; select w from u as v;")

        assert told(result) == [(1, 15, "unknown table 'nowhere'")]

    def test_nor_what_depends_on_a_statement_that_could_not_be_read(self, check: Check) -> None:
        result = check("selct 1 as x as t;\nselect y from t as u;")

        assert told(result) == [(1, 1, "unknown statement 'selct'")]

    def test_all_faults_of_one_statement_are(self, check: Check) -> None:
        result = check("select a, b from t1 join t2 as u;")

        assert [message for _, _, message in told(result)] == [
            "unknown table 't1'",
            "unknown table 't2'",
        ]


class TestBranches:
    def test_a_branch_that_a_constant_decides_is_walked_alone(self, check: Check) -> None:
        result = check("""set n = "1";
            !if ''' :n == 1 '''; select 1 as x as t; !else; select y from no as t; !fi;
            select x from t as u;""")

        assert told(result) == []

    def test_both_arms_are_checked_when_only_a_run_decides(self, check: Check) -> None:
        result = check("""set n = "select 1" where type="sql";
            !if ''' :n == 1 '''; select a from t1 as t; !else; select b from t2 as t; !fi;
            select x from t as u;""")

        assert [message for _, _, message in told(result)] == [
            "unknown table 't1'",
            "unknown table 't2'",
        ]

    def test_a_table_that_every_arm_makes_may_be_read(self, check: Check) -> None:
        result = check("""set n = "select 1" where type="sql";
            !if ''' :n == 1 '''; select 1 as x as t; !else; select 2 as x as t; !fi;
            select x from t as u;""")

        assert told(result) == []

    def test_a_table_of_a_branch_not_taken_is_an_error_that_says_so(self, check: Check) -> None:
        result = check("!if ''' 1 > 2 '''; select 1 as x as t; !fi; select x from t as u;")

        assert [message for _, _, message in told(result)] == [
            "table 't' is defined only in a branch that was not taken"
        ]


class TestTemplates:
    def test_a_fault_in_expanded_text_is_placed_where_it_was_written(self, check: Check) -> None:
        result = check(f'{LOAD}\nset c = "AGEE";\nselect ${{c}} + 1 as x from clients as t;')

        assert told(result) == [(3, 8, "unknown column 'AGEE' in 'clients'")]

    def test_a_fault_in_a_macro_names_the_call(self, check: Check) -> None:
        result = check(f"{LOAD}\nset m = '''select AGEE from {{0}} as t;''';\n!m clients;")

        (problem,) = result.problems
        assert problem.message == "unknown column 'AGEE' in 'clients'"
        assert problem.span is not None
        assert problem.span.call_chain() == ("test.mlsql:3:1",)

    def test_what_hangs_on_a_query_is_left_to_the_run(self, check: Check) -> None:
        result = check(f"""{LOAD}
            set c = "select 'AGE'" where type="sql";
            select ${{c}} from clients as t;
            select whatever from t as u;""")

        assert told(result) == []


class TestWrittenPlaces:
    def test_a_load_knows_what_an_earlier_save_writes(self, check: Check) -> None:
        result = check("""select 1 as x as t;
            save overwrite t as parquet.`out`;
            load parquet.`out` as back;
            select x, y from back as u;""")

        assert [message for _, _, message in told(result)] == ["unknown column 'y' in 'back'"]

    def test_a_save_into_a_place_that_exists_is_refused(
        self, check: Check, workspace: Workspace
    ) -> None:
        (workspace.root / "there").mkdir(exist_ok=True)
        (workspace.root / "there" / "part.parquet").write_text("x")

        result = check("select 1 as x as t; save t as parquet.`there`;")

        assert len(result.errors) == 1
        assert "exists" in result.errors[0].message


class TestLaterVersions:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("load kafka.`t` as t;", "format 'kafka' is not available in this version"),
            ("!scheduler;", "the command !scheduler is not available in this version"),
            (
                "select 1 as x as t; train t as XGBoostClassifier.`m`;",
                "the operator 'XGBoostClassifier' is not available in this version",
            ),
        ],
    )
    def test_they_parse_and_are_refused_with_the_reason(
        self, check: Check, text: str, message: str
    ) -> None:
        assert [problem.message for problem in check(text).errors] == [message]


def test_a_script_may_be_checked_without_any_engine(tmp_path: Path) -> None:
    with Workspace(tmp_path) as workspace:
        workspace.check(Source("a", 'set x = "1"; !println "${x}";'))

        assert "engine" not in workspace.__dict__
