"""What each command prints, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Call

TRAINING = """
select cast(id % 10 as double) as x, case when id % 10 > 4 then 1 else 0 end as y
from range(200) as t;
train t as LogisticRegression.`small` where labelCol="y";
"""


class TestRun:
    def test_shows_the_last_table(self, headrace: Call, project: Path) -> None:
        (project / "a.mlsql").write_text("select 1 as x, '客户' as name as t;")

        outcome = headrace("run", "a.mlsql")

        assert outcome.code == 0
        assert "客户" in outcome.output

    def test_a_script_with_errors_runs_nothing(self, headrace: Call, project: Path) -> None:
        (project / "a.mlsql").write_text(
            "select 1 as x as t; save t as parquet.`out`; select y from t as u;"
        )

        outcome = headrace("run", "a.mlsql")

        assert outcome.code == 1
        assert "a.mlsql:1:53: unknown column 'y' in 't'" in outcome.errors
        assert not (project / "out").exists()

    def test_variables_come_from_the_command_line(self, headrace: Call, project: Path) -> None:
        (project / "a.mlsql").write_text("select ${n} + 1 as n as t;")

        outcome = headrace("run", "a.mlsql", "--set", "n=41", "--json")

        shown = json.loads(outcome.output)["steps"][-1]["shows"][0]["items"][0]
        assert shown["rows"] == [[42]]

    def test_a_failure_is_1_with_the_place(self, headrace: Call, project: Path) -> None:
        (project / "a.mlsql").write_text("!println 'first';\n!throw 'no data';")

        outcome = headrace("run", "a.mlsql")

        assert outcome.code == 1
        assert outcome.output == "first\n"
        assert outcome.errors.splitlines()[:2] == [
            "a.mlsql:2:1: no data",
            "   2 | !throw 'no data';",
        ]

    def test_the_report_shows_no_hidden_value(self, headrace: Call, project: Path) -> None:
        (project / "a.mlsql").write_text(
            'set key = "s3cret-value" where visible="un_select";\n!println "done";'
        )

        outcome = headrace("run", "a.mlsql", "--report", "r.html")

        assert outcome.code == 0
        assert "done" in (project / "r.html").read_text()
        assert "s3cret-value" not in (project / "r.html").read_text()

    def test_a_long_table_says_that_there_is_more(self, headrace: Call, project: Path) -> None:
        (project / "a.mlsql").write_text("select id from range(50) as t;")

        assert "the first 20 rows" in headrace("run", "a.mlsql").output

    def test_a_dry_run_plans_and_runs_nothing(self, headrace: Call, project: Path) -> None:
        (project / "a.mlsql").write_text("select 1 as x as t; save t as parquet.`out`;")

        outcome = headrace("run", "a.mlsql", "--dry-run")

        assert outcome.code == 0
        assert "stage 1 on embedded" in outcome.output
        assert not (project / "out").exists()

    def test_json_tells_of_a_failure(self, headrace: Call, project: Path) -> None:
        (project / "a.mlsql").write_text("!throw 'no data';")

        outcome = headrace("run", "a.mlsql", "--json")

        assert outcome.code == 1
        told = json.loads(outcome.output)
        assert told["status"] == "failed"
        assert told["problems"][0]["message"] == "no data"

    def test_reads_standard_input(self, headrace: Call, project: Path, monkeypatch: object) -> None:
        import io

        import pytest

        assert isinstance(monkeypatch, pytest.MonkeyPatch)
        monkeypatch.setattr("sys.stdin", io.StringIO("select 7 as seven as t;"))

        outcome = headrace("run", "-")

        assert outcome.code == 0
        assert "seven" in outcome.output


class TestCheck:
    def test_reports_all_problems_for_programs(self, headrace: Call, project: Path) -> None:
        (project / "a.mlsql").write_text("select 1 as x as t;\nselect y, z from t as u;")

        outcome = headrace("check", "a.mlsql", "--json")

        problems = json.loads(outcome.output)["problems"]
        assert outcome.code == 1
        assert [(p["line"], p["column"], p["code"]) for p in problems] == [
            (2, 8, "unknown-column"),
            (2, 11, "unknown-column"),
        ]

    def test_warnings_alone_are_fine(self, headrace: Call, project: Path) -> None:
        (project / "a.mlsql").write_text("select 1 as x as unused;\nselect 2 as x as t;")

        outcome = headrace("check", "a.mlsql")

        assert outcome.code == 0
        assert "warning" in outcome.errors

    def test_offline_reads_no_data(self, headrace: Call, project: Path) -> None:
        (project / "a.mlsql").write_text("load csv.`absent.csv` as t; select a from t as u;")

        assert headrace("check", "a.mlsql", "--offline").code == 0
        assert headrace("check", "a.mlsql").code == 1


class TestExplain:
    def test_shows_each_step_and_why(self, headrace: Call, project: Path) -> None:
        (project / "a.mlsql").write_text("select 1 as x as t; select x from t as u;")

        outcome = headrace("explain", "a.mlsql")

        assert outcome.code == 0
        assert "stage 1 on embedded" in outcome.output
        assert "select" in outcome.output

    def test_json_holds_the_plan(self, headrace: Call, project: Path) -> None:
        (project / "a.mlsql").write_text("select 1 as x as t;")

        plan = json.loads(headrace("explain", "a.mlsql", "--json").output)

        placements = plan["blocks"][0]["stages"][0]["placements"]
        assert [p["step"] for p in placements] == ["t"]


class TestFmt:
    def test_lays_out_a_file(self, headrace: Call, project: Path) -> None:
        script = project / "a.mlsql"
        script.write_text("LOAD csv.`a.csv` WHERE header='true' AS t; -- keep me\n")

        assert headrace("fmt", "a.mlsql").code == 0
        formatted = script.read_text()

        assert formatted.startswith("load csv.`a.csv`")
        assert "-- keep me" in formatted
        assert headrace("fmt", "--check", "a.mlsql").code == 0

    def test_check_changes_nothing(self, headrace: Call, project: Path) -> None:
        script = project / "a.mlsql"
        script.write_text("SET   a = 'x'  ;")

        assert headrace("fmt", "--check", "a.mlsql").code == 1
        assert script.read_text() == "SET   a = 'x'  ;"


class TestModels:
    def test_lists_shows_and_removes(self, headrace: Call, project: Path) -> None:
        (project / "a.mlsql").write_text(TRAINING)
        assert headrace("run", "a.mlsql").code == 0
        assert headrace("run", "a.mlsql").code == 0

        listed = json.loads(headrace("models", "list", "--json").output)
        assert [(m["name"], m["version"]) for m in listed] == [("small", 1), ("small", 2)]
        assert "LogisticRegression" in headrace("models", "show", "small").output
        assert headrace("models", "rm", "small@1").output == "removed small@1\n"
        assert "small@2" in headrace("models", "list").output
        assert "small@1" not in headrace("models", "list").output

    def test_an_unknown_model_names_the_nearest(self, headrace: Call, project: Path) -> None:
        (project / "a.mlsql").write_text(TRAINING)
        headrace("run", "a.mlsql")

        outcome = headrace("models", "show", "smal")

        assert outcome.code == 1
        assert "small" in outcome.errors

    def test_removing_all_versions_must_be_meant(self, headrace: Call) -> None:
        assert headrace("models", "rm", "small").code == 2


class TestOperators:
    def test_lists_all_kinds(self, headrace: Call) -> None:
        output = headrace("operators").output

        assert all(f"{kind}s" in output for kind in ("algorithm", "operator", "command", "format"))
        assert "GBTClassifier" in output

    def test_shows_one_by_any_of_its_names(self, headrace: Call) -> None:
        output = headrace("operators", "gbts").output

        assert "GBTClassifier" in output
        assert "learning_rate" in output
        assert "stepSize" in output

    def test_an_unknown_one_names_the_nearest(self, headrace: Call) -> None:
        outcome = headrace("operators", "RandomForrest")

        assert outcome.code == 1
        assert "did you mean 'RandomForest'" in outcome.errors

    def test_json_holds_a_schema_of_the_parameters(self, headrace: Call) -> None:
        entries = json.loads(headrace("operators", "KMeans", "--json").output)

        assert entries[0]["kind"] == "algorithm"
        assert "properties" in entries[0]["schema"]


class TestSample:
    def test_writes_the_credit_clients(self, headrace: Call, project: Path) -> None:
        assert headrace("sample", "credit", "-o", "data/c.csv", "--rows", "10").code == 0

        assert len((project / "data" / "c.csv").read_text().splitlines()) == 11
