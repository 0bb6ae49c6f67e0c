"""The numbered slots of macros and of ``template.get``.

=========================  ==============================================================
slot                       filled with
=========================  ==============================================================
``{}``                     the next argument
``{0}``                    argument 0
``{0:text}``               argument 0, or ``text`` where there is none
``{0:uuid()}``             argument 0, or a new name
``{-1:next(named,text)}``  the argument after the word ``named``, or ``text``
``{:all}``                 all arguments as a JSON list
=========================  ==============================================================

Anything else in braces stays as it is. Filled text is not searched for slots again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from headrace.errors import ScriptError

MAX_CHARACTERS = 16 * 1024 * 1024
"""Longest text that filling may make."""

_SLOT = re.compile(
    r"(?<!\$)\{(?:(?P<all>:all)|\s*(?P<index>-?[0-9]{1,4})\s*(?::(?P<default>[^}]*))?)?\}"
)
_NEXT = re.compile(r"\s*next\(\s*(?P<word>[^,()]*?)\s*,(?P<default>.*)\)\s*", re.DOTALL)
_UUID = re.compile(r"\s*uuid\(\s*\)\s*")


def fill_slots(template: str, arguments: Sequence[str], new_id: Callable[[], str]) -> str:
    """The text with its numbered slots filled.

    Raises
    ------
    ScriptError : for a slot without argument and default, and a text too long; no place yet

    Examples
    --------
    >>> fill_slots("select {1:1} from {0} where {}", ["t"], str)
    'select 1 from t where t'
    """
    filled = _Filling(arguments, new_id)
    return _SLOT.sub(filled.slot, template)


class _Filling:
    """One pass over a template: counts ``{}`` slots and the length of what was put in."""

    def __init__(self, arguments: Sequence[str], new_id: Callable[[], str]) -> None:
        self._arguments = arguments
        self._new_id = new_id
        self._next = 0
        self._room = MAX_CHARACTERS

    def slot(self, match: re.Match[str]) -> str:
        text = self._text(match)
        self._room -= len(text)
        if self._room < 0:
            raise ScriptError(f"a macro's text has more than {MAX_CHARACTERS} characters")
        return text

    def _text(self, match: re.Match[str]) -> str:
        if match["all"]:
            # An apostrophe as its code: the list mostly stands inside a '''block'''.
            return json.dumps(list(self._arguments), ensure_ascii=False).replace("'", "\\u0027")
        if match["index"] is None:
            index, self._next = self._next, self._next + 1
        else:
            index = int(match["index"])
        if 0 <= index < len(self._arguments):
            return self._arguments[index]
        return self._default(match, index)

    def _default(self, match: re.Match[str], index: int) -> str:
        if match["default"] is None:
            raise ScriptError(
                f"argument {index} is missing: the text has {match.group()}, "
                f"and the call gives {len(self._arguments)}",
                hint="{0:text} makes argument 0 optional; "
                "a repetition such as \\d{4} is written \\d{4,4} in a macro",
            )
        return self._value(match["default"])

    def _value(self, default: str) -> str:
        if _UUID.fullmatch(default):
            return self._new_id()
        following = _NEXT.fullmatch(default)
        if following is None:
            return default
        words = list(self._arguments)
        place = words.index(following["word"]) + 1 if following["word"] in words else len(words)
        return words[place] if place < len(words) else self._value(following["default"])
