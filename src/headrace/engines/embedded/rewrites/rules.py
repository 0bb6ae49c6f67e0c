"""The rules in the order in which they work."""

from __future__ import annotations

from headrace.engines.embedded.rewrites import (
    approximate_percentiles,
    cte_names,
    decode,
    exploded_maps,
    group_by_all,
    higher_order,
    lateral_aliases,
    lateral_view,
    logarithm,
    partitioning,
    pivot,
    regexp_groups,
    star_except,
    statements,
    using_columns,
    weekday,
)
from headrace.engines.embedded.rewrites.rule import Rule

RULES: tuple[Rule, ...] = (
    *statements.RULES,
    cte_names.RULE,
    star_except.RULE,
    using_columns.RULE,
    lateral_aliases.RULE,
    pivot.RULE,
    lateral_view.RULE,
    exploded_maps.RULE,
    group_by_all.GROUP_RULE,
    group_by_all.ORDER_RULE,
    *partitioning.RULES,
    logarithm.RULE,
    weekday.RULE,
    decode.RULE,
    approximate_percentiles.RULE,
    regexp_groups.RULE,
    *higher_order.RULES,
)
