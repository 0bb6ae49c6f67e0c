"""Columns that ``using`` joins by have no qualifier in Sail, and ``t.*`` silently lacks them.

``o.k`` after ``from o join p using (k)`` is the merged ``k`` for every table whose rows are all
kept: both of an inner join, the kept side of an outer one. The other side's own column, null
where nothing matched, cannot be had in Sail, so it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from headrace.engines.embedded.rewrites.refusals import Refusal, UnsupportedError
from headrace.engines.embedded.rewrites.rule import ColumnsOf, Rule
from headrace.engines.embedded.rewrites.star_except import quoted, visible_queries
from headrace.engines.embedded.rewrites.statement import CLAUSES, Edit, Part, Statement

FEATURE = "a qualified column of using"
JOIN_WORDS = frozenset(
    {"join", "inner", "cross", "left", "right", "full", "outer", "semi", "anti", "natural"}
)

SET_WORDS = frozenset({"union", "intersect", "except", "minus", ";"})


@dataclass(frozen=True, slots=True)
class Joined:
    """The tables of a ``from`` clause by folded alias, and who shares each merged column."""

    tables: dict[str, Part]
    sharing: dict[str, set[str]] = field(default_factory=dict)


def edits(statement: Statement, columns_of: ColumnsOf | None) -> Iterator[Edit]:
    """The innermost of nested queries first: an outer ``t.*`` may ask for the columns of one."""
    for index in reversed(tuple(statement.find("from"))):
        found = joined(statement, index)
        if not found.sharing:
            continue
        replaced = tuple(_edits_of(statement, index, found, columns_of))
        if replaced:
            yield from replaced
            return  # the places of others have moved


def _edits_of(
    statement: Statement, index: int, joined: Joined, columns_of: ColumnsOf | None
) -> Iterator[Edit]:
    for place in _own_tokens(statement, index):
        owner = statement.name(place)
        if owner not in joined.tables or not statement.has(place + 1, ".") or place < 1:
            continue
        if statement.has(place - 1, "."):
            continue
        if statement.has(place + 2, "*"):
            yield from _star(statement, place, joined, columns_of)
        elif statement.name(place + 2) in joined.sharing:
            yield _unqualified(statement, place, joined)


def _unqualified(statement: Statement, place: int, joined: Joined) -> Edit:
    """``o.k`` as ``k``."""
    whole, name = statement.part(place, place + 2), statement.part(place + 2, place + 2)
    _demand(statement, whole, statement.name(place), joined.sharing[statement.name(place + 2)])
    return Edit(whole.start, whole.end, name.text)


def _star(
    statement: Statement, place: int, joined: Joined, columns_of: ColumnsOf | None
) -> Iterator[Edit]:
    """``o.*`` as all columns of ``o``, those that ``using`` merged without a qualifier."""
    if columns_of is None or statement.has(place + 3, "except"):
        return  # the rule for ``except`` writes the columns out, and they come here again
    owner, whole = statement.part(place, place), statement.part(place, place + 2)
    table = joined.tables[statement.name(place)]
    names = columns_of(f"{visible_queries(statement, place)}select * from {table.text}").names
    for name in names:
        if name.casefold() in joined.sharing:
            sharing = joined.sharing[name.casefold()]
            _demand(statement, whole, statement.name(place), sharing)
    texts = (
        quoted(name) if name.casefold() in joined.sharing else f"{owner.text}.{quoted(name)}"
        for name in names
    )
    yield Edit(whole.start, whole.end, ", ".join(texts))


def _demand(statement: Statement, part: Part, owner: str, sharing: set[str]) -> None:
    """Refuse the column of a side whose unmatched rows are not kept."""
    if owner not in sharing:
        raise UnsupportedError(
            Refusal(FEATURE, f"the engine keeps only the merged column beside {part.text}",
                    part.start, part.end),
            "join with on instead of using, and both columns are there",
        )  # fmt: skip


def joined(statement: Statement, index: int) -> Joined:
    """What the ``from`` clause at token ``index`` joins."""
    found = Joined({})
    depth, last = statement.depths[index], statement.clause_end(index, CLAUSES)
    place, kind = index + 1, frozenset[str]()
    while place <= last:
        end = _table_end(statement, place, last, depth)
        alias = statement.name(end)
        found.tables[alias] = statement.part(place, end)
        place = _next_table(statement, end + 1, last, depth)
        columns = _using(statement, end + 1, place)
        for column in columns:
            _merge(found, column, alias, kind)
        kind = frozenset(statement.words[_join_start(statement, place) : place])
    return found


def _merge(joined: Joined, column: str, right: str, kind: frozenset[str]) -> None:
    earlier = set(joined.tables) - {right}
    kept = joined.sharing.get(column, earlier)
    if "full" in kind:
        joined.sharing[column] = set()
    elif "right" in kind:
        joined.sharing[column] = {right}
    elif kind & {"left", "semi", "anti"}:
        joined.sharing[column] = kept
    else:
        joined.sharing[column] = {*kept, right}


def _table_end(statement: Statement, place: int, last: int, depth: int) -> int:
    """The last token of the table that starts at ``place``: its alias, or its name."""
    for after in range(place, last + 1):
        word = statement.words[after]
        if statement.depths[after] == depth and (
            word in JOIN_WORDS or word in ("on", "using", ",", "pivot", "unpivot", "tablesample")
        ):
            return after - 1
    return last


def _next_table(statement: Statement, start: int, last: int, depth: int) -> int:
    """The token after the next ``join`` or comma; beyond ``last`` where there is none."""
    for after in range(start, last + 1):
        if statement.depths[after] == depth and statement.words[after] in ("join", ","):
            return after + 1
    return last + 1


def _join_start(statement: Statement, place: int) -> int:
    """The first of the words that tell the kind of the join before token ``place``."""
    start = place
    while start > 0 and statement.words[start - 1] in JOIN_WORDS:
        start -= 1
    return start


def _using(statement: Statement, start: int, end: int) -> tuple[str, ...]:
    """The folded columns of the ``using`` clause between two tokens."""
    place = next((i for i in range(start, end) if statement.has(i, "using", "(")), None)
    close = statement.closing(place + 1) if place is not None else None
    if place is None or close is None:
        return ()
    return tuple(statement.name(part.last) for part in statement.split(place + 2, close - 1))


def _own_tokens(statement: Statement, index: int) -> Iterator[int]:
    """The tokens of the query whose ``from`` is at ``index``, without those of nested queries."""
    depth = statement.depths[index]
    starts = (i for i in range(index, -1, -1) if statement.has(i, "select"))
    place = next((i for i in starts if statement.depths[i] == depth), index)
    while place < len(statement.words) and statement.depths[place] >= depth:
        word = statement.words[place]
        if statement.depths[place] == depth and word in SET_WORDS and place > index:
            return
        if word == ")" and statement.depths[place] == depth and depth > 0:
            return
        if word == "(" and statement.words[place + 1 : place + 2] in (("select",), ("with",)):
            place = statement.closing(place) or place
        else:
            yield place
        place += 1


RULE = Rule(
    "o.k and o.* after using (k)",
    "k, and the columns by name",
    "using",
    edits,
)
