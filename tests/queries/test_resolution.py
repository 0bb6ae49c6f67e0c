"""Names of queries against tables: cases in text, faults in text."""

from __future__ import annotations

import pytest

from tests.queries.cases import Case, cases

CASES = tuple(cases())


@pytest.mark.parametrize("case", CASES, ids=[case.title for case in CASES])
def test_every_fault_is_found_at_its_place(case: Case) -> None:
    assert case.found() == case.expected
