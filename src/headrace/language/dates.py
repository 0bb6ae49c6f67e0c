"""Dates as templates write them: arithmetic, and Joda-Time's patterns.

The letters, each repeated for its width as in Joda-Time's ``DateTimeFormat``:

======  ===========================  ======  ===========================
letter  meaning                      letter  meaning
======  ===========================  ======  ===========================
y Y     year (``yy``: two digits)    H       hour of day, 0-23
x       year of the ISO week         k       hour of day, 1-24
M       month; MMM Jan, MMMM January h       hour of half day, 1-12
w       ISO week of the year         K       hour of half day, 0-11
d       day of the month             m       minute
D       day of the year              s       second
e       day of the week, Monday 1    S       fraction of a second
E       Mon, EEEE Monday             a       AM or PM
Z       +0800; ZZ +08:00             'text'  text; two quotes are one
======  ===========================  ======  ===========================

References
----------
Joda-Time 2, ``org.joda.time.format.DateTimeFormat``.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import datetime, timedelta

from headrace.errors import ScriptError

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July",
    "August", "September", "October", "November", "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
DEFAULT_PATTERN = "yyyy-MM-dd'T'HH:mm:ss.SSSZZ"
"""How a date-time looks where no pattern is given (ISO 8601, as Joda-Time writes it)."""
DATE_PATTERN = "yyyy-MM-dd"
WIDEST_FIELD = 32
"""Most repeats of one letter: nothing is wider, and a longer one is a mistake."""

_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|([^A-Za-z'])")


def format_date(moment: datetime, pattern: str = DEFAULT_PATTERN) -> str:
    """The date-time written by a Joda pattern.

    Raises
    ------
    ScriptError : for a letter that is not in the table above, or a quote left open

    Examples
    --------
    >>> format_date(datetime(2024, 2, 9, 8, 5), "yyyyMMdd 'at' H:mm")
    '20240209 at 8:05'
    """
    written: list[str] = []
    position = 0
    while position < len(pattern):
        token = _TOKEN.match(pattern, position)
        if token is None:
            raise ScriptError(f"date pattern {pattern!r}: a quote is left open")
        written.append(_written(moment, token, pattern))
        position = token.end()
    return "".join(written)


def _written(moment: datetime, token: re.Match[str], pattern: str) -> str:
    quoted, letter, other = token.groups()
    if letter is None:
        return other if quoted is None else quoted.replace("''", "'") or "'"
    width = len(token.group())
    if letter not in FIELDS or width > WIDEST_FIELD:
        raise ScriptError(
            f"date pattern {pattern!r}: '{token.group()}' is not supported",
            hint=f"letters: {' '.join(FIELDS)}; other text stands in single quotes",
        )
    return FIELDS[letter](moment, width)


def _number(value: int, width: int) -> str:
    return str(value).zfill(width)


def _year(year: int, width: int) -> str:
    return _number(year % 100, 2) if width == 2 else _number(year, width)


def _month(moment: datetime, width: int) -> str:
    name = MONTHS[moment.month - 1]
    if width <= 2:
        return _number(moment.month, width)
    return name[:3] if width == 3 else name


def _day_name(moment: datetime, width: int) -> str:
    name = DAYS[moment.weekday()]
    return name if width >= 4 else name[:3]


def _fraction(moment: datetime, width: int) -> str:
    return f"{moment.microsecond:06d}".ljust(width, "0")[:width]


def _offset(moment: datetime, width: int) -> str:
    offset = (moment if moment.tzinfo else moment.astimezone()).utcoffset() or timedelta()
    minutes = abs(round(offset.total_seconds() / 60))
    sign = "-" if offset < timedelta() else "+"
    colon = ":" if width > 1 else ""
    return f"{sign}{minutes // 60:02d}{colon}{minutes % 60:02d}"


FIELDS: dict[str, Callable[[datetime, int], str]] = {
    "y": lambda moment, width: _year(moment.year, width),
    "Y": lambda moment, width: _year(moment.year, width),
    "x": lambda moment, width: _year(moment.isocalendar().year, width),
    "M": _month,
    "w": lambda moment, width: _number(moment.isocalendar().week, width),
    "d": lambda moment, width: _number(moment.day, width),
    "D": lambda moment, width: _number(moment.timetuple().tm_yday, width),
    "e": lambda moment, width: _number(moment.isoweekday(), width),
    "E": _day_name,
    "H": lambda moment, width: _number(moment.hour, width),
    "k": lambda moment, width: _number(moment.hour or 24, width),
    "h": lambda moment, width: _number(moment.hour % 12 or 12, width),
    "K": lambda moment, width: _number(moment.hour % 12, width),
    "m": lambda moment, width: _number(moment.minute, width),
    "s": lambda moment, width: _number(moment.second, width),
    "S": _fraction,
    "a": lambda moment, _: "AM" if moment.hour < 12 else "PM",
    "Z": _offset,
}
"""Pattern letter → how it writes a moment in a given width."""

UNITS: dict[str, timedelta | int] = {
    "Years": 12,
    "Months": 1,
    "Weeks": timedelta(weeks=1),
    "Days": timedelta(days=1),
    "Hours": timedelta(hours=1),
    "Minutes": timedelta(minutes=1),
    "Seconds": timedelta(seconds=1),
    "Millis": timedelta(milliseconds=1),
}
"""What ``plusUnit`` and ``minusUnit`` add once; whole numbers are months."""


def shifted(moment: datetime, unit: str, count: int) -> datetime:
    """The moment ``count`` units later; a month's missing days end at its last day.

    Raises
    ------
    ScriptError : when the result is outside the years 1 to 9999

    Examples
    --------
    >>> shifted(datetime(2024, 3, 31), "Months", -1)
    datetime.datetime(2024, 2, 29, 0, 0)
    """
    step = UNITS[unit]
    try:
        return (
            moment + count * step if isinstance(step, timedelta) else _months(moment, count * step)
        )
    except (OverflowError, ValueError) as error:
        raise ScriptError(
            f"{count} {unit.lower()} from {moment.date()} is outside the years 1 to 9999"
        ) from error


def _months(moment: datetime, count: int) -> datetime:
    months = moment.year * 12 + moment.month - 1 + count
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))
