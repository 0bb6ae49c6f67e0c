"""``group by all`` and ``order by all`` name the select list."""

from __future__ import annotations

from collections.abc import Iterator

from headrace.engines.embedded.rewrites.rule import ColumnsOf, Rule
from headrace.engines.embedded.rewrites.statement import CLAUSES, Edit, Part, Statement
from headrace.queries.functions import AGGREGATES


def grouped(statement: Statement, _: ColumnsOf | None) -> Iterator[Edit]:
    for index in statement.find("group by", "all"):
        items = select_list(statement, index)
        if items is None or _has_star(statement, items):
            continue
        keys = [n for n, item in enumerate(items, 1) if not _aggregates(statement, item)]
        text = f"group by {', '.join(map(str, keys))}" if keys else ""
        clause = statement.part(index, index + 1)
        yield Edit(clause.start, clause.end, text)


def ordered(statement: Statement, _: ColumnsOf | None) -> Iterator[Edit]:
    for index in statement.find("order by", "all"):
        items = select_list(statement, index)
        if items is None or _has_star(statement, items):
            continue
        last = statement.clause_end(index, CLAUSES)
        direction = statement.text[
            statement.tokens[index + 1].end + 1 : statement.part(last, last).end
        ]
        keys = ", ".join(f"{n}{direction}" for n in range(1, len(items) + 1))
        yield Edit(
            statement.tokens[index].start, statement.part(last, last).end, f"order by {keys}"
        )


def select_list(statement: Statement, index: int) -> tuple[Part, ...] | None:
    """The items of the ``select`` that the clause at ``index`` belongs to."""
    depth = statement.depths[index]
    start = next(
        (
            i
            for i in range(index, -1, -1)
            if statement.has(i, "select") and statement.depths[i] == depth
        ),
        None,
    )
    if start is None:
        return None
    first = start + 2 if statement.has(start + 1, "distinct") else start + 1
    last = statement.clause_end(start, CLAUSES | {"from"})
    return statement.split(first, last)


def _has_star(statement: Statement, items: tuple[Part, ...]) -> bool:
    return any(
        statement.words[item.last] == "*"
        and (item.first == item.last or statement.has(item.last - 1, "."))
        for item in items
    )


def _aggregates(statement: Statement, item: Part) -> bool:
    for index in range(item.first, item.last):
        if statement.words[index] in AGGREGATES and statement.has(index + 1, "("):
            close = statement.closing(index + 1)
            if close is not None and not statement.has(close + 1, "over"):
                return True
    return False


GROUP_RULE = Rule(
    "group by all", "group by the items without aggregates", r"group\s+by\s+all", grouped
)
ORDER_RULE = Rule("order by all", "order by every item", r"order\s+by\s+all", ordered)
