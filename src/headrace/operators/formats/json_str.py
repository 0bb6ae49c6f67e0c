"""JSON lines that stand in a variable of the script."""

from __future__ import annotations

from headrace.operators.formats.base import Format
from headrace.operators.formats.json import JsonRead


class JsonStrRead(JsonRead):
    """Options of ``load jsonStr``: those of json. The text is always Unicode."""


FORMAT = Format("jsonStr", "JSON text of a variable", "text", JsonStrRead)
