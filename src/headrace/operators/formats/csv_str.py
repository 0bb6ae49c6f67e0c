"""CSV that stands in a variable of the script."""

from __future__ import annotations

from headrace.operators.formats.base import Format
from headrace.operators.formats.csv import CsvRead


class CsvStrRead(CsvRead):
    """Options of ``load csvStr``: those of csv. The text is always Unicode."""


FORMAT = Format("csvStr", "CSV text of a variable", "text", CsvStrRead)
