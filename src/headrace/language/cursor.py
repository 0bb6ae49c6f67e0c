"""A position among the tokens of one statement, and the errors of what stands there."""

from __future__ import annotations

from typing import NoReturn

from headrace.errors import ScriptError, closest
from headrace.graph.span import MappedText, Piece, Source, Span
from headrace.language import quotation
from headrace.language.lexer import TRIVIA, Token, TokenKind
from headrace.language.syntax import Text, TextKind

KEYWORDS = frozenset({
    "load", "save", "select", "with", "train", "run", "predict", "register", "unregister", "set",
    "connect", "include", "insert", "create", "drop", "refresh", "as", "into", "where", "options",
    "and", "partitionby",
})  # fmt: skip
"""Words that are names only where nothing else can be meant."""

FULL_WIDTH = {
    "；": ";", "，": ",", "。": ".", "＝": "=", "（": "(", "）": ")", "：": ":", "！": "!",
    "“": '"', "”": '"', "‘": "'", "’": "'", "｀": "`", "【": "[", "】": "]", "［": "[", "］": "]",
    "、": ",", "．": ".", "－": "-",
}  # fmt: skip
"""Marks of a Chinese keyboard that look like marks of the language."""

CONNECTIVES = ("as", "into", "where", "options", "partitionBy", "and")
"""Keywords that join the parts of a statement."""
_SHOWN_LENGTH = 40


