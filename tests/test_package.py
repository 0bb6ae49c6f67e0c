"""The package's public names."""

from __future__ import annotations

import subprocess
import sys

import headrace


class TestPublicNames:
    def test_each_is_there(self) -> None:
        assert all(getattr(headrace, name) is not None for name in headrace.__all__)

    def test_functions_stay_functions_whatever_was_used_before(self) -> None:
        with headrace.run("select 1 as x as t;") as result:
            assert result.table("t").to_pylist() == [{"x": 1}]

        assert headrace.check("select 1 as x as t;").problems == ()
        assert len(headrace.explain("select 1 as x as t;")) == 1

    def test_importing_it_is_quick(self) -> None:
        """Nothing heavy loads before it is used."""
        program = (
            "import sys, headrace;"
            "print(sorted({'pyspark', 'pyarrow', 'pandas', 'sqlglot'} & set(sys.modules)))"
        )

        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        )

        assert done.stdout.strip() == "[]"
