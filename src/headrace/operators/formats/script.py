"""A variable's text as a table of one row."""

from __future__ import annotations

from headrace.operators.formats.base import Format, NoOptions

FORMAT = Format("script", "Text of a variable, as it stands", "text", NoOptions)
