"""Sail tells names of ``with`` queries apart by their case."""

from __future__ import annotations

from collections.abc import Iterator

from headrace.engines.embedded.rewrites.rule import ColumnsOf, Rule
from headrace.engines.embedded.rewrites.statement import CLAUSES, Edit, Statement


def edits(statement: Statement, _: ColumnsOf | None) -> Iterator[Edit]:
    names = {name.casefold(): name for name in _defined(statement)}
    for index in range(1, len(statement.words)):
        read = statement.words[index - 1] in ("from", "join", ",")
        written = statement.tokens[index].text
        name = names.get(written.casefold(), written)
        if read and written != name and not statement.has(index + 1, "."):
            part = statement.part(index, index)
            alias = "" if _has_alias(statement, index) else f" as {part.text}"
            yield Edit(part.start, part.end, f"`{name}`{alias}")


def _defined(statement: Statement) -> Iterator[str]:
    """Names before ``as (`` where a ``with`` list may have one."""
    if "with" not in statement.words:
        return
    for index in statement.find("as", "("):
        if index and statement.words[index - 1] != ")" and _starts(statement, index - 2):
            yield statement.tokens[index - 1].text


def _starts(statement: Statement, index: int) -> bool:
    return index >= 0 and statement.words[index] in ("with", ",")


def _has_alias(statement: Statement, index: int) -> bool:
    after = statement.words[index + 1] if index + 1 < len(statement.words) else ""
    return after == "as" or (after.isidentifier() and after not in ENDS)


ENDS = CLAUSES | {"join", "left", "right", "full", "inner", "cross", "natural", "on", "using",
                  "semi", "anti", "pivot", "unpivot", "tablesample"}  # fmt: skip
"""What may follow a table that has no alias."""

RULE = Rule("with names in another case", "the name as it is defined", "with", edits)
