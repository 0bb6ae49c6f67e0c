"""What a rewriting rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.graph.schema import Schema

if TYPE_CHECKING:
    from headrace.engines.embedded.rewrites.statement import Edit, Statement

ColumnsOf = Callable[[str], Schema]
"""The columns of a query, asked of the engine."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A feature that Sail lacks and what it is given in its place.

    ``trigger`` is a regular expression of words without which no text has the feature.
    ``edits`` gives replacements that do not overlap; it is asked again of the edited text until
    it gives none.
    """

    feature: str
    instead: str
    trigger: str
    edits: Callable[[Statement, ColumnsOf | None], Iterable[Edit]]
