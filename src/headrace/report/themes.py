"""Colours of reports, light and dark, and the Vega configuration that uses them.

Series take the Okabe-Ito colours, which people with any common colour blindness can tell apart
(Okabe and Ito, 2008, "Color Universal Design"); yellow is left out, being unreadable on white.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

FONT = (
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', 'PingFang SC', "
    "'Hiragino Sans GB', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
)
MONOSPACE = (
    "ui-monospace, SFMono-Regular, Menlo, Consolas, 'Noto Sans Mono CJK SC', "
    "'Sarasa Mono SC', monospace"
)


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by what they are for; ``series`` for lines, points and clusters in this order."""

    paper: str
    card: str
    ink: str
    muted: str
    line: str
    accent: str
    opposite: str
    good: str
    caution: str
    bad: str
    series: tuple[str, ...]


LIGHT = Theme(
    paper="#f6f7f9",
    card="#ffffff",
    ink="#1b2430",
    muted="#5d6875",
    line="#dfe3e8",
    accent="#0072b2",
    opposite="#d55e00",
    good="#00764f",
    caution="#8a5a00",
    bad="#b3261e",
    series=("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#5d6875"),
)
DARK = Theme(
    paper="#11161c",
    card="#1a2129",
    ink="#e6eaef",
    muted="#9aa6b2",
    line="#303a45",
    accent="#56b4e9",
    opposite="#f0874a",
    good="#4cc79a",
    caution="#e6b450",
    bad="#ff8a80",
    series=("#56b4e9", "#f0874a", "#2bbd8f", "#e29cc3", "#e6b450", "#a6b8ff", "#9aa6b2"),
)


def css_variables(theme: Theme) -> str:
    """The theme's colours as CSS custom properties, ``--series-1`` and so on for the series."""
    plain = {field.name: getattr(theme, field.name) for field in fields(theme)}
    series = {f"series-{n}": colour for n, colour in enumerate(plain.pop("series"), start=1)}
    return "".join(f"--{name}:{colour};" for name, colour in {**plain, **series}.items())


def by_variables() -> Theme:
    """A theme that names CSS variables: drawings then follow the page, also into print."""
    plain = {field.name: f"var(--{field.name})" for field in fields(Theme)}
    plain.pop("series")
    series = tuple(f"var(--series-{n})" for n in range(1, len(LIGHT.series) + 1))
    return Theme(**plain, series=series)


def vega_config(theme: Theme) -> dict[str, Any]:
    """The configuration of Vega-Lite charts; the marks of ``charts`` name its styles."""
    text = {"labelColor": theme.muted, "titleColor": theme.muted}
    return {
        "background": "transparent",
        "font": FONT,
        "padding": 4,
        "view": {"stroke": "transparent"},
        "axis": {
            **text,
            "domainColor": theme.line,
            "gridColor": theme.line,
            "gridOpacity": 0.7,
            "ticks": False,
            "labelFontSize": 11,
            "labelPadding": 6,
            "titleFontSize": 11,
            "titleFontWeight": "normal",
            "titlePadding": 8,
        },
        "legend": {
            **text,
            "labelFontSize": 11,
            "labelLimit": 180,
            "orient": "top",
            "padding": 0,
            "symbolStrokeWidth": 2.5,
            "title": None,
        },
        "range": {"category": list(theme.series)},
        "mark": {"color": theme.accent},
        "line": {"strokeWidth": 2, "strokeJoin": "round"},
        "style": {
            "reference": {"color": theme.muted, "strokeDash": [4, 4], "strokeWidth": 1},
            "reference-label": {"color": theme.muted, "fontSize": 11},
            "cell-label": {"color": theme.ink, "fontSize": 14, "fontWeight": 600},
            "cell-note": {"color": theme.ink, "fontSize": 11},
        },
    }
