"""Exit codes, help and completion."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from headrace.cli.main import COMMANDS
from tests.cli.conftest import Call


class TestHelp:
    def test_lists_every_command(self, headrace: Call) -> None:
        outcome = headrace("--help")

        assert outcome.code == 0
        assert all(f"  {name} " in outcome.output for name in COMMANDS)

    @pytest.mark.parametrize("command", COMMANDS)
    def test_every_command_has_help(self, headrace: Call, command: str) -> None:
        outcome = headrace(command, "--help")

        assert outcome.code == 0
        assert "Usage: headrace" in outcome.output

    def test_loads_no_heavy_library(self) -> None:
        """Start-up is what a user waits for at every call."""
        program = (
            "import sys; from headrace.cli.main import exit_code; exit_code(['--help']);"
            "heavy = {'pyspark', 'pysail', 'pyarrow', 'pandas', 'numpy', 'sklearn', 'pydantic',"
            " 'sqlglot', 'rich', 'altair', 'sqlalchemy'};"
            "print('loaded:', sorted(heavy & set(sys.modules)))"
        )

        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        )

        assert done.stdout.rstrip().endswith("loaded: []")


class TestExitCodes:
    def test_a_wrong_call_is_2(self, headrace: Call) -> None:
        outcome = headrace("rnu", "x.mlsql")

        assert outcome.code == 2
        assert "did you mean 'run'?" in outcome.errors

    def test_a_wrong_option_is_2(self, headrace: Call) -> None:
        assert headrace("run", "--nonsense").code == 2

    def test_a_missing_script_is_1_and_names_the_nearest(
        self, headrace: Call, project: Path
    ) -> None:
        (project / "churn.mlsql").write_text("select 1 as x as t;")

        outcome = headrace("check", "chrun.mlsql")

        assert outcome.code == 1
        assert "did you mean 'churn.mlsql'?" in outcome.errors
        assert "Traceback" not in outcome.errors

    def test_a_script_that_is_not_utf8_is_1(self, headrace: Call, project: Path) -> None:
        (project / "gbk.mlsql").write_bytes("select '客户' as x as t;".encode("gbk"))

        outcome = headrace("check", "gbk.mlsql")

        assert outcome.code == 1
        assert "not UTF-8" in outcome.errors


class TestCompletion:
    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_prints_the_shells_script(self, headrace: Call, shell: str) -> None:
        outcome = headrace("completion", shell)

        assert outcome.code == 0
        assert "_HEADRACE_COMPLETE" in outcome.output
