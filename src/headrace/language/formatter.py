"""One canonical text for a script: ``headrace fmt``.

Keywords are lower-case, a long statement has one option a line, the bodies of branches and
loops are indented. SQL text stays as its writer laid it out. Every comment is kept.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from headrace.graph.span import Source, Span, display_width
from headrace.language.layout import Layout, layouts
from headrace.language.lexer import Token, tokenize
from headrace.language.parser import parse
from headrace.language.quotation import write
from headrace.language.syntax import Script, Text

INDENT = 4
"""Columns that a branch or loop indents its body by."""
LINE_WIDTH = 100
"""Columns that a statement on one line may take."""

_REMARK = re.compile("--|##")
_BLANK_LINE = re.compile(r"\n[^\S\n]*+\n")


def format_script(source: Source) -> str:
    """The script in its canonical layout; formatting it again changes nothing.

    Raises
    ------
    ScriptError : the text is not a script
    """
    script = parse(source)
    return _Writer(source, list(layouts(script.statements, _as_written))).write()


def format_statements(script: Script) -> str:
    """The text of a tree: parsed, it gives an equal tree.

    SQL text is written as it stands. A block that holds its own quotes becomes a string.
    """
    return "".join(f"{_plain(item)}\n" for item in layouts(script.statements, write))


def _as_written(text: Text) -> str:
    """Quoted text as it stands in the source, names in their usual form."""
    return text.plain if text.kind == "word" else text.span.text


def _plain(item: Layout) -> str:
    lines = _lines(item)
    if item.is_sql:
        query, *result = [clause.text for clause in item.clauses]
        lines = [query, *result] if _is_remarked(query) else [" ".join([query, *result])]
    text = "\n".join(f"{_indent(item.depth)}{line}" for line in lines)
    return _ended(text, item)


def _is_remarked(sql: str) -> bool:
    """Whether the last line may end with a comment or a template's remark: nothing follows it."""
    return _REMARK.search(sql, sql.rfind("\n") + 1) is not None


def _ended(text: str, item: Layout) -> str:
    return f"{text}\n{_indent(item.depth)};" if item.is_sql and _is_remarked(text) else f"{text};"


def _lines(item: Layout) -> list[str]:
    """The clauses on one line where they fit, else each on its own."""
    texts = [clause.text for clause in item.clauses]
    line = " ".join(text.lstrip() for text in texts)
    fits = "\n" not in line and display_width(line) + INDENT * item.depth < LINE_WIDTH
    return [line] if fits else texts


