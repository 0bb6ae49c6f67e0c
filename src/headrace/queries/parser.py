"""SQL text to a tree in which every name knows its place.

The parser is sqlglot's for Spark, with its tables of functions emptied: a call stays a call of
the name that was written. (Filled, they turn ``date_add`` or ``named_struct`` into nodes of
another shape, and refuse a wrong number of arguments in words of their own.) Only functions
with a syntax of their own, such as ``cast(x as int)``, keep their parsers.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from itertools import pairwise, zip_longest
from typing import NoReturn

from sqlglot import exp
from sqlglot.dialects.spark import Spark
from sqlglot.errors import ParseError, TokenError
from sqlglot.parsers.spark import SparkParser
from sqlglot.tokenizer_core import Token, TokenType

from headrace.queries.query import QuerySyntaxError

SPECIAL_SYNTAX = frozenset(
    {"CAST", "TRY_CAST", "EXTRACT", "TRIM", "SUBSTRING", "SUBSTR", "POSITION", "OVERLAY"}
    | {"STRING_AGG", "LISTAGG"}
)

CLAUSES = frozenset(
    {TokenType.FROM, TokenType.WHERE, TokenType.GROUP_BY, TokenType.ORDER_BY, TokenType.HAVING}
    | {TokenType.LIMIT, TokenType.R_PAREN, TokenType.UNION, TokenType.JOIN}
)
"""What cannot follow a comma."""

ALIASED = frozenset({TokenType.VAR, TokenType.IDENTIFIER, TokenType.R_PAREN, TokenType.NUMBER})
"""What an alias may follow."""

_DIALECT = Spark()

MAX_TOKENS = 200_000
"""Longest statement, in words and signs; ten times as many take the engine minutes to analyse."""

MAX_CONDITIONS = 2_000
"""Most ``and`` and ``or`` of one statement; the engine's stack is made for so many."""


class _RefusalError(ParseError):
    def __init__(self, reason: str, token: Token | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.token = token


class _NameParser(SparkParser):
    # A call named "array" must not reach the parser of brackets, which would take ``array(x)[0]``
    # for the literal ``array[0]`` and lose x.
    FUNCTIONS = {"ARRAY": exp.Array.from_arg_list}  # noqa: RUF012 - the library's own way
    FUNCTION_PARSERS = {  # noqa: RUF012
        name: parse
        for name, parse in SparkParser.FUNCTION_PARSERS.items()
        if name in SPECIAL_SYNTAX
    }
    NO_PAREN_FUNCTION_PARSERS = {  # noqa: RUF012
        name: parse
        for name, parse in SparkParser.NO_PAREN_FUNCTION_PARSERS.items()
        if name in {"CASE", "IF"}
    }

    def raise_error(self, message: str, token: Token | None = None) -> NoReturn:
        raise _RefusalError(message, token or self._curr or None)

    def _warn_unsupported(self) -> None:
        """The library would log; we have our own words for what the engine lacks."""


def parse_tree(sql: str) -> tuple[exp.Expr, tuple[Token, ...]]:
    """The tree of one statement, and its tokens.

    Raises
    ------
    QuerySyntaxError : with the place in ``sql``
    """
    tokens = _tokens(sql)
    _refuse_excess(tokens, sql)
    _refuse_dangling_commas(tokens)
    try:
        trees = [tree for tree in _NameParser(dialect=_DIALECT).parse(tokens, sql) if tree]
    except _RefusalError as error:
        raise _syntax_error(error, tokens, sql) from error
    except RecursionError as error:
        raise QuerySyntaxError(
            "the query is nested too deeply", 0, len(sql), "make a statement of its inner part"
        ) from error
    if not trees:
        raise QuerySyntaxError("there is no query here", 0, len(sql))
    if len(trees) > 1:
        second = next(token for token in tokens if token.token_type is TokenType.SEMICOLON)
        raise _unexpected(second, sql)
    return trees[0], tuple(tokens)


def _refuse_excess(tokens: list[Token], sql: str) -> None:
    """Engines walk a chain of conditions by recursion, and one that is too long ends the process."""
    chained = sum(token.token_type in (TokenType.AND, TokenType.OR) for token in tokens)
    if len(tokens) > MAX_TOKENS or chained > MAX_CONDITIONS:
        raise QuerySyntaxError(
            f"the statement is too long: {len(tokens):,} words and signs, {chained:,} conditions",
            0,
            min(len(sql), 1),
            f"at most {MAX_TOKENS:,} and {MAX_CONDITIONS:,}: join a table of the values, or use in (…)",
        )


def _tokens(sql: str) -> list[Token]:
    try:
        tokens = _DIALECT.tokenize(sql)
    except TokenError as error:
        start = _unclosed(sql)
        what = {"'": "string", '"': "string", "`": "name in back-quotes", "/": "comment"}
        message = f"the {what.get(sql[start : start + 1], 'text')} that starts here has no end"
        raise QuerySyntaxError(message, start, min(start + 1, len(sql))) from error
    for token, following in pairwise(tokens):
        if token.token_type is TokenType.WINDOW and following.token_type is TokenType.L_PAREN:
            token.token_type = TokenType.VAR  # ``group by window(ts, '1 hour')`` is no clause
    return tokens


_QUOTED = re.compile(
    r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`[^`]*`|--[^\n]*|/\*.*?\*/|(?P<open>['\"`]|/\*)",
    re.DOTALL,
)


