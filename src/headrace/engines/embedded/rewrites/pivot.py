"""``pivot`` is one conditional aggregate for each value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from headrace.engines.embedded.rewrites.rule import ColumnsOf, Rule
from headrace.engines.embedded.rewrites.star_except import quoted, visible_queries
from headrace.engines.embedded.rewrites.statement import Edit, Part, Statement


@dataclass(frozen=True, slots=True)
class _Pivot:
    """``source pivot (aggregate [as name], … for column in (value [as name], …))``"""

    source: Part
    aggregates: tuple[tuple[str, str | None], ...]
    column: str
    values: tuple[tuple[str, str], ...]
    read: frozenset[str]
    end: int


def edits(statement: Statement, columns_of: ColumnsOf | None) -> Iterator[Edit]:
    if columns_of is None:
        return
    for index in statement.find("pivot", "("):
        pivot = _parsed(statement, index)
        if pivot is None:
            continue
        queries = visible_queries(statement, index)
        names = columns_of(f"{queries}select * from {pivot.source.text}").names
        yield Edit(pivot.source.start, pivot.end, f"({_grouped(pivot, names)})")
        return


def _parsed(statement: Statement, index: int) -> _Pivot | None:
    close = statement.closing(index + 1)
    middle = next(
        (i for i in range(index + 2, close or 0)
         if statement.has(i, "for") and statement.depths[i] == statement.depths[index + 1]),
        None,
    )  # fmt: skip
    first = _source_start(statement, index)
    if close is None or middle is None or first is None or not statement.has(middle + 2, "in", "("):
        return None  # several columns at once: (a, b) in ((1, 2), …)
    aggregates = tuple(_named(statement, part) for part in statement.split(index + 2, middle - 1))
    listed = statement.split(middle + 4, close - 2)
    values = tuple(
        (text, name or _value_name(text)) for text, name in (_named(statement, p) for p in listed)
    )
    return _Pivot(
        statement.part(first, index - 1),
        aggregates,
        statement.part(middle + 1, middle + 1).text,
        values,
        frozenset(statement.tokens[i].text.casefold() for i in range(index + 2, middle + 2)),
        statement.tokens[close].end + 1,
    )


def _source_start(statement: Statement, index: int) -> int | None:
    """Back from ``pivot`` to the table or the parenthesis that it turns."""
    depth = statement.depths[index]
    for before in range(index - 1, -1, -1):
        if statement.depths[before] == depth and statement.words[before] in ("from", "join"):
            return before + 1
        if statement.depths[before] < depth:
            return None
    return None


def _named(statement: Statement, part: Part) -> tuple[str, str | None]:
    """``text [as] name``: a name follows a parenthesis, a string or a number."""
    if part.last == part.first or statement.words[part.last] == ")":
        return part.text, None
    has_as = statement.has(part.last - 1, "as")
    value = statement.part(part.first, part.last - (2 if has_as else 1)).text
    return value, statement.tokens[part.last].text


def _value_name(text: str) -> str:
    return text[1:-1] if text[:1] in "'\"" else text


def _grouped(pivot: _Pivot, names: Sequence[str]) -> str:
    groups = [quoted(n) for n in names if n.casefold() not in pivot.read]
    cells = [
        _cell(pivot, value, aggregate, _cell_name(pivot, value_name, aggregate, name))
        for value, value_name in pivot.values
        for aggregate, name in pivot.aggregates
    ]
    by = f" group by {', '.join(groups)}" if groups else ""
    return f"select {', '.join([*groups, *cells])} from {pivot.source.text}{by}"


def _cell(pivot: _Pivot, value: str, aggregate: str, name: str) -> str:
    matches = f"{pivot.column} <=> {value}"
    # Spark leaves a cell without rows null, also where the aggregate is a count.
    return (
        f"case when count_if({matches}) > 0 then {aggregate} filter (where {matches}) end"
        f" as {quoted(name)}"
    )


def _cell_name(pivot: _Pivot, value_name: str, aggregate: str, name: str | None) -> str:
    """Spark names a cell by its value, and by the aggregate too where there are several."""
    if len(pivot.aggregates) == 1:
        return value_name
    return f"{value_name}_{name or aggregate}"


RULE = Rule("pivot", "one conditional aggregate for each value", "pivot", edits)
