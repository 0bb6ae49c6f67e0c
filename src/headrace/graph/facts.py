"""How big a table is, and how we know."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Facts:
    """Size of a table; ``source`` says where the numbers are from, such as ``parquet footer``.

    ``data_bytes`` is the size as stored; ``measured`` is false for an estimate.
    """

    rows: int | None = None
    data_bytes: int | None = None
    columns: int | None = None
    source: str = "unknown"
    measured: bool = False