def _unclosed(sql: str) -> int:
    """Where the quote or comment stands that never ends; 0 where none is found."""
    return next((m.start() for m in _QUOTED.finditer(sql) if m.group("open")), 0)


def _refuse_dangling_commas(tokens: list[Token]) -> None:
    """The library forgives ``select a, from t``; Spark and Sail do not."""
    for token, following in zip_longest(tokens, tokens[1:]):
        if token.token_type is not TokenType.COMMA:
            continue
        if following is None or following.token_type in CLAUSES:
            after = f"before '{following.text}'" if following else "at the end"
            raise QuerySyntaxError(
                f"a comma too many {after}", token.start, token.end + 1, "remove it"
            )


def _syntax_error(error: _RefusalError, tokens: list[Token], sql: str) -> QuerySyntaxError:
    wanted = _wanted(error.reason)
    misspelt = _misspelt(tokens, error.token)
    if misspelt:
        word, keyword = misspelt
        fault = _unexpected(word, sql)
        return QuerySyntaxError(fault.message, fault.start, fault.end, f"did you mean '{keyword}'?")
    if not error.token:
        message = "the query ends too soon" + (f": {wanted} is missing" if wanted else "")
        return QuerySyntaxError(message, tokens[-1].start, tokens[-1].end + 1)
    fault = _unexpected(error.token, sql)
    if not wanted:
        return fault
    return QuerySyntaxError(f"{fault.message}; {wanted} is missing", fault.start, fault.end)


KEYWORDS = {
    "select": "select", "from": "from", "where": "where", "having": "having", "limit": "limit",
    "group": "group by", "order": "order by", "join": "join", "union": "union",
}  # fmt: skip


def _misspelt(tokens: list[Token], fault: Token | None) -> tuple[Token, str] | None:
    """A word before the fault that passed for an alias (or a command) and is nearly a keyword."""
    index = next((i for i, token in enumerate(tokens) if token is fault), len(tokens))
    suspects = [tokens[0]] if tokens[0].token_type is TokenType.VAR else []
    if index >= 2 and tokens[index - 2].token_type in ALIASED:
        suspects.append(tokens[index - 1])
    for token in suspects:
        near = get_close_matches(token.text.lower(), KEYWORDS, n=1, cutoff=0.75)
        if near and token.text.lower() != KEYWORDS[near[0]]:
            return token, KEYWORDS[near[0]]
    return None


def _unexpected(token: Token, sql: str) -> QuerySyntaxError:
    start, end = token.start, token.end + 1
    return QuerySyntaxError(f"unexpected '{sql[start:end]}'", start, end)


_EXPECTING = re.compile(r"Expect(?:ing|ed) (?P<what>\S+)(?: (?:after|to|but) .*)?$")

_PARTS = {
    "table": "a table's name",
    "TYPE": "a type",
    "CTE": "'name as (…)'",
    "(": "'('",
    ")": "')'",
    "]": "']'",
}


def _wanted(reason: str) -> str | None:
    """What the library says that it expected, in words for a reader; None if it does not."""
    if reason.startswith("Required keyword"):
        return "an expression"
    match = _EXPECTING.match(reason)
    if match is None:
        return None
    what = match["what"]
    return _PARTS.get(what, f"'{what.lower()}'" if what.isupper() else None)
