"""What the embedded engine can do, as data; the planner and the documentation read it."""

from __future__ import annotations

from headrace.engines.embedded.rewrites import REFUSALS, RULES
from headrace.engines.memory import Budget
from headrace.planner.capabilities import Capabilities

DIFFERENT = {
    "+, -, * of integers": "an overflow wraps around; Spark ends the query",
    "array[i] with a computed i": "is refused; get(array, i) works",
    "array_contains(a, x)": "is false, not null, where a holds a null and not x",
    "cast(double as string)": "writes 10000000000.0 where Spark writes 1.0E10",
    "round(double, n)": "rounds the binary number; Spark rounds its shortest decimal writing",
    "percentile_approx": "interpolates, and gives a double; Spark gives a value of the column",
    "regular expressions": "have no look-around and no back-references",
    "'1' + 1": "is refused; cast the text first",
    "case when … then 1/0 end": "divisions of constants fail although their branch is not taken",
}
"""Where Sail's results differ from Spark's and no rewrite mends it."""

BYTES_PER_SECOND = 200e6
"""Parquet read, filtered and aggregated on two cores; measured with TPC-H SF1."""


def capabilities(shares: Budget) -> Capabilities:
    """What the engine can do with this share of the memory."""
    return Capabilities(
        lowered={rule.feature: rule.instead for rule in RULES},
        refused={refusal.feature: refusal.reason for refusal in REFUSALS},
        differs=DIFFERENT,
        memory_bytes=shares.engine,
        start_seconds=0.04,
        bytes_per_second=BYTES_PER_SECOND,
    )
