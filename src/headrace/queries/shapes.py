"""What parts of a tree hold: operands, dotted names, the columns that an item or a pivot gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlglot import exp

from headrace.graph.schema import Column
from headrace.queries.fields import UNKNOWN
from headrace.queries.functions import UNIT_FUNCTIONS
from headrace.queries.references import output_name, parts_of, span_of
from headrace.queries.scopes import ANONYMOUS, Found, Relation


def operands(node: exp.Expr) -> Iterator[exp.Expr]:
    """The parts of a node that may hold names of columns."""
    if isinstance(node, (exp.DataType, exp.Star, exp.Identifier)):
        return
    if isinstance(node, exp.Kwarg):
        yield node.expression
        return
    children = list(node.iter_expressions())
    if isinstance(node, exp.Anonymous) and _has_unit(node):
        children.remove(node.expressions[0])
    yield from children


def _has_unit(call: exp.Anonymous) -> bool:
    arguments = call.expressions
    return len(arguments) == 3 and call.name.casefold() in UNIT_FUNCTIONS


def path_of(node: exp.Expr) -> tuple[list[exp.Identifier], exp.Expr | None]:
    """A dotted name as its identifiers; or none, and the expression before the dots."""
    fields: list[exp.Identifier] = []
    while isinstance(node, exp.Dot):
        if not isinstance(node.expression, exp.Identifier):
            return [], node.this if isinstance(node.this, exp.Expr) else None
        fields.append(node.expression)
        node = node.this
    if isinstance(node, exp.Column):
        if isinstance(node.this, exp.Star):
            return [], None
        return [*parts_of(node), *reversed(fields)], None
    return [], node


def columns_of(item: exp.Expr, meanings: Mapping[int, Found]) -> tuple[Column, ...] | None:
    """The columns of one selected expression; None where their number depends on types."""
    if isinstance(item, exp.Aliases):
        return tuple(Column(part.name, UNKNOWN) for part in item.expressions)
    value = item.this if isinstance(item, exp.Alias) else item
    name = output_name(item)
    if name is None and isinstance(value, exp.Cast):
        name = output_name(value.this)  # a cast keeps its column's name
    if name is None and _is_generator(value):
        return None
    meaning = meanings.get(id(value), Found(UNKNOWN))
    if value is item and meaning.column is not None:
        return (meaning.column,)  # the very column, which may be selected twice
    return (Column(name or ANONYMOUS, meaning.type),)


def _is_generator(value: exp.Expr) -> bool:
    name = value.name.casefold() if isinstance(value, exp.Anonymous) else ""
    return name.startswith(("explode", "posexplode", "inline", "json_tuple", "stack"))


def common_names(left: Iterable[Relation], right: Iterable[Relation]) -> set[str]:
    """The columns that a natural join merges."""
    of_left = {name.casefold() for relation in left for name in relation.names}
    return of_left & {name.casefold() for relation in right for name in relation.names}


def pivot_columns(pivot: exp.Pivot) -> tuple[tuple[Column, ...], bool]:
    """The columns that a pivot makes, and whether that is all of them with their right names."""
    if pivot.args.get("unpivot"):
        fields = [field.this for field in pivot.args.get("fields") or ()]
        named = [part for part in (*fields, *pivot.expressions) if isinstance(part, exp.Identifier)]
        return tuple(Column(part.name, UNKNOWN) for part in named), True
    made = tuple(Column(part.name, UNKNOWN) for part in pivot.args.get("columns") or ())
    aggregates = pivot.expressions
    values = [value for field in pivot.args.get("fields") or () for value in field.expressions]
    told = len(aggregates) == 1 or all(isinstance(part, exp.Alias) for part in aggregates)
    plain = all(isinstance(value, (exp.PivotAlias, exp.Literal)) for value in values)
    return made, told and plain


def extent(node: exp.Expr) -> tuple[int, int] | None:
    """The characters from the first to the last token that a node's parts know."""
    spans = [span for part in node.walk() if (span := span_of(part))]
    return (min(start for start, _ in spans), max(end for _, end in spans)) if spans else None
