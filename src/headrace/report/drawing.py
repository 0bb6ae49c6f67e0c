"""Small pictures of characters: lines and points in braille, bars, shades.

A braille character has 2 x 4 dots, so that a picture of ``width`` x ``height`` characters has
``2 width`` x ``4 height`` of them. Coordinates run from 0 to 1, from the lower left corner.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from rich.text import Text

EMPTY_BRAILLE = 0x2800
DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""Bits of a braille character: by column, then by row from above (Unicode 15, chapter 21.1)."""

EIGHTHS = " ▏▎▍▌▋▊▉█"
HEIGHTS = " ▁▂▃▄▅▆▇█"
SHADES = " ░▒▓█"

Point = tuple[float, float]


class Canvas:
    """A picture under the brush; where layers meet, the later one gives the character's style."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._dots = [[0] * width for _ in range(height)]
        self._styles = [[""] * width for _ in range(height)]

    def line(self, points: Sequence[Point], style: str, step: int = 1) -> None:
        """Straight lines through the points; with a ``step`` dotted: one dot of so many."""
        for (x0, y0), (x1, y1) in pairwise(points):
            across, up = abs(x1 - x0) * 2 * self.width, abs(y1 - y0) * 4 * self.height
            dots = max(1, math.ceil(max(across, up)))
            for n in range(0, dots + 1, step):
                self._dot(x0 + (x1 - x0) * n / dots, y0 + (y1 - y0) * n / dots, style)

    def points(self, points: Iterable[Point], style: str) -> None:
        for x, y in points:
            self._dot(x, y, style)

    def _dot(self, x: float, y: float, style: str) -> None:
        if not (0 <= x <= 1 and 0 <= y <= 1):
            return
        column = min(int(x * 2 * self.width), 2 * self.width - 1)
        row = 4 * self.height - 1 - min(int(y * 4 * self.height), 4 * self.height - 1)
        self._dots[row // 4][column // 2] |= DOTS[column % 2][row % 4]
        self._styles[row // 4][column // 2] = style

    def rows(self) -> list[Text]:
        return [
            Text.assemble(
                *(
                    (chr(EMPTY_BRAILLE + d) if d else " ", s)
                    for d, s in zip(dots, styles, strict=True)
                )
            )
            for dots, styles in zip(self._dots, self._styles, strict=True)
        ]


def horizontal_bar(share: float, width: int) -> str:
    """A bar over ``share`` of ``width`` characters, to an eighth of one, padded to the width.

    >>> horizontal_bar(0.5, 3)
    '█▌ '
    """
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    whole, part = divmod(eighths, 8)
    bar = EIGHTHS[8] * whole + (EIGHTHS[part] if part else "")
    return bar.ljust(width)


def sparkline(counts: Sequence[float]) -> str:
    """A character a count, blank for none.

    >>> sparkline([0, 1, 8, 4])
    ' ▁█▄'
    """
    largest = max(counts, default=0.0)
    if largest <= 0:
        return " " * len(counts)
    return "".join(HEIGHTS[math.ceil(8 * max(count, 0.0) / largest)] for count in counts)


def shade(share: float) -> str:
    """
    >>> [shade(s) for s in (0, 0.1, 0.5, 1)]
    [' ', '░', '▒', '█']
    """
    return SHADES[math.ceil(4 * min(max(share, 0.0), 1.0))]
