"""Branches and loops: a stack of those that are open, rather than Python's own stack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from headrace.errors import Problem, ScriptError
from headrace.graph.span import MappedText, Source, Span
from headrace.graph.step import Json
from headrace.language.cursor import Cursor
from headrace.language.lexer import Token
from headrace.language.quotation import is_block_text
from headrace.language.statements import empty_text
from headrace.language.syntax import Arm, For, If, Statement, Text, TextKind
from headrace.language.values import list_value

NESTING_LIMIT = 100
"""How deep ``!if`` and ``!for`` may stand in each other."""

IF_FORM = "!if ''':n > 0'''; … !else; … !fi;"
FOR_FORM = '!for day in ["2024-01-01", "2024-01-02"]; … !done;'

BRANCH_COMMANDS = frozenset({"if", "elif", "else", "fi", "then", "for", "done"})


class LimitError(ScriptError):
    """The script is larger than we read; what follows is not looked at."""


@dataclass
class _OpenArm:
    span: Span
    condition: Text | None = None
    body: list[Statement] = field(default_factory=list)

    def close(self) -> Arm:
        return Arm(self.condition, tuple(self.body), self.span)


@dataclass
class _OpenIf:
    """An ``!if`` whose ``!fi`` has not come yet."""

    opening: ClassVar[str] = "!if"
    closing: ClassVar[str] = "!fi"
    start: Span
    arms: list[_OpenArm]
    has_else: bool = False

    @property
    def body(self) -> list[Statement]:
        return self.arms[-1].body

    def close(self, span: Span) -> If:
        return If(tuple(arm.close() for arm in self.arms), span)


@dataclass
class _OpenFor:
    """A ``!for`` whose ``!done`` has not come yet."""

    opening: ClassVar[str] = "!for"
    closing: ClassVar[str] = "!done"
    start: Span
    name: Text
    over: Text
    items: tuple[Json, ...] | None = None
    body: list[Statement] = field(default_factory=list)

    def close(self, span: Span) -> For:
        return For(self.name, self.over, self.items, tuple(self.body), span)


class Branches:
    """The statements read so far, and the branches and loops that are open around the next."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._statements: list[Statement] = []
        self._open: list[_OpenIf | _OpenFor] = []
        self._productions: dict[str, Callable[[Cursor, Span], None]] = {
            "if": self._if,
            "elif": self._elif,
            "else": self._else,
            "then": self._then,
            "fi": self._fi,
            "for": self._for,
            "done": self._done,
        }

    @property
    def body(self) -> list[Statement]:
        """Where the next statement belongs."""
        return self._open[-1].body if self._open else self._statements

    def read(self, name: str, tokens: list[Token], start: Span) -> None:
        """``if | elif | else | then | fi | for | done``"""
        cursor = Cursor(self._source, tokens, FOR_FORM if name in ("for", "done") else IF_FORM)
        cursor.take()
        self._productions[name](cursor, start)

    def finish(self) -> tuple[tuple[Statement, ...], list[Problem]]:
        """All statements, and a problem for each branch or loop that is still open."""
        problems = [_unfinished(frame) for frame in self._open]
        while self._open:
            self._close(self._source.whole)
        return tuple(self._statements), problems

    def _if(self, cursor: Cursor, start: Span) -> None:
        """``'!if' condition ';' body arm* '!fi' ';'``"""
        # pushed before the condition is read: where that is wrong, the !fi is still right
        arm = _OpenArm(start)
        self._push(_OpenIf(start, [arm]))
        arm.condition = _condition(cursor)
        arm.span = cursor.span_from(start.start)

    def _elif(self, cursor: Cursor, start: Span) -> None:
        """``arm: '!elif' condition ';' body``"""
        arm = self._new_arm(start)
        arm.condition = _condition(cursor)
        arm.span = cursor.span_from(start.start)

    def _else(self, cursor: Cursor, start: Span) -> None:
        """``arm: '!else' ';' body``"""
        self._new_arm(start, is_else=True)
        if cursor.at("if"):
            cursor.fail("';'", "another condition is written !elif '''…''';")
        cursor.expect_end()

    def _then(self, cursor: Cursor, start: Span) -> None:
        """``'!then' ';'``: MLSQL has it; it does nothing."""
        self._innermost_if(start)
        cursor.expect_end()

    def _fi(self, cursor: Cursor, start: Span) -> None:
        """``'!fi' ';'``"""
        self._innermost_if(start)
        self._close(start)
        cursor.expect_end()

    def _for(self, cursor: Cursor, start: Span) -> None:
        """``'!for' name 'in' (string | block | quoted_name | list) ';' body '!done' ';'``"""
        frame = _OpenFor(start, empty_text(start), empty_text(start))
        self._push(frame)
        frame.name = cursor.name("a variable's name")
        cursor.expect("in")
        frame.over, frame.items = _loop_range(cursor)
        cursor.expect_end()

    def _done(self, cursor: Cursor, start: Span) -> None:
        """``'!done' ';'``"""
        frame = self._open[-1] if self._open else None
        if not isinstance(frame, _OpenFor):
            raise _stray(start, frame, "!for")
        self._close(start)
        cursor.expect_end()

    def _new_arm(self, start: Span, is_else: bool = False) -> _OpenArm:
        frame = self._innermost_if(start)
        arm = _OpenArm(start)
        frame.arms.append(arm)
        if frame.has_else:
            message = f"'{start.text}' stands after the '!else' of its '!if'"
            raise ScriptError(message, span=start, hint=f"the form is: {IF_FORM}")
        frame.has_else = is_else
        return arm

    def _innermost_if(self, start: Span) -> _OpenIf:
        frame = self._open[-1] if self._open else None
        if not isinstance(frame, _OpenIf):
            raise _stray(start, frame, "!if")
        return frame

    def _push(self, frame: _OpenIf | _OpenFor) -> None:
        if len(self._open) == NESTING_LIMIT:
            message = f"branches and loops are nested more than {NESTING_LIMIT} deep"
            raise LimitError(message, span=frame.start)
        self._open.append(frame)

    def _close(self, end: Span) -> None:
        frame = self._open.pop()
        self.body.append(frame.close(frame.start.to(end)))


