"""The program that draws charts in a browser: Vega, Vega-Lite and vega-embed in one text."""

from __future__ import annotations

import os
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from headrace.operators.commands.files import write_whole


@cache
def chart_program() -> str:
    """JavaScript that defines ``vegaEmbed``; it loads nothing.

    Bundling takes a second or more, so that the text is kept in the user's cache, by version.
    """
    kept = _place()
    if kept is None:
        return _bundle()
    with suppress(OSError):
        return kept.read_text(encoding="utf-8")
    program = _bundle()
    # a read-only home costs a second a report, and nothing else
    with suppress(OSError):
        write_whole(kept, program.encode())
    return program


def _place() -> Path | None:
    """Where the text is kept; None where the user has no home."""
    name = f"vega-{version('vl-convert-python')}.js"
    try:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        return None
    return base / "headrace" / name


def _bundle() -> str:
    import vl_convert

    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
