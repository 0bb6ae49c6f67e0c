"""Asks the engine for types once per query."""

from __future__ import annotations

from collections.abc import Mapping

from headrace.graph.protocols import Analyzer
from headrace.graph.schema import Schema

Question = tuple[str, tuple[tuple[str, Schema], ...]]


class RememberingAnalyzer:
    """An analyser that is asked the same by ``check`` and ``knowledge``, and answers once."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._answers: dict[Question, Schema] = {}

    def query_schema(self, sql: str, tables: Mapping[str, Schema]) -> Schema:
        question = (sql, tuple(sorted(tables.items(), key=lambda item: item[0])))
        if question not in self._answers:
            self._answers[question] = self._analyzer.query_schema(sql, tables)
        return self._answers[question]