def _condition(cursor: Cursor) -> Text:
    """``string | block | quoted_name | raw_word+``"""
    if cursor.token is None:
        cursor.fail("a condition")
    if cursor.at_kind("string", "block", "quoted_name") and cursor.peek(1) is None:
        return cursor.text_of(cursor.take())
    start = cursor.here().start
    while cursor.token is not None:
        if cursor.at_kind("block"):
            cursor.fail("';'", "the whole condition stands in one '''…'''")
        cursor.take()
    span = cursor.span_from(start)
    kind: TextKind = "block" if is_block_text(span.text) else "string"
    return Text(kind, MappedText.copy_of(span), span)


def _loop_range(cursor: Cursor) -> tuple[Text, tuple[Json, ...] | None]:
    """``string | block | quoted_name | list``"""
    if cursor.at_kind("string", "block", "quoted_name"):
        return cursor.text_of(cursor.take()), None
    start = cursor.here().start
    if not cursor.at("["):
        cursor.fail("a query in '''…''' or a list in […]")
    items = list_value(cursor)
    span = cursor.span_from(start)
    return Text("list", MappedText.copy_of(span), span), items


def _stray(start: Span, frame: _OpenIf | _OpenFor | None, wanted: str) -> ScriptError:
    hint = f"no '{wanted}' is open here"
    if frame is not None:
        line = frame.start.line
        hint = f"close the '{frame.opening}' of line {line} first: {frame.closing};"
    return ScriptError(f"'{start.text}' without its '{wanted}'", span=start, hint=hint)


def _unfinished(frame: _OpenIf | _OpenFor) -> Problem:
    return Problem(
        f"'{frame.opening}' has no '{frame.closing}'",
        frame.start,
        f"end it with {frame.closing};",
        code=ScriptError.code,
    )
