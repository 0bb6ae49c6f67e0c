"""Text to ``Script``, with every problem in one go.

A problem ends the reading of its statement only; the next one is read as if nothing had
happened.
"""

from __future__ import annotations

from headrace.errors import Problem, ScriptError
from headrace.graph.span import Source, Span
from headrace.language.branches import BRANCH_COMMANDS, Branches, LimitError
from headrace.language.lexer import TOKEN_LIMIT, TRIVIA, Lexer, Token
from headrace.language.statements import parse_statement
from headrace.language.syntax import Script

SOURCE_LENGTH_LIMIT = 64 * 1024 * 1024
"""Longest script, in characters."""
STATEMENT_LIMIT = 200_000
PROBLEM_LIMIT = 100
"""After so many problems the rest of the text is not read."""
REREAD_LIMIT = 100_000
"""Most characters that are read again after a quote without an end."""

_UNCLOSED = {
    "'''": ("the block has no end", "a block ends with '''"),
    "'": ("the string has no end", "it ends with the quote that it began with: '"),
    '"': ("the string has no end", 'it ends with the quote that it began with: "'),
    "`": ("the back-quoted text has no end", "it ends with another back-quote: `"),
    "/*": ("the comment has no end", "it ends with */"),
}


def parse(source: Source) -> Script:
    """The tree of a script.

    Raises
    ------
    ScriptError : holds all syntax problems, in the order of the text
    """
    script, problems = parse_with_problems(source)
    if problems:
        raise ScriptError.of(problems)
    return script


def parse_with_problems(source: Source) -> tuple[Script, tuple[Problem, ...]]:
    """The statements that could be read, and what is wrong with the others."""
    if len(source.text) > SOURCE_LENGTH_LIMIT:
        message = f"the script is longer than {SOURCE_LENGTH_LIMIT:,} characters"
        return Script(source), (_problem(message, source.span(0, 1)),)
    return _Parser(source).script()


class _Parser:
    """``script: (statement? ';')* statement?``"""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.lexer = Lexer(source)
        self.branches = Branches(source)
        self.problems: list[Problem] = []
        self.statement_count = 0

    def script(self) -> tuple[Script, tuple[Problem, ...]]:
        self._read_statements()
        statements, unfinished = self.branches.finish()
        ordered = sorted([*self.problems, *unfinished], key=_position)
        return Script(self.source, statements), tuple(ordered)

    def _read_statements(self) -> None:
        while tokens := self.lexer.statement():
            try:
                self._read(tokens)
            except LimitError as error:
                self.problems.extend(error.problems)
                return
            except ScriptError as error:
                self.problems.extend(error.problems)
            if len(self.problems) >= PROBLEM_LIMIT and self.lexer.position < len(self.lexer.text):
                place = self.source.span(self.lexer.position, self.lexer.position)
                message = f"the rest was not read after {len(self.problems)} problems"
                self.problems.append(_problem(message, place))
                return

    def _read(self, tokens: list[Token]) -> None:
        """``[branch | statement] ';'``"""
        significant = [token for token in tokens if token.kind not in TRIVIA]
        if any(token.kind == "unclosed" for token in significant):
            raise self._unclosed(significant)
        if not significant:
            return
        if significant[-1].kind == "excess":
            message = f"the statement has more than {TOKEN_LIMIT:,} words and marks"
            raise LimitError(message, span=self._span(significant[0]))
        first, last = significant[0], significant[-1]
        if last.kind == "end":
            self._check_end(last)
        if first.kind == "end":
            return
        self._count(first)
        name = self.lexer.text[first.start + 1 : first.end].lower()
        if first.kind == "command" and name in BRANCH_COMMANDS:
            self.branches.read(name, tokens, self._span(first))
        else:
            self.branches.body.append(parse_statement(self.source, tokens))
        if last.kind != "end" and self.lexer.position < len(self.lexer.text):
            place = self.source.span(last.end, last.end)
            hint = "the next line begins another statement"
            raise ScriptError("expected ';' at the end of the statement", span=place, hint=hint)

    def _count(self, first: Token) -> None:
        self.statement_count += 1
        if self.statement_count > STATEMENT_LIMIT:
            message = f"the script has more than {STATEMENT_LIMIT:,} statements"
            raise LimitError(message, span=self._span(first))

    def _check_end(self, end: Token) -> None:
        if self.lexer.text[end.start] != ";":
            message = f"'{self._span(end).text}' is a full-width character"
            self.problems.append(_problem(message, self._span(end), "write ; instead"))

    def _unclosed(self, significant: list[Token]) -> ScriptError:
        """The quote that lacks its end.

        An earlier one of its kind that runs over the end of a statement is likelier to lack it:
        all quotes after that one pair up wrongly.
        """
        token = next(token for token in significant if token.kind == "unclosed")
        opening = self._opening(token)
        for earlier in significant:
            after = self.lexer.statement_end_within(earlier)
            if after is None or self._opening(earlier) != opening:
                continue
            if token.start - after < REREAD_LIMIT:
                self.lexer.position = after
            token = earlier
            break
        message, hint = _UNCLOSED[opening]
        span = self.source.span(token.start, token.start + len(opening))
        return ScriptError(message, span=span, hint=hint)

    def _opening(self, token: Token) -> str:
        """The quote or comment mark that a token begins with; empty where there is none."""
        text = self.lexer.text
        return next((mark for mark in _UNCLOSED if text.startswith(mark, token.start)), "")

    def _span(self, token: Token) -> Span:
        return self.source.span(token.start, token.end)


def _problem(message: str, span: Span, hint: str | None = None) -> Problem:
    return Problem(message, span, hint, code=ScriptError.code)


def _position(problem: Problem) -> tuple[int, int]:
    span = problem.span
    return (span.line, span.column) if span else (0, 0)
