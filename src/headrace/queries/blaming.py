"""Finds the part of a query that an engine refuses without saying where.

An engine's type errors have no position. So the parts that can be wrong by themselves (each
selected expression, each condition) are replaced by neutral ones, and put back one at a time:
the parts that bring a refusal back are to blame. That costs one analysis a part, and only for
a query that is refused already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlglot.tokenizer_core import Token, TokenType

from headrace.queries.query import QuerySyntaxError, Refusal, parse_query

MAX_PARTS = 40
"""Beyond so many parts the whole query is blamed, rather than analysed that often."""

MAX_DEPTH = 5
"""How deep in subqueries a fault is looked for."""

CLAUSES = frozenset(
    {TokenType.FROM, TokenType.WHERE, TokenType.GROUP_BY, TokenType.HAVING, TokenType.ORDER_BY}
    | {TokenType.SORT_BY, TokenType.CLUSTER_BY, TokenType.DISTRIBUTE_BY, TokenType.LIMIT}
    | {TokenType.UNION, TokenType.EXCEPT, TokenType.INTERSECT, TokenType.WINDOW}
    | {TokenType.JOIN, TokenType.LEFT, TokenType.RIGHT, TokenType.INNER, TokenType.FULL}
    | {TokenType.CROSS, TokenType.NATURAL, TokenType.SEMI, TokenType.ANTI, TokenType.LATERAL}
    | {TokenType.ON, TokenType.USING, TokenType.QUALIFY}
)
CONDITIONS = frozenset({TokenType.WHERE, TokenType.HAVING, TokenType.ON})
NAMES = frozenset({TokenType.VAR, TokenType.IDENTIFIER})
UNDIVIDED = frozenset({TokenType.BETWEEN, TokenType.CASE, TokenType.OR})
"""Where one of these stands, an ``and`` need not part two conditions."""


@dataclass(frozen=True, slots=True)
class Part:
    """Characters of a query, and what can stand there without being wrong.

    ``value_end`` is where its alias begins; ``end`` where there is none.
    """

    start: int
    end: int
    value_end: int
    neutral: str

    def is_in(self, others: Iterable[Part]) -> bool:
        return any(other.start <= self.start and self.end <= other.end for other in others)


def blamed_parts(
    sql: str, judge: Callable[[str], Refusal | None]
) -> list[tuple[int, int, Refusal]]:
    """The parts of a refused query that are refused by themselves, as ``queries.blame`` says.

    The outermost query is looked at first. Where it is refused even without its parts, what
    is wrong stands in a subquery of its ``from`` clause, and those are looked at.
    """
    tokens = parse_query(sql).tokens
    outside: list[Part] = []
    for level in range(MAX_DEPTH):
        parts = [part for part in parts_at(tokens, level, sql) if not part.is_in(outside)]
        if len(parts) > MAX_PARTS:
            break
        if parts and _is_taken(_without(sql, [*outside, *parts]), judge):
            return _blamed(sql, outside, parts, judge)
        outside += parts
    return []


def _blamed(
    sql: str, outside: list[Part], parts: list[Part], judge: Callable[[str], Refusal | None]
) -> list[tuple[int, int, Refusal]]:
    found = []
    for part in parts:
        refusal = judge(_without(sql, [*outside, *(p for p in parts if p is not part)]))
        if refusal is not None:
            found.append((part.start, part.value_end, refusal))
    return found or _needed(sql, outside, parts, judge)


def _is_taken(sql: str, judge: Callable[[str], Refusal | None]) -> bool:
    """Whether the neutral query is one, and is not refused."""
    try:
        parse_query(sql)
    except QuerySyntaxError:
        return False
    return judge(sql) is None


def _needed(
    sql: str, outside: list[Part], parts: list[Part], judge: Callable[[str], Refusal | None]
) -> list[tuple[int, int, Refusal]]:
    """The part without which the query is taken, where none is refused alone."""
    whole = judge(_without(sql, outside))
    for part in parts:
        if whole is not None and judge(_without(sql, [*outside, part])) is None:
            return [(part.start, part.value_end, whole)]
    return []


def _without(sql: str, parts: Sequence[Part]) -> str:
    for part in sorted(parts, key=lambda part: part.start, reverse=True):
        sql = sql[: part.start] + part.neutral + sql[part.end :]
    return sql


def parts_at(tokens: Sequence[Token], level: int, sql: str) -> Iterator[Part]:
    """The selected expressions and conditions that stand inside ``level`` parentheses."""
    depth = 0
    for index, token in enumerate(tokens):
        depth += _step(token)
        if depth == level and token.token_type is TokenType.SELECT:
            yield from _selected(tokens, index + 1, sql)
        elif depth == level and token.token_type in CONDITIONS:
            yield from _conditions(tokens, index + 1)


def _step(token: Token) -> int:
    return {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(token.token_type, 0)


def _clause(tokens: Sequence[Token], start: int, separator: TokenType) -> Iterator[list[Token]]:
    """The tokens from ``start`` to the next clause, parted by a separator outside parentheses."""
    part: list[Token] = []
    depth = 0
    for token in tokens[start:]:
        depth += _step(token)
        if depth < 0 or (
            depth == 0 and token.token_type in CLAUSES and not _is_call(token, tokens)
        ):
            break
        if depth == 0 and token.token_type is separator:
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _is_call(token: Token, tokens: Sequence[Token]) -> bool:
    """``left(a, 1)`` is a function, ``left join`` is none."""
    following = next((other for other in tokens if other.start > token.end), None)
    is_side = token.token_type in (TokenType.LEFT, TokenType.RIGHT)
    return is_side and following is not None and following.token_type is TokenType.L_PAREN


def _selected(tokens: Sequence[Token], start: int, sql: str) -> Iterator[Part]:
    if start < len(tokens) and tokens[start].token_type in (TokenType.DISTINCT, TokenType.ALL):
        start += 1
    for item in _clause(tokens, start, TokenType.COMMA):
        if item and item[-1].token_type is not TokenType.STAR:
            first, last = item[0].start, item[-1].end + 1
            name = _name(item)
            neutral = f"null as {sql[name.start : name.end + 1]}" if name else "null"
            yield Part(first, last, _value_end(item, name), neutral)


def _name(item: Sequence[Token]) -> Token | None:
    """The token that names a selected expression's column."""
    if item[-1].token_type not in NAMES:
        return None
    if len(item) == 1 or item[-2].token_type in NAMES | {TokenType.ALIAS, TokenType.DOT}:
        return item[-1]
    return item[-1] if item[-2].token_type is TokenType.R_PAREN else None


def _value_end(item: Sequence[Token], name: Token | None) -> int:
    """Where a selected expression ends and its alias begins."""
    if name is None or len(item) == 1 or item[-2].token_type is TokenType.DOT:
        return item[-1].end + 1
    last = -3 if item[-2].token_type is TokenType.ALIAS else -2
    return item[last].end + 1


def _conditions(tokens: Sequence[Token], start: int) -> Iterator[Part]:
    whole = [token for part in _clause(tokens, start, TokenType.SEMICOLON) for token in part]
    divided = any(token.token_type in UNDIVIDED for token in whole)
    parts = [whole] if divided else _clause(tokens, start, TokenType.AND)
    for part in parts:
        if part:
            end = part[-1].end + 1
            yield Part(part[0].start, end, end, "true")
