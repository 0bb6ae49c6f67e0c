"""Statements whose text is SQL: where the query ends, and what its result is called."""

from __future__ import annotations

import re
from typing import Literal, cast

from headrace.errors import Problem, ScriptError
from headrace.graph.span import MappedText, Source, Span
from headrace.language import quotation
from headrace.language.cursor import FULL_WIDTH
from headrace.language.lexer import TRIVIA, Token
from headrace.language.syntax import Select, Sql, Text

SELECT_FORM = "select … from orders as result;"

_FULL_WIDTH = re.compile("##[^\r\n]*+|([；，＝（）“”‘’｀])")  # in a Velocity remark they are text


def parse_sql(source: Source, tokens: list[Token]) -> Select | Sql:
    """``('select'|'with') SQL 'as' name`` or ``('insert'|'create'|'drop'|'refresh') SQL``"""
    first = next(index for index, token in enumerate(tokens) if token.kind not in TRIVIA)
    body = tokens[first:]
    if body[-1].kind == "end":
        body = body[:-1]
    _refuse_full_width(source, body)
    verb = source.text[body[0].start : body[0].end].lower()
    if verb in ("select", "with"):
        return _select(source, body)
    tail = _Tail(source.text, body)
    tail.skip_trivia()
    span = source.span(body[0].start, tail.position)
    return Sql(cast(Literal["insert", "create", "drop", "refresh"], verb), _sql_text(span), span)


def _select(source: Source, body: list[Token]) -> Select:
    """``('select'|'with') SQL 'as' name``"""
    tail = _Tail(source.text, body)
    tail.skip_trivia()
    end = tail.position
    table = tail.take_name(source)
    tail.skip_trivia()
    if table is None or tail.take_word().lower() != "as":
        raise _nameless(source, body, end)
    tail.skip_blanks()
    query = source.span(body[0].start, tail.position)
    return Select(_sql_text(query), table, source.span(body[0].start, end))


def _sql_text(span: Span) -> Text:
    return Text("sql", MappedText.copy_of(span), span)


class _Tail:
    """Reads SQL text from its end: what precedes ``position`` is yet to be read."""

    def __init__(self, text: str, tokens: list[Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._index = len(tokens) - 1
        self.position = tokens[-1].end

    def skip_trivia(self) -> None:
        while self._index > 0 and self._skip_token():
            pass

    def skip_blanks(self) -> None:
        while self._index > 0 and self._token.kind != "comment" and self._skip_token():
            pass

    def take_name(self, source: Source) -> Text | None:
        """The name that ends here; None where something else does."""
        end, token = self.position, self._token
        if token.kind == "quoted_name":
            self._drop()
            return quotation.read("quoted_name", source, token.start, token.end)
        if not self.take_word():
            return None
        return quotation.read("word", source, self.position, end)

    def take_word(self) -> str:
        """The letters and digits that end here, which may be none."""
        end, token = self.position, self._token
        if token.kind != "sql":
            return ""
        while self.position > token.start and _is_word(self._text[self.position - 1]):
            self.position -= 1
        return self._text[self.position : end]

    @property
    def _token(self) -> Token:
        return self._tokens[self._index]

    def _drop(self) -> None:
        self.position = self._token.start
        self._index -= 1

    def _skip_token(self) -> bool:
        """Passes over a comment, or over the blanks that end SQL text; whether to go on."""
        token = self._token
        if token.kind == "sql":
            kept = self._text[token.start : self.position].rstrip()
            self.position = token.start + len(kept)
        elif token.kind not in TRIVIA:
            return False
        if token.kind in TRIVIA or self.position == token.start:
            self._drop()
            return True
        return False


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _nameless(source: Source, body: list[Token], end: int) -> ScriptError:
    """The error of a query that does not end with ``as NAME``."""
    last = source.text[max(body[0].start, end - 1) : end]
    hint = f"end it with a name for its result: {SELECT_FORM}"
    if last == "}":
        hint = "a name with a variable in it stands in back-quotes: as `orders_${day}`;"
    elif (token := _last(body)).kind == "string":
        name = quotation.read("string", source, token.start, token.end).plain
        hint = f"a name stands in back-quotes: as `{name}`;"
    comment = next((t for t in reversed(body) if t.kind == "comment"), None)
    if comment and ";" in source.text[comment.start : comment.end] and comment.start >= end:
        hint = "its ';' stands inside a comment; " + hint
    verb = source.span(body[0].start, body[0].end)
    return ScriptError(
        f"'{verb.text}' has no name for its result: expected 'as NAME' at its end",
        span=source.span(max(body[0].start, end - 1), end),
        hint=hint,
    )


def _last(body: list[Token]) -> Token:
    return next(token for token in reversed(body) if token.kind not in TRIVIA)


def _refuse_full_width(source: Source, body: list[Token]) -> None:
    problems = [
        _full_width_problem(source.span(match.start(), match.end()))
        for token in body
        if token.kind == "sql"
        for match in _FULL_WIDTH.finditer(source.text, token.start, token.end)
        if match[1]
    ]
    if problems:
        raise ScriptError.of(problems)


def _full_width_problem(span: Span) -> Problem:
    return Problem(
        f"'{span.text}' is a full-width character",
        span,
        f"write {FULL_WIDTH[span.text]} instead, or put the text in quotes",
        code=ScriptError.code,
    )