class Cursor:
    """Reads a statement's tokens from left to right, over blanks and comments.

    ``form`` is an example of the statement's right form, which hints show.
    """

    def __init__(self, source: Source, tokens: list[Token], form: str = "") -> None:
        self.source = source
        self.form = form
        self.tokens = [token for token in tokens if token.kind not in TRIVIA]
        if self.tokens and self.tokens[-1].kind == "end":
            self.tokens.pop()
        self._finish = tokens[-1].start if tokens[-1].kind == "end" else tokens[-1].end
        self._index = 0

    # Looking

    @property
    def token(self) -> Token | None:
        """The token that stands here; None at the end of the statement."""
        return self.peek(0)

    def peek(self, ahead: int) -> Token | None:
        index = self._index + ahead
        return self.tokens[index] if index < len(self.tokens) else None

    def text(self, token: Token | None) -> str:
        return self.source.text[token.start : token.end] if token else ""

    def at(self, *texts: str) -> bool:
        """Whether one of these symbols or words, in any case, stands here."""
        return self._is(self.token, texts)

    def next_is(self, *texts: str) -> bool:
        """Whether the token after this one is one of these symbols or words."""
        return self.is_at(1, *texts)

    def is_at(self, ahead: int, *texts: str) -> bool:
        return self._is(self.peek(ahead), texts)

    def at_kind(self, *kinds: TokenKind) -> bool:
        return self.token is not None and self.token.kind in kinds

    def _is(self, token: Token | None, texts: tuple[str, ...]) -> bool:
        if token is None or token.kind not in ("word", "symbol"):
            return False
        word = self.text(token).lower()
        return any(word == text.lower() for text in texts)

    def here(self) -> Span:
        """The token that stands here, or the end of the statement."""
        token = self.token
        if token:
            return self.source.span(token.start, token.end)
        last = self.tokens[-1].end if self.tokens else self._finish
        return self.source.span(last, last)

    def span_from(self, start: int) -> Span:
        """From ``start`` to the end of what was read last."""
        end = self.tokens[self._index - 1].end if self._index else start
        return self.source.span(start, max(start, end))

    # Taking

    def take(self) -> Token:
        token = self.tokens[self._index]
        self._index += 1
        return token

    def accept(self, *texts: str) -> Token | None:
        """Takes one of these symbols or words if it stands here."""
        return self.take() if self.at(*texts) else None

    def expect(self, *texts: str, hint: str | None = None) -> Token:
        if not self.at(*texts):
            self.fail(" or ".join(f"'{text}'" for text in texts), hint or self._meant())
        return self.take()

    def expect_end(self) -> None:
        if self.token is None:
            return
        glued = self.glued()
        hint = f"a name with such a character stands in back-quotes: `{glued}`" if glued else None
        self.fail("';'", hint or self._meant())

    def glued(self) -> str | None:
        """What was read last and stands here without a blank between, such as ``a-b``."""
        if self._index == 0 or self.token is None:
            return None
        first = last = self.tokens[self._index - 1]
        if first.kind not in ("word", "number"):
            return None
        for token in self.tokens[self._index :]:
            if token.start != last.end or token.kind in ("string", "block", "quoted_name"):
                break
            last = token
        return None if last is first else self.source.text[first.start : last.end]

    # Texts

    def at_name(self) -> bool:
        """Whether a name stands here; a keyword is one where only a name can be meant."""
        token = self.token
        if token is None:
            return False
        if token.kind == "number":
            return self.text(token).isalnum()
        if token.kind != "word":
            return token.kind == "quoted_name"
        if self.text(token).lower() not in KEYWORDS:
            return True
        return self.peek(1) is None or self._is(self.peek(1), (".", "=", ",", *CONNECTIVES))

    def name(self, what: str) -> Text:
        """``WORD | `any text` ``"""
        if not self.at_name():
            self.fail(what, self._name_hint())
        return self._name_of(self.take())

    def dotted_name(self, what: str) -> Text:
        """``name ('.' name)*``; its text is the names joined by dots."""
        first = self.name(what)
        parts = [first]
        while self.at("."):
            self.take()
            if not (self.at_name() or self.at_kind("number", "word")):
                self.fail("a name after '.'", self._name_hint())
            parts.append(self._name_of(self.take()))
        return first if len(parts) == 1 else _join(parts, self.span_from(first.span.start))

    def text_of(self, token: Token) -> Text:
        kind: TextKind
        match token.kind:
            case "string" | "block" | "quoted_name" | "number":
                kind = token.kind
            case _:
                kind = "word"
        return quotation.read(kind, self.source, token.start, token.end)

    def _name_of(self, token: Token) -> Text:
        kind: TextKind = "quoted_name" if token.kind == "quoted_name" else "word"
        return quotation.read(kind, self.source, token.start, token.end)

    def _name_hint(self) -> str | None:
        text = self.text(self.token)
        if self.at_kind("string", "block"):
            return f"a name stands in back-quotes: `{self.text_of(self.tokens[self._index]).plain}`"
        if self.at_kind("word") and text.lower() in KEYWORDS and not self.at(*CONNECTIVES):
            return f"'{text}' is a keyword; as a name it stands in back-quotes: `{text}`"
        return None

    def _meant(self) -> str | None:
        """The keyword that a word here may be a misspelling of."""
        near = closest(self.text(self.token), CONNECTIVES) if self.at_kind("word") else None
        misspelt = near is not None and not self.at(near.lower())
        return f"did you mean '{near}'?" if misspelt else None

    # Errors

    def fail(self, expected: str, hint: str | None = None) -> NoReturn:
        """Raises: ``expected`` was to stand here, and something else does."""
        before = self.peek(-1) if self._index else None
        after = f" after {self.describe(before)}" if before else ""
        message = f"expected {expected}{after}, found {self.describe(self.token)}"
        form = f"the form is: {self.form}" if self.form else None
        hint = self.full_width_hint() or hint or form
        raise ScriptError(message, span=self.here(), hint=hint)

    def full_width_hint(self) -> str | None:
        """What to write instead of the mark that stands here, if it is a Chinese keyboard's."""
        mark = self.text(self.token)[:1]
        if mark not in FULL_WIDTH:
            return None
        return f"'{mark}' is a full-width character: write {FULL_WIDTH[mark]} instead"

    def describe(self, token: Token | None) -> str:
        """A token as error texts name it."""
        if token is None:
            return "the end of the statement"
        text = self.text(token)
        if len(text) > _SHOWN_LENGTH:
            text = text[:_SHOWN_LENGTH] + "…"
        text = " ".join(text.split())
        if token.kind in ("string", "block", "quoted_name"):
            return text
        return f"'{text}'"


def _join(parts: list[Text], span: Span) -> Text:
    """Names joined by dots: one name, quoted where one of them is."""
    kind: TextKind = "quoted_name" if any(p.kind == "quoted_name" for p in parts) else "word"
    text = ".".join(part.plain for part in parts)
    if text == span.text:
        return Text(kind, MappedText.copy_of(span), span)
    pieces: list[Piece] = []
    position = 0
    for part in parts:
        if position:
            pieces.append(Piece(position, position + 1, part.span, verbatim=False))
            position += 1
        for piece in part.value.pieces:
            length = piece.end - piece.start
            pieces.append(Piece(position, position + length, piece.origin, piece.verbatim))
            position += length
    return Text(kind, MappedText(text, tuple(pieces)), span)
