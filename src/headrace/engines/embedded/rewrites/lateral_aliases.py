"""An item of a select list may use the alias of an earlier one, where no column has that name."""

from __future__ import annotations

from collections.abc import Iterator

from headrace.engines.embedded.rewrites.group_by_all import select_list
from headrace.engines.embedded.rewrites.refusals import Refusal, UnsupportedError
from headrace.engines.embedded.rewrites.rule import ColumnsOf, Rule
from headrace.engines.embedded.rewrites.star_except import source_of, visible_queries
from headrace.engines.embedded.rewrites.statement import Edit, Part, Statement
from headrace.engines.embedded.rewrites.using_columns import joined
from headrace.errors import HeadraceError

REPEATED = frozenset({"rand", "random", "randn", "uuid", "monotonically_increasing_id", "shuffle"})
"""Calls that give another value each time: written twice they would be two values."""

UNITS = frozenset({"year", "quarter", "month", "week", "day", "hour", "minute", "second"})
"""Words that ``extract``, ``interval`` and ``dateadd`` read as units, not as names."""


MAX_CHARACTERS = 20_000
"""Aliases of aliases may double a text each time; one that grows beyond this is left alone."""


def edits(statement: Statement, columns_of: ColumnsOf | None) -> Iterator[Edit]:
    if columns_of is None:
        return
    for index in statement.find("select"):
        items = select_list(statement, index) or ()
        aliased = _aliased(statement, items)
        uses = [list(_uses(statement, item, aliased, n)) for n, item in enumerate(items)]
        if not any(uses):
            continue
        try:
            columns = _columns(statement, index, columns_of)
        except HeadraceError:  # the engine says so of the whole text
            continue
        found = _replaced(statement, items, uses, aliased.keys() - columns)
        if found:
            yield from found
            return  # the places of other lists have moved


def _replaced(
    statement: Statement, items: tuple[Part, ...], uses: list[list[int]], names: set[str]
) -> tuple[Edit, ...]:
    """An edit for each use of ``names``; the text of an alias has those before it replaced."""
    values: dict[str, Part] = {}
    texts: dict[str, str] = {}
    found: list[Edit] = []
    for item, places in zip(items, uses, strict=True):
        here = []
        for use in (statement.part(p, p) for p in places if statement.name(p) in names):
            name = statement.name(use.first)
            _demand_one_value(statement, values[name], use)
            here.append(Edit(use.start, use.end, f"({texts[name]})"))
        name = statement.name(item.last)
        if name in names and statement.has(item.last - 1, "as"):
            values[name] = statement.part(item.first, item.last - 2)
            texts[name] = values[name].edited(here)
        found += here
        if sum(len(edit.text) for edit in here) > MAX_CHARACTERS:
            return ()
    return tuple(found)


def _aliased(statement: Statement, items: tuple[Part, ...]) -> dict[str, int]:
    """The aliases that stand once, with the numbers of their items."""
    found: dict[str, int] = {}
    twice: set[str] = set()
    for number, item in enumerate(items):
        if item.last - item.first < 2 or statement.words[item.last - 1] != "as":
            continue
        name = statement.name(item.last)
        if name in found:
            twice.add(name)
        if name and name not in UNITS:
            found[name] = number
    return {name: number for name, number in found.items() if name not in twice}


def _demand_one_value(statement: Statement, value: Part, use: Part) -> None:
    """Refuse the alias of what is another value each time that it is calculated."""
    if any(word in REPEATED for word in statement.words[value.first : value.last + 1]):
        reason = "the engine would calculate it once more"
        refusal = Refusal("the alias of a random value", reason, use.start, use.end)
        raise UnsupportedError(refusal, "select it in an inner query, and use its column")


def _uses(statement: Statement, item: Part, aliased: dict[str, int], number: int) -> Iterator[int]:
    """Where an item reads a name that an earlier item defines."""
    local = _lambda_names(statement, item)
    tables = {name for i in statement.find("from") for name in joined(statement, i).tables}
    place = item.first
    while place <= item.last:
        name = statement.name(place)
        if statement.has(place, "(", "select") or statement.has(place, "(", "with"):
            place = statement.closing(place) or place
        elif aliased.get(name, number) < number and name not in local:
            yield from (place,) if _is_name(statement, place, tables) else ()
        place += 1


def _is_name(statement: Statement, place: int, tables: set[str]) -> bool:
    """Whether the token stands for a column: it is no alias, field, call or table."""
    if statement.words[place - 1] in (".", "as", ":", "::") or statement.has(place + 1, "("):
        return False
    return not (statement.has(place + 1, ".") and statement.name(place) in tables)


def _lambda_names(statement: Statement, item: Part) -> set[str]:
    """The parameters of the lambdas of an item."""
    names: set[str] = set()
    for arrow in range(item.first, item.last):
        if statement.has(arrow, "->"):
            start = arrow - 1
            while statement.has(arrow - 1, ")") and not statement.has(start, "("):
                start -= 1
            names.update(statement.name(place) for place in range(start, arrow))
    return names


def _columns(statement: Statement, index: int, columns_of: ColumnsOf) -> frozenset[str]:
    """The names that the list's ``from`` clause gives: they come before aliases.

    Raises
    ------
    HeadraceError : where the clause is wrong in itself
    """
    source = source_of(statement, index)
    if source is None:
        return frozenset()
    found = columns_of(f"{visible_queries(statement, index)}select * {source}")
    return frozenset(name.casefold() for name in found.names)


RULE = Rule("aliases in the same select list", "the expressions they name", "as", edits)