def _indent(depth: int) -> str:
    return " " * (INDENT * depth)


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a statement, the comments above it and those at its end."""

    text: str
    above: tuple[Token, ...] = ()
    behind: tuple[Token, ...] = ()


class _Writer:
    """Writes items in turn, each with the comments that stand before, in and after it."""

    def __init__(self, source: Source, items: Sequence[Layout]) -> None:
        self._source = source
        self._text = source.text
        self._items = items
        self._tokens = tokenize(source)
        self._comments = deque(_free_comments(self._tokens, items))
        self._lines: list[str] = []
        self._end = 0

    def write(self) -> str:
        for item, following in zip_longest(self._items, self._items[1:]):
            limit = following.clauses[0].span.start if following else len(self._text)
            self._write_item(item, limit)
        for comment in self._take_comments(len(self._text)):
            self._write_comment(comment, 0)
        return "".join(f"{line}\n" for line in self._lines)

    def _write_item(self, item: Layout, limit: int) -> None:
        first = item.clauses[0].span
        # a comment inside the first clause moves above the statement; in SQL text it stays
        for comment in self._take_comments(first.start if item.is_sql else first.end):
            self._write_comment(comment, item.comment_depth)
        self._keep_blank_line(first.start)
        rows = self._sql_rows(item, limit) if item.is_sql else self._rows(item, limit)
        for row in rows:
            for comment in row.above:
                self._lines += self._comment_lines(comment, item.depth)
            text = f"{_indent(item.depth)}{row.text}"
            self._lines.append(_ended(text, item) if row is rows[-1] else text)
            self._append_comments(row.behind, item.depth)
        self._end = max(self._end, item.clauses[-1].span.end)

    def _rows(self, item: Layout, limit: int) -> list[_Row]:
        """One row a clause where comments part them or the line would be long, else one row."""
        limits = [clause.span.start for clause in item.clauses[1:]] + [limit]
        rows: list[_Row] = []
        for clause, clause_limit in zip(item.clauses, limits, strict=True):
            above = self._take_comments(clause.span.end)
            rows.append(_Row(clause.text, above, self._take_behind(clause.span.end, clause_limit)))
        if any(row.above for row in rows) or any(row.behind for row in rows[:-1]):
            return rows
        *lines, last = _lines(item)
        return [*map(_Row, lines), _Row(last, (), rows[-1].behind)]

    def _sql_rows(self, item: Layout, limit: int) -> list[_Row]:
        """SQL text as it was laid out, moved as a whole to its place."""
        query, last = item.clauses[0].span, item.clauses[-1].span
        text = self._moved(query, item.depth)
        if len(item.clauses) > 1:
            broken = self._text.find("\n", query.end, last.start) >= 0
            text += (f"\n{_indent(item.depth)}" if broken else " ") + item.clauses[-1].text
        inner = self._take_comments(last.end)
        return [_Row(text, (), (*inner, *self._take_behind(last.end, limit)))]

    # Comments

    def _take_comments(self, end: int) -> tuple[Token, ...]:
        """The comments not yet written that begin before ``end``."""
        taken: list[Token] = []
        while self._comments and self._comments[0].start < end:
            taken.append(self._comments.popleft())
        return tuple(taken)

    def _take_behind(self, end: int, limit: int) -> tuple[Token, ...]:
        """The comments between ``end`` and ``limit`` that stand on the line of ``end``."""
        line_end = self._text.find("\n", end, limit)
        return self._take_comments(limit if line_end < 0 else line_end)

    def _write_comment(self, comment: Token, depth: int) -> None:
        self._keep_blank_line(comment.start)
        self._lines += self._comment_lines(comment, depth)
        self._end = comment.end

    def _append_comments(self, comments: tuple[Token, ...], depth: int) -> None:
        """At the end of the line; what cannot stand there, after another, below it."""
        line_is_open = True
        for comment in comments:
            first, *others = self._comment_lines(comment, depth)
            if line_is_open:
                self._lines[-1] += f" {first.lstrip()}"
            else:
                self._lines.append(first)
            self._lines += others
            line_is_open &= not others and self._text[comment.start] == "/"
            self._end = comment.end

    def _comment_lines(self, comment: Token, depth: int) -> list[str]:
        span = Span(self._source, comment.start, comment.end)
        return f"{_indent(depth)}{self._moved(span, depth)}".split("\n")

    def _keep_blank_line(self, start: int) -> None:
        """One empty line for the one or more that stood before ``start``."""
        if self._lines and _BLANK_LINE.search(self._text, self._end, start):
            self._lines.append("")

    # SQL text

    def _moved(self, span: Span, depth: int) -> str:
        """The text with the indentation of its place, blanks at line ends left out.

        Quoted text keeps its lines: a blank is data there.
        """
        first = bisect_left(self._tokens, span.start, key=_start)
        shift = self._shift(first, depth)
        parts: list[str] = []
        for token in self._tokens[first : bisect_left(self._tokens, span.end, key=_start)]:
            text = self._text[token.start : min(token.end, span.end)]
            if token.kind not in ("string", "quoted_name"):
                text = _shifted(text, shift)
            parts.append(text.rstrip() if token.kind == "comment" else text)
        return "".join(parts)

    def _shift(self, index: int, depth: int) -> int:
        """By how many columns a token moves; 0 where it does not begin its line."""
        if index == 0:
            return INDENT * depth
        before = self._tokens[index - 1]
        blank = self._text[before.start : before.end]
        if before.kind != "space" or ("\n" not in blank and before.start > 0):
            return 0
        return INDENT * depth - (len(blank) - blank.rfind("\n") - 1)


def _start(token: Token) -> int:
    return token.start


def _shifted(text: str, shift: int) -> str:
    """The text with the lines after the first indented by ``shift`` columns more or less."""
    first, *lines = text.split("\n")
    if not lines:
        return text
    *inner, last = lines
    shifted = [first.rstrip(), *(_indented(line, shift).rstrip() for line in inner)]
    return "\n".join([*shifted, _indented(last, shift)])


def _indented(line: str, shift: int) -> str:
    if shift >= 0:
        return " " * shift + line
    blanks = len(line) - len(line.lstrip())
    return line[min(blanks, -shift) :]


def _free_comments(tokens: Sequence[Token], items: Sequence[Layout]) -> list[Token]:
    """The comments that are not part of SQL text, a list or a condition."""
    verbatim = [c.verbatim for item in items for c in item.clauses if c.verbatim is not None]
    starts = [span.start for span in verbatim]
    free: list[Token] = []
    for token in tokens:
        if token.kind == "comment":
            index = bisect_right(starts, token.start) - 1
            if index < 0 or verbatim[index].end <= token.start:
                free.append(token)
    return free
