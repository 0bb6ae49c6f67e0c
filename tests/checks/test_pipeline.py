"""Scripts and the problems that a check finds in them: cases in text, problems in text."""

from __future__ import annotations

import pytest

from headrace.graph.protocols import Analyzer
from tests.checks.cases import Case, cases

CASES = tuple(cases())


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_every_problem_is_found_at_its_place(case: Case, analyzer: Analyzer) -> None:
    assert case.found(analyzer) == case.expected
