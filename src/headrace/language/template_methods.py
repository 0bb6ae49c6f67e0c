"""The methods that templates may call: a closed list of pure functions, by the kind of value.

Nothing else of an object can be reached; names and meanings are those of Java's ``String`` and
``List`` and of Joda-Time's ``DateTime``, which MLSQL's templates call.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from headrace.errors import ScriptError, suggest
from headrace.language.dates import DEFAULT_PATTERN, UNITS, format_date, shifted
from headrace.language.scalars import Value, as_text, described, kind_of

MAX_CHARACTERS = 16 * 1024 * 1024
"""Longest text that a template or a method may make."""

MAX_ITEMS = 100_000
"""Most items that a list may have."""

Parameter = type[str] | type[int] | None


@dataclass(frozen=True, slots=True)
class Signature:
    """A function of the value and its arguments; ``parameters`` are their types, None for any.

    The last ``optional`` of them may be left out.
    """

    function: Callable[..., Value]
    parameters: tuple[Parameter, ...] = ()
    optional: int = 0


def call_method(value: Value, name: str, arguments: tuple[Value, ...]) -> Value:
    """``value.name(arguments)``.

    Raises
    ------
    ScriptError : for a method that is not on the list, wrong arguments, a position outside a
        text or list, and a result too large; without a place

    Examples
    --------
    >>> call_method("2024-02-09", "replace", ("-", ""))
    '20240209'
    """
    methods = _methods_of(value)
    if name not in methods:
        raise ScriptError(
            f"a {kind_of(value)} has no method '{name}'",
            hint=suggest(name, sorted(methods), "methods"),
            code="template",
        )
    signature = methods[name]
    _check_arguments(name, signature, arguments)
    try:
        result = signature.function(value, *arguments)
    except (IndexError, ValueError) as error:
        raise ScriptError(f"{name}: {error} in {described(value)}", code="template") from error
    if isinstance(result, str) and len(result) > MAX_CHARACTERS:
        raise ScriptError(f"{name} makes a text of more than {MAX_CHARACTERS} characters")
    return result


def item_of(value: Value, position: Value) -> Value:
    """``list[position]``, from 0; raises ScriptError where there is none."""
    if not isinstance(value, tuple):
        raise ScriptError(f"{described(value)} is no list, so it has no items", code="template")
    return call_method(value, "get", (position,))


def _methods_of(value: Value) -> Mapping[str, Signature]:
    if isinstance(value, str):
        return TEXT_METHODS
    if isinstance(value, tuple):
        return LIST_METHODS
    return DATE_METHODS if isinstance(value, datetime) else OTHER_METHODS


def _check_arguments(name: str, signature: Signature, arguments: tuple[Value, ...]) -> None:
    most = len(signature.parameters)
    if not most - signature.optional <= len(arguments) <= most:
        wanted = f"{most - signature.optional} to {most}" if signature.optional else f"{most}"
        raise ScriptError(f"{name} takes {wanted} arguments, not {len(arguments)}", code="template")
    for argument, parameter in zip(arguments, signature.parameters, strict=False):
        if parameter is None:
            continue
        if not isinstance(argument, parameter) or isinstance(argument, bool):
            wanted = "a text" if parameter is str else "a whole number"
            raise ScriptError(f"{name} takes {wanted}, not {described(argument)}", code="template")


def _plain(pattern: str) -> str:
    """The text that a Java pattern means, where it means just one.

    Java's ``split`` and ``replaceAll`` take patterns, and scripts use them for plain texts such
    as ``","`` and ``"\\\\|"``. Real patterns are refused: they can be made to run for ever.
    """
    text = re.sub(r"\\([^A-Za-z0-9])|\[([^\\^\]])\]", r"\1\2", pattern)
    rest = re.sub(r"\\[^A-Za-z0-9]|\[[^\\^\]]\]", "", pattern)
    if not text or re.search(r"[.*+?^${}()|\[\]\\]", rest):
        raise ScriptError(
            f"'{pattern}' is a pattern, and templates take plain text here",
            hint="split and replace by patterns in SQL: split(…), regexp_replace(…)",
            code="template",
        )
    return text


def _replace(text: str, old: str, new: str) -> str:
    growth = text.count(old) * (len(new) - len(old))
    if len(text) + growth > MAX_CHARACTERS:
        raise ValueError(f"more than {MAX_CHARACTERS} characters")
    return text.replace(old, new)


def _split(text: str, separator: str) -> tuple[str, ...]:
    plain = _plain(separator)
    if text.count(plain) >= MAX_ITEMS:
        raise ValueError(f"more than {MAX_ITEMS} parts")
    parts = text.split(plain)
    while len(parts) > 1 and not parts[-1]:  # as Java: no empty parts at the end
        parts.pop()
    return tuple(parts)


def _substring(text: str, start: int, end: int | None = None) -> str:
    stop = len(text) if end is None else end
    if not 0 <= start <= stop <= len(text):
        raise ValueError(f"no characters {start} to {stop}")
    return text[start:stop]


def _item(items: tuple[Value, ...], position: int) -> Value:
    if not 0 <= position < len(items):
        raise IndexError(f"no item {position}, there are {len(items)}")
    return items[position]


def _find(items: tuple[Value, ...], item: Value) -> int:
    return items.index(item) if item in items else -1


def _mover(unit: str, sign: int) -> Callable[[datetime, int], datetime]:
    return lambda moment, count: shifted(moment, unit, sign * count)


TEXT_METHODS: Mapping[str, Signature] = {
    "charAt": Signature(lambda text, at: _substring(text, at, at + 1), (int,)),
    "concat": Signature(lambda text, other: text + other, (str,)),
    "contains": Signature(lambda text, part: part in text, (str,)),
    "endsWith": Signature(lambda text, part: text.endswith(part), (str,)),
    "equals": Signature(lambda text, other: text == other, (None,)),
    "equalsIgnoreCase": Signature(lambda text, other: text.lower() == other.lower(), (str,)),
    "indexOf": Signature(lambda text, part: text.find(part), (str,)),
    "isEmpty": Signature(lambda text: not text),
    "lastIndexOf": Signature(lambda text, part: text.rfind(part), (str,)),
    "length": Signature(len),
    "replace": Signature(_replace, (str, str)),
    "replaceAll": Signature(lambda text, old, new: _replace(text, _plain(old), new), (str, str)),
    "split": Signature(_split, (str,)),
    "startsWith": Signature(lambda text, part: text.startswith(part), (str,)),
    "substring": Signature(_substring, (int, int), optional=1),
    "toLowerCase": Signature(lambda text: text.lower()),
    "toString": Signature(as_text),
    "toUpperCase": Signature(lambda text: text.upper()),
    "trim": Signature(lambda text: text.strip()),
}

LIST_METHODS: Mapping[str, Signature] = {
    "contains": Signature(lambda items, item: item in items, (None,)),
    "get": Signature(_item, (int,)),
    "indexOf": Signature(_find, (None,)),
    "isEmpty": Signature(lambda items: not items),
    "size": Signature(len),
    "toString": Signature(as_text),
}

DATE_METHODS: Mapping[str, Signature] = {
    **{f"plus{unit}": Signature(_mover(unit, 1), (int,)) for unit in UNITS},
    **{f"minus{unit}": Signature(_mover(unit, -1), (int,)) for unit in UNITS},
    "getYear": Signature(lambda moment: moment.year),
    "getMonthOfYear": Signature(lambda moment: moment.month),
    "getDayOfMonth": Signature(lambda moment: moment.day),
    "getDayOfWeek": Signature(lambda moment: moment.isoweekday()),
    "getDayOfYear": Signature(lambda moment: moment.timetuple().tm_yday),
    "getHourOfDay": Signature(lambda moment: moment.hour),
    "getMinuteOfHour": Signature(lambda moment: moment.minute),
    "getMillis": Signature(lambda moment: int(moment.timestamp() * 1000)),
    "toString": Signature(
        lambda moment, pattern=DEFAULT_PATTERN: format_date(moment, pattern), (str,), optional=1
    ),
    "withDayOfMonth": Signature(lambda moment, day: moment.replace(day=day), (int,)),
    "withTimeAtStartOfDay": Signature(
        lambda moment: moment.replace(hour=0, minute=0, second=0, microsecond=0)
    ),
}

OTHER_METHODS: Mapping[str, Signature] = {"toString": Signature(as_text)}
