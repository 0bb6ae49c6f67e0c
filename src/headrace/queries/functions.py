"""Spark SQL's own functions, by name."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

UNIT_FUNCTIONS = frozenset(
    {"timestampadd", "timestampdiff", "dateadd", "date_add", "datediff", "date_diff"}
)
"""Functions whose first of three arguments is a word such as ``DAY``, not a column."""

_AGGREGATE_NAMES = """
any any_value approx_count_distinct approx_percentile array_agg avg bit_and bit_or bit_xor
bool_and bool_or collect_list collect_set corr count count_if count_min_sketch covar_pop
covar_samp every first first_value grouping grouping_id histogram_numeric hll_sketch_agg
kurtosis last last_value listagg max max_by mean median min min_by mode percentile
percentile_approx percentile_cont percentile_disc regr_avgx regr_avgy regr_count regr_intercept
regr_r2 regr_slope regr_sxx regr_sxy regr_syy skewness some std stddev stddev_pop stddev_samp
string_agg sum try_avg try_sum var_pop var_samp variance
"""
AGGREGATES = frozenset(_AGGREGATE_NAMES.split())
"""Functions that make one value of many rows."""

GENERATED_COLUMNS = {"range": ("id",), "explode": ("col",), "explode_outer": ("col",)}
"""What table functions call their columns when no alias does."""


@cache
def spark_functions() -> frozenset[str]:
    """The names of Spark 4's functions, in lower case."""
    text = files("headrace.queries").joinpath("spark_functions.txt").read_text("utf-8")
    return frozenset(text.split())
