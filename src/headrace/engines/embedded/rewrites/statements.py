"""Statements about caches, and short ways to describe a table."""

from __future__ import annotations

from collections.abc import Iterator

from headrace.engines.embedded.rewrites.rule import ColumnsOf, Rule
from headrace.engines.embedded.rewrites.statement import Edit, Statement

DESCRIBED = ("table", "query", "function", "database", "schema", "catalog", "namespace", "extended")
CACHES = (
    ("cache", "table"), ("cache", "lazy", "table"), ("uncache", "table"), ("refresh", "table"),
    ("refresh", "function"), ("clear", "cache"), ("refresh",),
)  # fmt: skip


def described_tables(statement: Statement, _: ColumnsOf | None) -> Iterator[Edit]:
    short = statement.has(0, "desc") or statement.has(0, "describe")
    if not short or len(statement.words) < 2:
        return
    if statement.words[1] not in (*DESCRIBED, "select", "with", "("):
        verb = statement.tokens[0]
        yield Edit(verb.start, verb.end + 1, "describe table")


def no_caches(statement: Statement, _: ColumnsOf | None) -> Iterator[Edit]:
    if any(statement.has(0, *words) for words in CACHES):
        yield Edit(0, len(statement.text), "select true as done")


RULES = (
    Rule("describe t", "describe table t", r"desc\s+\S|describe", described_tables),
    Rule(
        "cache, uncache, refresh",
        "nothing: files are listed anew at each read, and kept tables are the planner's work",
        "cache|uncache|refresh",
        no_caches,
    ),
)
