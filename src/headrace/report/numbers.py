"""Numbers and cells as people read them; the same in the terminal and in HTML."""

from __future__ import annotations

import math
from collections.abc import Sequence

from headrace.graph.report import Cell, TableItem

DIGITS = 4
"""Significant digits of a number that is not whole."""

GROUPED_FROM = 10_000
"""Whole numbers below stay without separators: most are years, codes or small counts."""

SMALLEST_POWER, LARGEST_POWER = -4, 12
"""Powers of ten between which a number is written without an exponent."""

LONGEST_WHOLE = 1e15
"""Doubles above are whole for want of digits, not because they count something."""

NULL = "null"


def number_text(value: float) -> str:
    """A number with four significant digits, whole ones in full.

    >>> [number_text(x) for x in (0.78868529, 1234.5678, 0.000012345, 30000, 2005, 3.0)]
    ['0.7887', '1235', '1.234e-05', '30,000', '2005', '3']
    """
    if isinstance(value, bool) or not math.isfinite(value):
        return str(value).lower()
    if isinstance(value, int) or (value.is_integer() and abs(value) < LONGEST_WHOLE):
        return _grouped(int(value))
    rounded = float(f"{value:.{DIGITS - 1}e}")
    magnitude = math.floor(math.log10(abs(rounded)))
    if not SMALLEST_POWER <= magnitude < LARGEST_POWER:
        return f"{value:.{DIGITS - 1}e}"
    if magnitude >= DIGITS - 1:
        return _grouped(round(value))
    return f"{rounded:.{DIGITS - 1 - magnitude}f}"


def _grouped(value: int) -> str:
    return f"{value:,}" if abs(value) >= GROUPED_FROM else str(value)


def cell_text(value: Cell) -> str:
    """A cell's value; ``null`` where there is none."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else number_text(value)


def is_number(value: Cell) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_number_column(values: Sequence[Cell]) -> bool:
    """Whether a column holds numbers, and nothing else but nulls."""
    known = [value for value in values if value is not None]
    return bool(known) and all(map(is_number, known))


def number_columns(item: TableItem) -> list[bool]:
    """Which columns align right. Decimals do too, though they are texts, which keep their digits."""
    types = item.types or ("",) * len(item.columns)
    return [
        kind.startswith("decimal") or is_number_column([row[n] for row in item.rows])
        for n, kind in enumerate(types)
    ]


def numbers(values: Sequence[Cell]) -> list[float]:
    """A chart's column as numbers, nan where there is none."""
    return [float(value) if isinstance(value, int | float) else math.nan for value in values]


def duration_text(seconds: float) -> str:
    """
    >>> [duration_text(s) for s in (0.0042, 0.34, 60.72, 3725)]
    ['4 ms', '0.34 s', '1 min 1 s', '1 h 2 min']
    """
    if seconds < 0.1:
        return f"{1000 * seconds:.0f} ms"
    if seconds < 10:
        return f"{seconds:.2f} s"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def count_text(count: int, noun: str) -> str:
    """
    >>> count_text(1, "warning"), count_text(3, "row")
    ('1 warning', '3 rows')
    """
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
