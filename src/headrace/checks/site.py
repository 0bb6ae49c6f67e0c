"""What an operator may ask while it is checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from headrace.errors import Problem, suggest
from headrace.graph.protocols import Analyzer, Sinks, Sources
from headrace.graph.schema import Schema
from headrace.graph.signature import Signature
from headrace.graph.span import Span
from headrace.graph.step import Step
from headrace.models.protocols import Models
from headrace.operators.base import Knowledge

Output = tuple[str, str]
"""A step's id, and the name of one of its outputs."""


class CheckServices(Protocol):
    """What a check may look at; each part is asked for only by a step that needs it."""

    @property
    def sources(self) -> Sources: ...

    @property
    def sinks(self) -> Sinks: ...

    @property
    def models(self) -> Models: ...

    @property
    def analyzer(self) -> Analyzer:
        """Asked for at once, so it must cost nothing before its first query."""

    @property
    def offline(self) -> bool:
        """Whether nothing of the outside may be read."""


@dataclass(frozen=True, slots=True)
class StepSite:
    """One step, with what is known of the values that arrive at it."""

    step: Step
    services: CheckServices
    known: Mapping[Output, Knowledge]
    analyzer: Analyzer

    @property
    def sources(self) -> Sources:
        return self.services.sources

    @property
    def sinks(self) -> Sinks:
        return self.services.sinks

    @property
    def models(self) -> Models:
        return self.services.models

    @property
    def offline(self) -> bool:
        return self.services.offline

    def schema(self, port: str = "table") -> Schema | None:
        value = self._arriving(port)
        return value if isinstance(value, Schema) else None

    def signature(self, port: str = "model") -> Signature | None:
        value = self._arriving(port)
        return value if isinstance(value, Signature) else None

    def linked(self, port: str) -> bool:
        return self.step.link(port) is not None

    def place(self, parameter: str) -> Span | None:
        return self.step.origin.of(parameter) if self.step.origin else None

    def within(self, parameter: str, start: int, end: int) -> Span | None:
        return self.step.origin.within(parameter, start, end) if self.step.origin else None

    def column_problem(self, name: str, parameter: str, port: str = "table") -> Problem | None:
        schema = self.schema(port)
        if schema is None or name in schema:
            return None
        message = f"unknown column '{name}'{self._of_table(port)}"
        hint = suggest(name, schema.names, "columns")
        return Problem(message, self._mention(name, parameter), hint, code="unknown-column")

    def _arriving(self, port: str) -> Knowledge:
        link = self.step.link(port)
        return self.known.get((link.step, link.output)) if link else None

    def _of_table(self, port: str) -> str:
        link = self.step.link(port)
        return f" in '{link.step}'" if link else ""

    def _mention(self, name: str, parameter: str) -> Span | None:
        """Where a name stands inside a parameter that lists several."""
        text = self.step.origin.parameters.get(parameter) if self.step.origin else None
        found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text.text) if text else None
        return text.span(*found.span()) if text and found else self.place(parameter)
