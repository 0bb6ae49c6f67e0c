"""The names that a statement's tree holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot import exp

from headrace.queries.parser import parse_tree
from headrace.queries.query import Query, Reference

NO_CTES: frozenset[str] = frozenset()


def read_query(sql: str) -> Query:
    """The statement with its names."""
    tree, tokens = parse_tree(sql)
    return Query(
        text=sql,
        tables=tables_of(tree),
        targets=targets_of(tree),
        functions=functions_of(tree, sql),
        outputs=outputs_of(tree),
        tree=tree,
        tokens=tokens,
    )


def span_of(node: exp.Expr) -> tuple[int, int] | None:
    """Offsets of the token that a node was made from; None where it has none of its own."""
    start, end = node.meta.get("start"), node.meta.get("end")
    return None if start is None or end is None else (start, end + 1)


def parts_of(node: exp.Table | exp.Column) -> list[exp.Identifier]:
    """The identifiers of a dotted name, in the order in which they are written."""
    return [part for part in node.parts if isinstance(part, exp.Identifier)]


def joined(parts: list[exp.Identifier]) -> Reference | None:
    """A dotted name as one reference."""
    spans = [span for part in parts if (span := span_of(part))]
    if not spans:
        return None
    name = ".".join(str(part.this) for part in parts)
    return Reference(name, spans[0][0], spans[-1][1])


def table_nodes(tree: exp.Expr) -> Iterator[exp.Table]:
    """Tables that the statement reads: no common table expressions, functions or targets."""
    skipped = {id(target) for target in target_nodes(tree)}
    waiting: list[tuple[exp.Expr, frozenset[str]]] = [(tree, NO_CTES)]
    while waiting:
        node, ctes = waiting.pop()
        if isinstance(node, exp.Hint) or id(node) in skipped:
            continue
        if isinstance(node, exp.Table) and _is_read(node, ctes):
            yield node
        waiting.extend(_children(node, ctes))


def _is_read(table: exp.Table, ctes: frozenset[str]) -> bool:
    if not isinstance(table.this, exp.Identifier):
        return False
    return bool(table.args.get("db")) or table.name.casefold() not in ctes


def _children(node: exp.Expr, ctes: frozenset[str]) -> Iterator[tuple[exp.Expr, frozenset[str]]]:
    """The parts of a node, each with the common table expressions that it sees."""
    with_ = node.args.get("with_")
    if with_:
        for cte in with_.expressions:
            inside = ctes | {cte.alias.casefold()} if with_.recursive else ctes
            yield cte.this, inside
            ctes = ctes | {cte.alias.casefold()}
    for child in node.iter_expressions():
        if child is not with_:
            yield child, ctes


def target_nodes(tree: exp.Expr) -> Iterator[exp.Table]:
    """Tables that an ``insert``, ``create``, ``drop`` or ``refresh`` names as its object."""
    if not isinstance(tree, (exp.Insert, exp.Create, exp.Drop, exp.Refresh)):
        return
    named = [tree.this, *(tree.args.get("tables") or ())]
    for node in named:
        target = node.this if isinstance(node, exp.Schema) else node
        if isinstance(target, exp.Table):
            yield target


def tables_of(tree: exp.Expr) -> tuple[Reference, ...]:
    return _in_order(joined(parts_of(table)) for table in table_nodes(tree))


def targets_of(tree: exp.Expr) -> tuple[Reference, ...]:
    return _in_order(joined(parts_of(table)) for table in target_nodes(tree))


def functions_of(tree: exp.Expr, sql: str) -> tuple[Reference, ...]:
    calls = (node for node in tree.find_all(exp.Func) if not isinstance(node, exp.Connector))
    return _in_order(call_reference(call, sql) for call in calls)


def call_reference(call: exp.Func, sql: str) -> Reference | None:
    """The name of a function call; None for syntax such as ``case`` that has no name."""
    span = span_of(call)
    if span is None:
        return None
    return Reference(sql[span[0] : span[1]].strip("`"), *span)


def _in_order(references: Iterator[Reference | None]) -> tuple[Reference, ...]:
    found = [reference for reference in references if reference]
    return tuple(sorted(found, key=lambda reference: reference.start))


def outputs_of(tree: exp.Expr) -> tuple[str, ...] | None:
    """The columns' names where each is an alias or a plain column; else None."""
    if not isinstance(tree, exp.Query):
        return None
    while isinstance(tree, (exp.SetOperation, exp.Subquery)):
        tree = tree.this
    names = [output_name(item) for item in tree.expressions]
    return tuple(name for name in names if name) if names and all(names) else None


def output_name(item: exp.Expr) -> str | None:
    """The name that a selected expression gives its column; None where the engine makes one."""
    if isinstance(item, exp.Alias):
        return item.alias
    if isinstance(item, exp.Column) and not isinstance(item.this, exp.Star):
        return item.name
    if isinstance(item, exp.Dot) and isinstance(item.expression, exp.Identifier):
        return item.expression.name
    return None


@dataclass(frozen=True, slots=True)
class Star:
    """``*`` or ``t.*`` as it stands in a query."""

    qualifier: tuple[str, ...]
    start: int
    end: int


def star_of(item: exp.Expr) -> Star | None:
    """An expression as a star; None where it is another one."""
    star = item.this if isinstance(item, exp.Column) else item
    span = span_of(star) if isinstance(star, exp.Star) else None
    if span is None:
        return None
    qualifier = parts_of(item) if isinstance(item, exp.Column) else []
    starts = [part_span[0] for part in qualifier if (part_span := span_of(part))]
    return Star(tuple(part.name for part in qualifier), min([*starts, span[0]]), span[1])
