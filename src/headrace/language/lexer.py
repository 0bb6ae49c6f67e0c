"""Text to tokens, one statement at a time, losing no character.

Three ways of reading meet in a script, and the first word of a statement decides which holds
up to its ``;``: the language itself, SQL text, and the raw words of a command. Each is one
regular expression, so that long SQL text is passed over at the speed of the ``re`` module.
All repetitions are possessive or lazy up to a fixed text: no input makes them backtrack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, cast

from headrace.graph.span import Source

TokenKind = Literal[
    "space",
    "comment",
    "word",
    "number",
    "quoted_name",
    "string",
    "block",
    "command",
    "sql",
    "symbol",
    "end",
    "unclosed",
    "excess",
]

TRIVIA = frozenset({"space", "comment"})

SQL_VERBS = frozenset({"select", "with", "insert", "create", "drop", "refresh"})
"""First words of the statements whose text is handed to the engine."""

VERBS = SQL_VERBS | {
    "load", "save", "train", "run", "predict", "register", "unregister", "set", "connect", "include",
}  # fmt: skip
"""First words of all statements but commands."""

UNCLOSED_LIMIT = 20
"""After so many quotes without an end, the next one takes the rest of the text: finding each
of them costs a scan of all that follows."""


TOKEN_LIMIT = 1_000_000
"""Most tokens of one statement; what follows them is one token of the kind ``excess``."""


class Token(NamedTuple):
    """Characters ``start`` to ``end`` of the source; a tuple, because there are many of them."""

    kind: TokenKind
    start: int
    end: int


_COMMENT = r"--[^\r\n]*+ | /\*.*?\*/"
_STRING = r"""'(?!'')[^'\\]*+(?:\\.[^'\\]*+)*+' | "[^"\\]*+(?:\\.[^"\\]*+)*+" """
_QUOTED_NAME = r"`[^`]*+(?:``[^`]*+)*+`"

_LANGUAGE = re.compile(
    rf"""
      (?P<space>[\s\ufeff]++)
    | (?P<comment>{_COMMENT})
    | (?P<number>[-+]?[0-9]++(?:\.[0-9]++)?+(?:[eE][-+]?[0-9]++)?+(?!\w))
    | (?P<word>\w++)
    | (?P<block>'''.*?''')
    | (?P<string>{_STRING})
    | (?P<quoted_name>{_QUOTED_NAME})
    | (?P<unclosed>'''|['"`]|/\*)
    | (?P<command>!\w++)
    | (?P<end>[;；])
    | (?P<symbol>.)
    """,
    re.VERBOSE | re.DOTALL,
)

_COMMAND = re.compile(
    rf"""
      (?P<space>[\s\ufeff]++)
    | (?P<comment>{_COMMENT})
    | (?P<block>'''.*?''')
    | (?P<string>{_STRING})
    | (?P<quoted_name>{_QUOTED_NAME})
    | (?P<end>[;；])
    # a comment begins where a word could, not inside one: !fs -ls /data/*; !open http://a--b;
    | (?P<word>(?!/\*|--)[^\s;；'"`]++)
    | (?P<unclosed>'''|['"`]|/\*)
    """,
    re.VERBOSE | re.DOTALL,
)

# A quote within an SQL string may be doubled; two neighbouring strings cover that. There are no
# ''' blocks: to SQL, '''a''' is the text 'a' in quotes, and '''' is one quote.
_SQL_STRING = r"""'[^'\\]*+(?:\\.[^'\\]*+)*+' | "[^"\\]*+(?:\\.[^"\\]*+)*+" """

# What at the start of a line inside SQL text can only be the next statement.
_STATEMENT_IN_SQL = r"""[^\S\n]*+(?:
      (?i:load)\s++\w++\s*+\.\s*+[`'"]
    | (?i:save)\s++(?:\w++\s++){1,4}?(?i:as)\s++\w++\s*+\.\s*+[`'"]
    | (?i:train|run|predict)\s++\w++\s++(?i:as|into)\s++\w++\s*+\.\s*+[`'"]
    | (?i:register|include)\s++\w++\s*+\.\s*+[`'"]
    | !(?i:if|elif|for)\s++['"`:\w]
    | !(?i:else|fi|done|then)\s*+;
    )"""

# A template's remark, from ## to the end of the line, is passed over but is no comment of ours.
_SQL = re.compile(
    rf"""
      (?P<comment>{_COMMENT})
    | (?P<string>{_SQL_STRING})
    | (?P<quoted_name>{_QUOTED_NAME})
    | (?P<unclosed>['"`]|/\*)
    | (?P<end>[;；])
    | (?P<sql>(?:[^;；'"`/\-\#\n]++|/(?!\*)|-(?!-)|\#(?!\#)|\#\#[^\r\n]*+
        |\n(?!{_STATEMENT_IN_SQL}))++)
    | (?P<space>\n)
    """,
    re.VERBOSE | re.DOTALL,
)

# A verb that begins a line begins a statement, unless what follows shows that it is a name.
_NEXT_STATEMENT = re.compile(
    rf"""(?i:{"|".join(sorted(VERBS - {"with"}))})\s+(?!(?i:as|into|where|options|and|partitionby)\b)[^\s=.;；,/\-]
    | (?i:with)\s+\S+\s+(?i:as)\s*\(
    | !\w""",
    re.VERBOSE,
)

_AFTER_UNCLOSED = re.compile(r"[;；][^\S\n]*+(?:\n|\Z)")


class Lexer:
    """Gives the tokens of a source, statement by statement.

    >>> [token.kind for token in Lexer(Source("a", "!show tables;")).statement()]
    ['command', 'space', 'word', 'end']
    """

    def __init__(self, source: Source) -> None:
        self.text = source.text
        self.position = 0
        self._unclosed = 0

    def statement(self) -> list[Token]:
        """The tokens up to and including the next ``;``; none where the text is at its end.

        A statement without its ``;`` ends where a line can only begin the next one.
        """
        text, position, pattern = self.text, self.position, _LANGUAGE
        tokens: list[Token] = []
        begun = False
        while position < len(text):
            token = self._token(pattern, position)
            tokens.append(token)
            kind, start, position = token
            if kind == "end" or (begun and kind == "space" and self._ends(pattern, token)):
                break
            if len(tokens) == TOKEN_LIMIT and position < len(text):
                tokens.append(Token("excess", position, len(text)))
                position = len(text)
            if not begun and kind not in TRIVIA:
                begun = True
                pattern = _pattern_after(kind, text[start:position])
        self.position = position
        return tokens

    def statement_end_within(self, token: Token) -> int | None:
        """Where the next statement begins, if ``token`` runs over a ``;`` that ends a line."""
        after = _AFTER_UNCLOSED.search(self.text, token.start, token.end)
        return after.end() if after else None

    def _token(self, pattern: re.Pattern[str], position: int) -> Token:
        match = pattern.match(self.text, position)
        if match is None:  # a NUL-like leftover of command or SQL text; kept, and judged later
            return Token("symbol", position, position + 1)
        kind = cast(TokenKind, match.lastgroup)
        if kind == "unclosed":
            return Token(kind, position, self._end_of_unclosed(match.end()))
        return Token(kind, position, match.end())

    def _end_of_unclosed(self, position: int) -> int:
        """Where to go on after a quote without an end: at the next ``;`` that ends a line."""
        self._unclosed += 1
        after = _AFTER_UNCLOSED.search(self.text, position)
        return after.start() if after and self._unclosed < UNCLOSED_LIMIT else len(self.text)

    def _ends(self, pattern: re.Pattern[str], space: Token) -> bool:
        if pattern is _SQL:  # its pattern gives a lone line break only before a statement
            return True
        if self.text.find("\n", space.start, space.end) < 0:
            return False
        return _NEXT_STATEMENT.match(self.text, space.end) is not None


def _pattern_after(kind: TokenKind, first: str) -> re.Pattern[str]:
    """How to read on in a statement that begins with the token ``first``."""
    if kind == "word" and first.lower() in SQL_VERBS:
        return _SQL
    if kind == "command" and first.lower() != "!for":
        return _COMMAND
    return _LANGUAGE


def statements(source: Source) -> Iterator[list[Token]]:
    """The tokens of each statement; what follows the last ``;`` is one more."""
    lexer = Lexer(source)
    while tokens := lexer.statement():
        yield tokens


def tokenize(source: Source) -> list[Token]:
    """All tokens; their texts joined are the source.

    >>> source = Source("a", "load csv.`x` as t; -- done")
    >>> "".join(source.text[t.start : t.end] for t in tokenize(source)) == source.text
    True
    """
    return [token for tokens in statements(source) for token in tokens]
