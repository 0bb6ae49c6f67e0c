"""How rows are spread over partitions means nothing in one process."""

from __future__ import annotations

from collections.abc import Iterator

from headrace.engines.embedded.rewrites.rule import ColumnsOf, Rule
from headrace.engines.embedded.rewrites.statement import Edit, Statement


def without_distribution(statement: Statement, _: ColumnsOf | None) -> Iterator[Edit]:
    for index in statement.find("distribute by"):
        clause = statement.part(index, statement.clause_end(index))
        yield Edit(clause.start, clause.end, "")


def sorted_clusters(statement: Statement, _: ColumnsOf | None) -> Iterator[Edit]:
    for index in statement.find("cluster by"):
        token = statement.tokens[index]
        yield Edit(token.start, token.end + 1, "sort by")


RULES = (
    Rule(
        "distribute by x", "nothing: there is one process", r"distribute\s+by", without_distribution
    ),
    Rule("cluster by x", "sort by x", r"cluster\s+by", sorted_clusters),
)
