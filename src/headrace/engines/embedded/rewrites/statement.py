"""A statement as tokens with places: enough structure for small rewrites, and no more.

Rules look at tokens and not at a tree because they must leave every other character alone,
and because a tree would refuse text that only the engine need understand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from sqlglot.dialects.spark import Spark
from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import Token, TokenType

_DIALECT = Spark()
_OPENING = {"(": 1, "[": 1, ")": -1, "]": -1}
_STRINGS = frozenset({TokenType.STRING, TokenType.RAW_STRING})
_LITERALS = _STRINGS | {TokenType.IDENTIFIER}

CLAUSES = frozenset(
    {"where", "group by", "having", "order by", "sort by", "distribute by", "cluster by", "limit"}
    | {"offset", "window", "union", "intersect", "except", "minus", "qualify", "lateral"}
)
"""The words that end a ``from`` clause."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters to replace, or (when ``start`` is ``end``) where to insert."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """Some of a statement's tokens, ``first`` to ``last`` (inclusive), and their characters."""

    first: int
    last: int
    start: int
    end: int
    text: str

    def edited(self, edits: Iterable[Edit]) -> str:
        """The part's text after edits inside it, in their order, with places in the statement."""
        text, position = "", self.start
        for edit in edits:
            text += self.text[position - self.start : edit.start - self.start] + edit.text
            position = edit.end
        return text + self.text[position - self.start :]


@dataclass(frozen=True, slots=True)
class Call:
    """A function call: its name's token, the characters of all of it, and its arguments."""

    token: int
    start: int
    end: int
    close: int
    arguments: tuple[Part, ...]


@dataclass(frozen=True)
class Statement:
    """SQL text and its tokens."""

    text: str
    tokens: tuple[Token, ...]

    @classmethod
    def of(cls, text: str) -> Statement | None:
        """None where the text has no tokens (an open string or comment)."""
        try:
            return cls(text, tuple(_DIALECT.tokenize(text)))
        except TokenError:
            return None

    def edited(self, edits: Iterable[Edit]) -> Statement:
        """The statement with these characters replaced."""
        parts: list[str] = []
        position = 0
        for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
            parts += [self.text[position : edit.start], edit.text]
            position = edit.end
        text = "".join([*parts, self.text[position:]])
        return Statement(text, tuple(_DIALECT.tokenize(text)))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Each token's text in lower case; empty for strings and names in back-quotes.

        ``group by`` and its like are one token.
        """
        return tuple(
            "" if token.token_type in _LITERALS else " ".join(token.text.lower().split())
            for token in self.tokens
        )

    @cached_property
    def depths(self) -> tuple[int, ...]:
        """How many parentheses and brackets each token stands in; they count as inside."""
        depths, depth = [], 0
        for word in self.words:
            step = _OPENING.get(word, 0)
            depth += max(step, 0)
            depths.append(depth)
            depth += min(step, 0)
        return tuple(depths)

    def name(self, index: int) -> str:
        """The token as a name in lower case, without back-quotes; empty for a string."""
        if index >= len(self.tokens) or self.tokens[index].token_type in _STRINGS:
            return ""
        return self.tokens[index].text.casefold()

    def has(self, index: int, *words: str) -> bool:
        """Whether these words stand at token ``index`` and after it."""
        return index >= 0 and self.words[index : index + len(words)] == words

    def find(self, *words: str) -> Iterator[int]:
        """The tokens at which these words stand."""
        return (index for index in range(len(self.words)) if self.has(index, *words))

    def part(self, first: int, last: int) -> Part:
        start, end = self.tokens[first].start, self.tokens[last].end + 1
        return Part(first, last, start, end, self.text[start:end])

    def closing(self, opening: int) -> int | None:
        """The token that closes the parenthesis at ``opening``; None where none does."""
        depth = self.depths[opening]
        for index in range(opening + 1, len(self.words)):
            if self.words[index] in (")", "]") and self.depths[index] == depth:
                return index
        return None

    def split(self, first: int, last: int) -> tuple[Part, ...]:
        """The parts between the commas of the tokens ``first`` to ``last``."""
        if first > last:
            return ()
        depth = self.depths[first] - (self.words[first] in ("(", "["))
        commas = [
            index
            for index in range(first, last + 1)
            if self.words[index] == "," and self.depths[index] == depth
        ]
        starts, ends = [first, *(c + 1 for c in commas)], [*(c - 1 for c in commas), last]
        return tuple(self.part(a, b) for a, b in zip(starts, ends, strict=True) if a <= b)

    def calls(self, *names: str) -> Iterator[Call]:
        """Calls of these functions, those inside an earlier one left out."""
        end = -1
        for index, word in enumerate(self.words[:-1]):
            if word not in names or self.words[index + 1] != "(" or index <= end:
                continue
            if index and self.words[index - 1] in (".", "function"):
                continue
            close = self.closing(index + 1)
            if close is None:
                continue
            end = close
            yield self._call(index, close)

    def _call(self, index: int, close: int) -> Call:
        start, end = self.tokens[index].start, self.tokens[close].end + 1
        return Call(index, start, end, close, self.split(index + 2, close - 1))

    def clause_end(self, index: int, words: frozenset[str] = CLAUSES) -> int:
        """The last token of the clause that token ``index`` stands in."""
        depth = self.depths[index]
        for after in range(index + 1, len(self.words)):
            closed = self.depths[after] < depth or (
                self.words[after] == ")" and self.depths[after] == depth
            )
            if closed or (self.depths[after] == depth and self.words[after] in words):
                return after - 1
            if self.words[after] == ";":
                return after - 1
        return len(self.words) - 1
