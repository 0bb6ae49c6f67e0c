"""What a ``from`` clause brings into sight: tables, joins, subqueries, functions, pivots."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from headrace.graph.schema import Column
from headrace.queries.fields import UNKNOWN
from headrace.queries.functions import GENERATED_COLUMNS
from headrace.queries.messages import unknown_table
from headrace.queries.names import Names
from headrace.queries.references import joined, parts_of, span_of
from headrace.queries.scopes import Ctes, Missing, Relation, Scope
from headrace.queries.shapes import common_names, pivot_columns


class Sources:
    """Reads ``from`` clauses.

    Parameters
    ----------
    names : where faults go
    query : gives the columns of a subquery
    expression : resolves the names of a condition or of a function's arguments
    """

    def __init__(
        self,
        names: Names,
        query: Callable[[exp.Expr, Ctes, Scope | None], Relation],
        expression: Callable[[exp.Expr, Scope, Ctes], None],
    ) -> None:
        self._names = names
        self._query = query
        self._expression = expression

    def read(self, node: exp.Expr, ctes: Ctes, outer: Scope | None) -> Scope:
        """What the ``from`` clause of a select (or a joined table) brings into sight."""
        scope = Scope(outer=outer)
        from_ = node.args.get("from_")
        if isinstance(from_, exp.From):
            scope = self.with_source(scope, from_.this, ctes)
        return self.with_joins(scope, node, ctes)

    def with_source(self, scope: Scope, source: exp.Expr, ctes: Ctes) -> Scope:
        """The scope with one more source, and the joins that are written inside it."""
        if isinstance(source, exp.Subquery) and not isinstance(source.this, exp.Query):
            inner = self.with_source(Scope(outer=scope.outer), source.this, ctes)
            relations = tuple(r.called(source.alias or None) for r in inner.relations)
            merged = scope.merged | inner.merged
            return Scope((*scope.relations, *relations), merged, outer=scope.outer)
        relation = self.relation(source, scope, ctes)
        relation = self.pivoted(source, relation, scope, ctes)
        scope = Scope((*scope.relations, relation), scope.merged, outer=scope.outer)
        return self.with_joins(scope, source, ctes)

    def with_joins(self, scope: Scope, node: exp.Expr, ctes: Ctes) -> Scope:
        for join in node.args.get("joins") or ():
            scope = self.join(scope, join, ctes)
        for lateral in node.args.get("laterals") or ():
            scope = self.with_source(scope, lateral, ctes)
        return scope

    def join(self, scope: Scope, join: exp.Join, ctes: Ctes) -> Scope:
        joined_scope = self.with_source(scope, join.this, ctes)
        left = scope.relations
        right = joined_scope.relations[len(left) :]
        merged = set(joined_scope.merged)
        for column in join.args.get("using") or ():
            self.using(column, left, right)
            merged.add(column.name.casefold())
        if join.method == "NATURAL":
            merged |= common_names(left, right)
        result = Scope((*left, *right), frozenset(merged), outer=scope.outer)
        condition = join.args.get("on")
        if condition is not None:
            self._expression(condition, result, ctes)
        if join.kind in ("SEMI", "ANTI"):
            return Scope(left, scope.merged, outer=scope.outer)
        return result

    def using(
        self, column: exp.Expr, left: tuple[Relation, ...], right: tuple[Relation, ...]
    ) -> None:
        """A column of ``using`` must be in both sides."""
        parts = [part for part in (column, *column.find_all(exp.Identifier)) if span_of(part)]
        name = column.name.casefold()
        for side in (left, right):
            if not any(relation.find(name) or relation.may_have(name) for relation in side):
                known = tuple(name for relation in side for name in relation.names)
                self._names.report_name(parts[-1:], Missing(0, side, known))
                return

    def relation(self, source: exp.Expr, scope: Scope, ctes: Ctes) -> Relation:
        """One source under the name that columns may be qualified by."""
        alias = source.alias or None
        columns = tuple(source.alias_column_names)
        if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
            return self.table(source, ctes).called(alias, columns)
        if isinstance(source, exp.Lateral) and isinstance(source.this, exp.Subquery):
            return self._query(source.this, ctes, scope).called(alias, columns)
        if isinstance(source, (exp.Lateral, exp.Table)):
            return self.table_function(source.this, scope, ctes).called(alias, columns)
        return self._query(source, ctes, scope.outer).called(alias, columns)

    def table(self, node: exp.Table, ctes: Ctes) -> Relation:
        parts = parts_of(node)
        written = joined(parts)
        path = tuple(str(part.this) for part in parts)
        cte = ctes.get(node.name.casefold()) if len(path) == 1 else None
        if cte is not None:
            return cte
        name = ".".join(path)
        if name.casefold() in self._names.tables:
            schema = self._names.tables[name.casefold()]
        else:
            schema = None
            if written:
                self._names.report(unknown_table(written, self._names.table_names))
        known = Relation.of_schema(schema)
        return Relation(known.columns, known.complete, path[-1], path)

    def table_function(self, call: exp.Expr, scope: Scope, ctes: Ctes) -> Relation:
        """A function in ``from`` or ``lateral view``; it may read the sources before it."""
        self._expression(call, scope, ctes)
        names = GENERATED_COLUMNS.get(call.name.casefold())
        if names is None:
            return Relation((), complete=False)
        return Relation(tuple(Column(name, UNKNOWN) for name in names), call.name != "explode")

    def pivoted(self, source: exp.Expr, relation: Relation, scope: Scope, ctes: Ctes) -> Relation:
        """The relation after the ``pivot`` and ``unpivot`` clauses that follow it."""
        for pivot in source.args.get("pivots") or ():
            inside = Scope((relation,), outer=scope.outer)
            used = [c for c in pivot.find_all(exp.Column) if not isinstance(c.this, exp.Star)]
            for part in pivot.expressions:
                if not isinstance(part, exp.Identifier):
                    self._expression(part, inside, ctes)
            for column in (
                c for f in pivot.args.get("fields") or () for c in f.find_all(exp.Column)
            ):
                self._expression(column, inside, ctes)
            gone = {column.name.casefold() for column in used}
            kept = tuple(c for c in relation.columns if c.name.casefold() not in gone)
            made, certain = pivot_columns(pivot)
            relation = Relation((*kept, *made), relation.complete and certain, relation.name)
            relation = relation.called(pivot.alias or None)
        return relation
