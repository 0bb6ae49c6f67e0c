"""``* except (a, b)`` is all columns but some."""

from __future__ import annotations

from collections.abc import Iterator

from headrace.engines.embedded.rewrites.rule import ColumnsOf, Rule
from headrace.engines.embedded.rewrites.statement import CLAUSES, Edit, Statement


def edits(statement: Statement, columns_of: ColumnsOf | None) -> Iterator[Edit]:
    if columns_of is None:
        return
    for index in statement.find("*", "except", "("):
        close = statement.closing(index + 2)
        source = source_of(statement, index)
        if close is None or source is None:
            continue
        dropped = {
            part.text.strip("`").casefold() for part in statement.split(index + 3, close - 1)
        }
        qualified = statement.has(index - 1, ".")
        prefix = f"{statement.part(index - 2, index - 2).text}." if qualified else ""
        query = f"{visible_queries(statement, index)}select {prefix}* {source}"
        kept = [
            f"{prefix}{quoted(name)}"
            for name in columns_of(query).names
            if name.casefold() not in dropped
        ]
        first = index - 2 if qualified else index
        yield Edit(
            statement.part(first, close).start, statement.part(first, close).end, ", ".join(kept)
        )
        return  # the places of others have moved in the text that ``columns_of`` was asked


def source_of(statement: Statement, index: int) -> str | None:
    """The ``from`` clause of the select list that token ``index`` stands in."""
    depth = statement.depths[index]
    for after in range(index, len(statement.words)):
        if statement.depths[after] < depth:
            return None
        if statement.has(after, "from") and statement.depths[after] == depth:
            return statement.part(after, statement.clause_end(after, CLAUSES - {"lateral"})).text
    return None


def visible_queries(statement: Statement, index: int) -> str:
    """The ``with`` list that a query at token ``index`` sees, with a space after it; or nothing."""
    if not statement.has(0, "with"):
        return ""
    ends = [
        close
        for opening in statement.find("as", "(")
        if statement.depths[opening] == 0
        and (close := statement.closing(opening + 1)) is not None
        and close < index
    ]
    return f"{statement.part(0, ends[-1]).text} " if ends else ""


def quoted(name: str) -> str:
    """A name as SQL text takes it, whatever its letters."""
    return "`" + name.replace("`", "``") + "`"


RULE = Rule("* except (a)", "the other columns by name", "except", edits)
