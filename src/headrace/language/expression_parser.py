"""Branch expression text → tree. ``or`` binds least, then ``and``, comparison, ``+ -``, ``* / %``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal as Kinds

from headrace.errors import ScriptError
from headrace.graph.span import MappedText, Span
from headrace.language.expression_syntax import (
    Assignment,
    Binary,
    Call,
    Cast,
    Condition,
    Expression,
    Index,
    Literal,
    Unary,
    VariableReference,
)

MAX_DEPTH = 50
"""How deep parentheses and calls may stand in one another."""

MAX_OPERATORS = 100
"""Most operators in one expression: each is a level of its tree."""

MAX_CHARACTERS = 100_000
"""Longest branch expression."""

TokenKind = Kinds["number", "text", "variable", "name", "symbol", "end"]

_TOKEN = re.compile(
    r"""(?P<space>(?:\s+|--[^\n]*|/\*.*?\*/)+)
    |(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?!\w))
    |(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |:(?P<variable>[^\W\d]\w*|__\w+|`[^`]+`)
    |(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*|`[^`]+`)
    |(?P<symbol>\|\||&&|==|!=|<>|<=|>=|[-+*/%<>=!()\[\],;])""",
    re.VERBOSE | re.DOTALL,
)
_TYPE = re.compile(r"[\w\s<>,:()]+")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_ESCAPES = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "b": "\b",
    "0": "\0",
    "Z": "\x1a",
    "%": "\\%",
    "_": "\\_",
}
_WORDS = {"true": True, "false": False, "null": None}
_SYNONYMS = {"||": "or", "&&": "and", "==": "=", "<>": "!="}
_BINDING = {
    "or": 1, "and": 2, "=": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4,
    "+": 5, "-": 5, "*": 6, "/": 6, "%": 6,
}  # fmt: skip
_NOT_BINDING = 3  # `not a = b` is `not (a = b)`, as in SQL
_OPERATORS_HINT = "operators: = == != <> < <= > >= + - * / % and or not && ||"


@dataclass(frozen=True, slots=True)
class _Token:
    kind: TokenKind
    text: str
    start: int
    end: int


def parse_condition(text: MappedText) -> Condition:
    """The tree of ``[select expression as :name, …;]* expression``.

    Raises
    ------
    ScriptError : at its place, for anything else
    """
    return _Parser(text).condition()


class _Parser:
    """Recursive descent; each method's docstring is its production."""

    def __init__(self, text: MappedText) -> None:
        self._mapped = text
        self._tokens = self._tokenize()
        self._index = 0
        self._depth = 0
        self._operators = 0

    def condition(self) -> Condition:
        """``(select (',' …)* ';')* expression [';']``"""
        parts: list[Assignment] = []
        while self._is_word("select"):
            self._index += 1
            parts.append(self._assignment())
            while self._accept(","):
                parts.append(self._assignment())
            self._expect(";", "after 'as :name' comes ';' and the condition")
        result = self._expression()
        self._accept(";")
        if self._next.kind != "end":
            raise self._unexpected("the expression ends before this")
        return Condition(tuple(parts), result)

    def _assignment(self) -> Assignment:
        """``expression 'as' ':' name``"""
        start = self._next.start
        value = self._expression()
        if not self._is_word("as"):
            raise self._unexpected("a part is: select expression as :name")
        self._index += 1
        name = self._next
        if name.kind not in ("variable", "name"):
            raise self._unexpected("a part is: select expression as :name")
        self._index += 1
        return Assignment(_unquoted(name.text), value, self._span(start, name.end))

    def _expression(self, binding: int = 1) -> Expression:
        """``unary (operator unary)*``, operators in the order of their binding"""
        self._deeper()
        start = self._next.start
        left = self._unary()
        while (operator := self._operator()) and _BINDING[operator] >= binding:
            self._count_operator()
            self._index += 1
            right = self._expression(_BINDING[operator] + 1)
            left = Binary(operator, left, right, self._since(start))
        self._depth -= 1
        return left

    def _unary(self) -> Expression:
        """``('-' | '+') unary | ('not' | '!') comparison | postfix``"""
        start = self._next.start
        if self._is_word("not") or self._next.text == "!":
            self._index += 1
            return Unary("not", self._expression(_NOT_BINDING), self._since(start))
        if self._next.kind == "symbol" and self._next.text in "+-":
            self._deeper()
            sign = self._take().text
            operand = self._unary()
            self._depth -= 1
            return Unary("-", operand, self._since(start)) if sign == "-" else operand
        return self._postfix()

    def _postfix(self) -> Expression:
        """``primary ['[' expression ']']``"""
        start = self._next.start
        base = self._primary()
        if not self._accept("["):
            return base
        position = self._expression()
        self._expect("]", "an index is written :list[0]")
        if self._next.text == "[" and self._next.kind == "symbol":
            raise self._unexpected(
                "only one index is possible; name the inner list by a select part"
            )
        return Index(base, position, self._since(start))

    def _primary(self) -> Expression:
        """``number | text | 'true' | 'false' | 'null' | variable | call | '(' expression ')'``"""
        token = self._next
        span = self._span(token.start, token.end)
        if token.kind == "number":
            self._index += 1
            return Literal(_number(token.text), span)
        if token.kind == "text":
            self._index += 1
            return Literal(_unescaped(token.text[1:-1]), span)
        if token.kind == "variable":
            self._index += 1
            return VariableReference(_unquoted(token.text), span)
        if token.kind == "name":
            return self._named()
        if self._accept("("):
            inner = self._expression()
            self._expect(")", "the parenthesis is not closed")
            return inner
        raise self._unexpected('a value is :name, 5, "text", true, null or function(…)')

    def _named(self) -> Expression:
        """``'true' | 'false' | 'null' | name '(' arguments ')' | 'cast' '(' … 'as' type ')'``"""
        token = self._take()
        word = token.text.lower()
        if self._accept("("):
            if word in ("cast", "try_cast"):
                return self._cast(word, token.start)
            return Call(token.text, self._arguments(), self._since(token.start))
        if word in _WORDS:
            return Literal(_WORDS[word], self._span(token.start, token.end))
        raise ScriptError(
            f"'{token.text}' is neither a variable nor a function here",
            span=self._span(token.start, token.end),
            hint=f'write :{token.text} for a variable, "{token.text}" for a text; {_OPERATORS_HINT}',
            code="expression",
        )

    def _arguments(self) -> tuple[Expression, ...]:
        """``[expression (',' expression)*] ')'``"""
        if self._accept(")"):
            return ()
        arguments = [self._expression()]
        while self._accept(","):
            arguments.append(self._expression())
        self._expect(")", "arguments end with ')'")
        return tuple(arguments)

    def _cast(self, function: str, start: int) -> Cast:
        """``expression 'as' type ')'``; the type is text up to the parenthesis that closes it."""
        operand = self._expression()
        if not self._is_word("as"):
            raise self._unexpected("the form is cast(value as type)")
        first = self._take()
        depth = 1
        while depth and self._next.kind != "end":
            text = self._take().text
            depth += (text == "(") - (text == ")")
        end = self._tokens[self._index - 1]
        name = self._mapped.text[first.end : end.start].strip()
        if depth or not _TYPE.fullmatch(name):
            raise ScriptError(
                f"'{name}' is no type", span=self._span(first.end, end.end), code="expression",
                hint="types: int, bigint, double, decimal(10,2), string, boolean, date, timestamp",
            )  # fmt: skip
        return Cast(function, operand, name, self._since(start))

    def _operator(self) -> str | None:
        token = self._next
        text = token.text.lower() if token.kind in ("symbol", "name") else ""
        text = _SYNONYMS.get(text, text)
        return text if text in _BINDING else None

    def _tokenize(self) -> list[_Token]:
        text = self._mapped.text
        if len(text) > MAX_CHARACTERS:
            raise self._error(f"an expression of more than {MAX_CHARACTERS} characters", 0, 1)
        tokens: list[_Token] = []
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None:
                raise self._unreadable(text[position], position)
            if match.lastgroup != "space":
                kind: TokenKind = match.lastgroup  # type: ignore[assignment]  # the groups' names
                tokens.append(_Token(kind, match[kind], position, match.end()))
            position = match.end()
        return [*tokens, _Token("end", "", len(text), len(text))]

    def _unreadable(self, character: str, position: int) -> ScriptError:
        if character in "'\"":
            return self._error(f"the quote {character} is not closed", position, position + 1)
        return self._error(f"unexpected '{character}'", position, position + 1, _OPERATORS_HINT)

    @property
    def _next(self) -> _Token:
        return self._tokens[self._index]

    def _take(self) -> _Token:
        token = self._next
        self._index += 1
        return token

    def _is_word(self, word: str) -> bool:
        return self._next.kind == "name" and self._next.text.lower() == word

    def _accept(self, symbol: str) -> bool:
        found = self._next.kind == "symbol" and self._next.text == symbol
        self._index += found
        return found

    def _expect(self, symbol: str, hint: str) -> None:
        if not self._accept(symbol):
            raise self._unexpected(hint)

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            token = self._next
            raise self._error(f"nested more than {MAX_DEPTH} deep", token.start, token.end)

    def _count_operator(self) -> None:
        self._operators += 1
        if self._operators > MAX_OPERATORS:
            token = self._next
            raise self._error(f"more than {MAX_OPERATORS} operators", token.start, token.end)

    def _unexpected(self, hint: str) -> ScriptError:
        token = self._next
        what = f"unexpected '{token.text}'" if token.text else "the expression is not complete"
        return self._error(what, token.start, token.end, hint)

    def _error(self, message: str, start: int, end: int, hint: str | None = None) -> ScriptError:
        return ScriptError(message, span=self._span(start, end), hint=hint, code="expression")

    def _since(self, start: int) -> Span:
        return self._span(start, self._tokens[self._index - 1].end)

    def _span(self, start: int, end: int) -> Span:
        return self._mapped.span(start, end)


def _number(digits: str) -> int | float | Decimal:
    """Whole, decimal (exact) or, with an exponent, double: as Spark reads literals."""
    if "e" in digits.lower():
        return float(digits)
    if len(digits) > 38:
        return float(digits)
    return Decimal(digits) if "." in digits else int(digits)


def _unescaped(text: str) -> str:
    def character(match: re.Match[str]) -> str:
        escape = match[1]
        return chr(int(escape[1:], 16)) if len(escape) == 5 else _ESCAPES.get(escape, escape)

    return _ESCAPE.sub(character, text)


def _unquoted(name: str) -> str:
    return name.strip("`")
