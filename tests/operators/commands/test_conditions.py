"""SQL conditions of assertions: read, and checked before the run."""

from __future__ import annotations

import pytest

from headrace.errors import RunError
from headrace.operators.commands.conditions import sql_condition
from tests.sessions import Check, Run


@pytest.mark.parametrize(
    ("condition", "sql"),
    [
        (":x > 0", "`x` > 0"),
        ("x > 0", "x > 0"),
        ("':x' = \"a:b\"", "':x' = \"a:b\""),
        ("x::int > :客户", "x::int > `客户`"),
        ("f(x)::int > 0", "f(x)::int > 0"),
    ],
)
def test_a_colon_before_a_name_means_the_column(condition: str, sql: str) -> None:
    assert sql_condition(condition) == sql


@pytest.mark.parametrize("command", ["!assert", "!assertCondition"])
class TestChecks:
    def problem(self, check: Check, command: str, condition: str) -> str:
        (found,) = check(f"select 1 as x as t;\n{command} t '''{condition}''';")
        return found

    def test_an_unknown_column(self, check: Check, command: str) -> None:
        assert "unknown column 'y' in 't'" in self.problem(check, command, "y > 0")

    def test_text_that_is_no_condition(self, check: Check, command: str) -> None:
        assert "cannot be read" in self.problem(check, command, "(x > 0")

    def test_a_condition_that_is_no_truth(self, check: Check, command: str) -> None:
        assert "boolean" in self.problem(check, command, "x")


class TestRuns:
    def test_a_null_does_not_hold(self, run: Run) -> None:
        with pytest.raises(RunError, match=r"all positive \(1 rows\)"):
            run("""select cast(null as int) as x as t; !assert t ''':x > 0''' "all positive";""")

    def test_a_comment_in_the_condition_does_no_harm(self, run: Run) -> None:
        run("select 1 as x as t; !assert t '''x > 0 -- of course''';")
