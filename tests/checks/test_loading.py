"""What a check loads: a library that no statement needs would only make people wait."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ENGINE = {"pysail", "grpc", "pyspark.sql.connect"}
LEARNING = {"sklearn", "skops", "scipy"}
ARROW = {"pyarrow", "numpy", "pyspark"}
OTHERS = {"pandas", "sqlalchemy", "deltalake", "altair", "python_calamine"}

PROGRAM = """
import json, sys
from headrace.app import open_workspace
from headrace.graph.span import Source
with open_workspace(".") as workspace:
    found = workspace.check(Source("script", sys.argv[1]))
assert not found.errors, found.errors
print(json.dumps(sorted(sys.modules)))
"""


def loaded(script: str, folder: Path) -> set[str]:
    """The modules that a process has loaded after its check of a script."""
    command = [sys.executable, "-c", PROGRAM, script]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return set(json.loads(done.stdout))


class TestLoading:
    @pytest.mark.parametrize(
        ("script", "unneeded"),
        [
            ("set x = 'a'; !println '${x}';", ENGINE | LEARNING | ARROW | OTHERS | {"sqlglot"}),
            ("load csv.`t.csv` as t; !desc t;", ENGINE | LEARNING | OTHERS | {"sqlglot"}),
            (
                "load csv.`t.csv` where header=true and inferSchema=true as t; select a + 1 as b from t as u; !desc u;",
                LEARNING | OTHERS,
            ),
        ],
        ids=["no table", "a file", "a query"],
    )
    def test_a_check_loads_only_what_the_script_needs(
        self, script: str, unneeded: set[str], tmp_path: Path
    ) -> None:
        (tmp_path / "t.csv").write_text("a,b\n1,x\n")

        assert loaded(script, tmp_path) & unneeded == set()
