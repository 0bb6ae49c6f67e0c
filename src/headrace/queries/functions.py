"""Spark SQL's own functions, by name."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

UNIT_FUNCTIONS = frozenset(
    {"timestampadd", "timestampdiff", "dateadd", "date_add", "datediff", "date_diff"}
)
"""Functions whose first of three arguments is a word such as ``DAY``, not a column."""

GENERATED_COLUMNS = {"range": ("id",), "explode": ("col",), "explode_outer": ("col",)}
"""What table functions call their columns when no alias does."""


@cache
def spark_functions() -> frozenset[str]:
    """The names of Spark 4's functions, in lower case."""
    text = files("headrace.queries").joinpath("spark_functions.txt").read_text("utf-8")
    return frozenset(text.split())
