"""Rules on whole programs, one a file; they see all steps and what is known of their outputs."""

from collections.abc import Callable, Iterable

from headrace.checks.rules.checked import Checked
from headrace.checks.rules.doubled_columns import doubled_columns
from headrace.checks.rules.doubled_targets import doubled_targets
from headrace.checks.rules.overwritten_sources import overwritten_sources
from headrace.checks.rules.unused_tables import unused_tables
from headrace.errors import Problem

Rule = Callable[[Checked], Iterable[Problem]]

RULES: tuple[Rule, ...] = (unused_tables, overwritten_sources, doubled_targets, doubled_columns)

__all__ = ["RULES", "Checked", "Rule"]
