"""Small rewrites of Spark SQL for what Sail lacks, one file a rule; other text stays as it is.

``lower`` is the way in. A text that contains none of the rules' words is not even tokenised.
"""

from __future__ import annotations

import re

from headrace.engines.embedded.rewrites.refusals import REFUSALS, Refusal, UnsupportedError
from headrace.engines.embedded.rewrites.rule import ColumnsOf, Rule
from headrace.engines.embedded.rewrites.rules import RULES
from headrace.engines.embedded.rewrites.statement import Statement

__all__ = ["REFUSALS", "RULES", "ColumnsOf", "Refusal", "Rule", "UnsupportedError", "lower"]

MAX_PASSES = 50
"""A rule rewrites the outermost of nested calls, so a text takes as many passes as it nests."""


_TRIGGERS = "|".join([rule.trigger for rule in RULES] + [each.trigger for each in REFUSALS])
_may_apply = re.compile(rf"(?<![\w`])(?:{_TRIGGERS})(?!\w)|\|>", re.IGNORECASE).search


def lower(sql: str, columns_of: ColumnsOf | None = None) -> str:
    """The text with what Sail lacks written in another way.

    Parameters
    ----------
    sql : one statement
    columns_of : gives the columns of a query, which ``pivot``, ``explode`` and ``* except`` need

    Raises
    ------
    UnsupportedError : for what has no other way; ``refusal`` says which characters
    """
    if _may_apply(sql) is None:
        return sql
    statement = Statement.of(sql)
    if statement is None:  # not even tokens: the engine says what is wrong
        return sql
    for refusal in REFUSALS:
        refusal.check(statement)
    for rule in RULES:
        for _ in range(MAX_PASSES):
            edits = tuple(rule.edits(statement, columns_of))
            if not edits:
                break
            statement = statement.edited(edits)
    return statement.text
