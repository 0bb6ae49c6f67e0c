"""Columns that are selected beside aggregates without being grouped by.

Engines refuse them in words of their own; this says which column it is. It is asked only of a
query that an engine has refused, so what it cannot see (functions of other packages that
aggregate) does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from sqlglot import exp

from headrace.queries.functions import AGGREGATES
from headrace.queries.query import Fault, Query
from headrace.queries.references import joined, parts_of

GROUPED_NODES = 100
"""The largest expression that is looked for among those of ``group by``."""


def ungrouped_columns(query: Query) -> tuple[Fault, ...]:
    """A fault for each column of a grouping ``select`` that is neither grouped nor aggregated."""
    faults = {
        (fault.start, fault.end): fault
        for select in query.tree.find_all(exp.Select)
        for fault in _faults(select)
    }
    return tuple(faults[place] for place in sorted(faults))


def _faults(select: exp.Select) -> Iterator[Fault]:
    group = select.args.get("group")
    having = select.args.get("having")
    if group is None and not any(_aggregates(item) for item in select.expressions):
        return
    if group is not None and (group.args.get("all") or not group.expressions):
        return
    grouped = _grouped(select, group.expressions if group else [])
    for item in (*select.expressions, *([having.this] if having else [])):
        for column in _bare_columns(item, grouped):
            written = joined(parts_of(column))
            if written:
                message = f"'{written.name}' is neither grouped by nor aggregated"
                hint = f"group by {written.name}, or take first({written.name})"
                yield Fault("ungrouped-column", message, written.start, written.end, hint)


def _grouped(select: exp.Select, expressions: list[exp.Expr]) -> set[str]:
    """The grouping expressions as folded text: written out, by position or by alias."""
    items = select.expressions
    texts = {_text(expression) for expression in expressions}
    sets = (e for e in expressions if isinstance(e, (exp.Rollup, exp.Cube, exp.GroupingSets)))
    texts |= {_text(column) for group in sets for column in group.find_all(exp.Column)}
    for index, item in enumerate(items, start=1):
        if str(index) in texts or (isinstance(item, exp.Alias) and item.alias.casefold() in texts):
            texts.add(_text(item.unalias()))
    texts |= {item.alias.casefold() for item in items if isinstance(item, exp.Alias)}
    return texts | {text.rpartition(".")[2] for text in texts}


def _bare_columns(root: exp.Expr, grouped: set[str]) -> Iterator[exp.Column]:
    """The columns of an expression outside aggregates, windows and grouped expressions."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if _is_grouped(node, grouped) or isinstance(node, (exp.Query, exp.Window)):
            continue
        if isinstance(node, exp.Column):
            yield node
        elif not _is_aggregate(node):
            waiting += node.iter_expressions()


def _is_grouped(node: exp.Expr, grouped: set[str]) -> bool:
    if isinstance(node, exp.Column) and node.name.casefold() in grouped:
        return True
    # Writing out every node of a very long expression would take its square.
    return bool(grouped) and _is_short(node) and _text(node) in grouped


def _is_short(node: exp.Expr) -> bool:
    return next(islice(node.walk(), GROUPED_NODES, None), None) is None


def _aggregates(root: exp.Expr) -> bool:
    return any(_is_aggregate(node) and not _is_windowed(node) for node in root.walk())


def _is_windowed(node: exp.Expr) -> bool:
    return isinstance(node.find_ancestor(exp.Window, exp.Select), exp.Window)


def _is_aggregate(node: exp.Expr) -> bool:
    if isinstance(node, (exp.WithinGroup, exp.GroupConcat)):
        return True
    return isinstance(node, exp.Anonymous) and node.name.casefold() in AGGREGATES


def _text(node: exp.Expr) -> str:
    return node.sql(dialect="spark").casefold()
