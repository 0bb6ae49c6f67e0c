"""HTML as values: text is escaped wherever it enters, so no name in the data can become markup."""

from __future__ import annotations

import json
from collections.abc import Iterable
from html import escape
from typing import Any, NewType

Markup = NewType("Markup", str)
"""Finished HTML; any other text is not, and is escaped."""


VOID = frozenset({"meta", "br", "hr", "img", "col"})


def text(value: str) -> Markup:
    return Markup(escape(value))


def joined(parts: Iterable[Markup]) -> Markup:
    return Markup("".join(parts))


def element(name: str, /, *content: Markup, **attributes: str | bool | None) -> Markup:
    """An element; content is markup, and ``text`` makes it of anything else.

    An attribute's name loses a final underscore (``class_``) and has hyphens for the others;
    None and False leave it out.

    >>> element("a", text("1 < 2"), href="#x", class_="near")
    '<a href="#x" class="near">1 &lt; 2</a>'
    """
    given = "".join(
        f" {_attribute(key)}" + ("" if value is True else f'="{escape(value)}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in VOID:
        return Markup(f"<{name}{given}>")
    return Markup(f"<{name}{given}>{''.join(content)}</{name}>")


def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def json_script(value: Any, **attributes: str) -> Markup:
    """Data for a script to read. No text inside can end the element or begin a comment."""
    data = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    safe = data.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return element("script", Markup(safe), type="application/json", **attributes)
