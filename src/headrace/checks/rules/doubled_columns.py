"""Files and databases cannot hold two columns of one name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from headrace.checks.rules.checked import Checked
from headrace.checks.rules.overwritten_sources import saves
from headrace.errors import Problem


def doubled_columns(checked: Checked) -> Iterable[Problem]:
    """Report saves of tables that have a column's name twice, whatever its case."""
    for block in checked.blocks:
        for step, _ in saves(block):
            schema = checked.schema_at(step)
            counts = Counter(name.casefold() for name in schema.names) if schema else Counter[str]()
            doubled = [name for name, count in counts.items() if count > 1]
            if doubled:
                listed = ", ".join(f"'{name}'" for name in doubled)
                yield Problem(
                    f"the table that is saved here has several columns {listed}",
                    step.span,
                    "give each its own name by 'as'",
                    code="doubled-column",
                )
