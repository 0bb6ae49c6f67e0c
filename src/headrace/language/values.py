"""The productions of options and their values, shared by the statements that have them."""

from __future__ import annotations

import re
from typing import Literal

from headrace.errors import ScriptError
from headrace.graph.span import MappedText
from headrace.graph.step import Json
from headrace.language.cursor import CONNECTIVES, Cursor
from headrace.language.syntax import Option, Text

LITERALS: dict[str, Json] = {"true": True, "false": False, "null": None}

LIST_NESTING_LIMIT = 20
NUMBER_LENGTH_LIMIT = 400
"""Longest number, in characters: longer ones are no numbers that a computer calculates with."""


def option_list(cursor: Cursor) -> tuple[Option, ...]:
    """``['where'|'options'] [['and'] option ('and' option)*]``"""
    if cursor.at("where", "options") and not _at_option(cursor):
        cursor.take()
    elif cursor.at("with"):
        cursor.fail("'where'", "options begin with 'where'")
    if cursor.at("and") and not _at_option(cursor):
        cursor.take()
    options: list[Option] = []
    if not _at_option(cursor):
        _refuse_half_option(cursor)
        return ()
    options.append(option(cursor))
    while cursor.at("and"):
        cursor.take()
        options.append(option(cursor))
    if cursor.at(",") or _at_option(cursor):
        cursor.fail("'and', 'as' or ';'", 'options are parted by \'and\': a="1" and b="2"')
    return tuple(options)


def option(cursor: Cursor) -> Option:
    """``dotted_name '=' value``"""
    key = cursor.dotted_name("an option's name")
    cursor.expect("=", hint=f'an option has the form {key.plain}="value"')
    text, data = value(cursor)
    return Option(key, text, data)


def value(cursor: Cursor) -> tuple[Text, Json]:
    """``string | block | number | 'true' | 'false' | 'null' | list``"""
    if cursor.at_kind("string", "block"):
        return cursor.text_of(cursor.take()), None
    start = cursor.here().start
    known, data = _json(cursor)
    if not known:
        cursor.fail("a value", _value_hint(cursor))
    span = cursor.span_from(start)
    return Text(known, MappedText.copy_of(span), span), data


def set_value(cursor: Cursor) -> Text:
    """``value | quoted_name | dotted_name``"""
    if cursor.at_kind("quoted_name"):
        return cursor.dotted_name("a value")
    if cursor.at_kind("word") and not cursor.at(*LITERALS):
        return cursor.dotted_name("a value")
    return value(cursor)[0]


def list_value(cursor: Cursor, depth: int = 1) -> tuple[Json, ...]:
    """``'[' [element (',' element)*] ']'``"""
    opening = cursor.take()
    if depth > LIST_NESTING_LIMIT:
        raise ScriptError(
            f"lists are nested more than {LIST_NESTING_LIMIT} deep",
            span=cursor.span_from(opening.start),
        )
    items: list[Json] = []
    while not cursor.at("]"):
        items.append(_element(cursor, depth))
        if not cursor.accept(","):
            break
    cursor.expect("]", hint='a list has the form ["a", "b"] or [1, 2]')
    return tuple(items)


def _element(cursor: Cursor, depth: int) -> Json:
    """``string | block | number | 'true' | 'false' | 'null' | list``"""
    if cursor.at_kind("string", "block"):
        return cursor.text_of(cursor.take()).plain
    known, data = _json(cursor, depth + 1)
    if not known:
        cursor.fail("an element of the list or ']'", _value_hint(cursor))
    return data


def _json(
    cursor: Cursor, depth: int = 1
) -> tuple[Literal["number", "literal", "list"] | None, Json]:
    """``number | 'true' | 'false' | 'null' | list``; None where none of them stands here."""
    if cursor.at_kind("number"):
        return "number", _number(cursor)
    if cursor.at(*LITERALS):
        return "literal", LITERALS[cursor.text(cursor.take()).lower()]
    if cursor.at("["):
        return "list", list_value(cursor, depth)
    return None, None


def _number(cursor: Cursor) -> int | float:
    token = cursor.take()
    text = cursor.text(token)
    number = float(text) if re.search("[.eE]", text) else None
    if len(text) > NUMBER_LENGTH_LIMIT or number in (float("inf"), float("-inf")):
        raise ScriptError(
            "the number is too large",
            span=cursor.source.span(token.start, token.end),
            hint="write it as a string if it is text",
        )
    return int(text) if number is None else number


def _at_option(cursor: Cursor) -> bool:
    """Whether ``dotted_name '='`` stands here, be its first word a keyword or not."""
    ahead = 0
    while (token := cursor.peek(ahead)) and token.kind in ("word", "number", "quoted_name"):
        ahead += 1
        if cursor.is_at(ahead, "="):
            return True
        if not cursor.is_at(ahead, "."):
            return False
        ahead += 1
    return False


def _refuse_half_option(cursor: Cursor) -> None:
    """Options began, and what stands here is a name without its value."""
    before = cursor.peek(-1)
    begun = cursor.text(before).lower() in ("where", "options", "and")
    if begun and cursor.at_name() and not cursor.at("as", "partitionby"):
        option(cursor)


def _value_hint(cursor: Cursor) -> str:
    token = cursor.token
    if token and token.kind in ("word", "quoted_name") and not cursor.at(*CONNECTIVES):
        return f'text stands in quotes: "{cursor.text_of(token).plain}"'
    return "a value is a string, a number, true, false, null or a list such as [1, 2]"
