"""Walks the queries of a statement, from the inside outwards, each with the names that it sees."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from headrace.graph.schema import Column, Schema
from headrace.queries.fields import UNKNOWN
from headrace.queries.messages import column_count_fault
from headrace.queries.names import Names
from headrace.queries.query import Fault, Query, Resolution
from headrace.queries.references import Star, parts_of, star_of
from headrace.queries.scopes import ANONYMOUS, Ctes, Found, Missing, Relation, Scope
from headrace.queries.shapes import columns_of, extent, operands, path_of
from headrace.queries.sources import Sources


def resolution_of(
    query: Query,
    tables: Mapping[str, Schema | None],
    functions: Mapping[str, tuple[str, ...] | None],
) -> Resolution:
    """All faults of a statement's names, and all columns that it reads."""
    names = Names(query.text, tables, functions)
    body = query.tree
    if isinstance(body, (exp.Insert, exp.Create)):
        body = body.expression
    if isinstance(body, exp.Query):
        try:
            _Resolver(names).query(body, {}, None)
        except RecursionError:
            names.report(Fault("syntax", "the query is nested too deeply", 0, len(query.text)))
    faults = sorted(names.faults.values(), key=lambda fault: (fault.start, fault.end))
    return Resolution(tuple(faults), tuple(sorted(names.columns, key=lambda c: c.start)))


class _Resolver:
    """The recursion over queries; expressions and sources lead back into it."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._sources = Sources(names, self.query, self.expression)

    def query(self, node: exp.Expr, ctes: Ctes, outer: Scope | None) -> Relation:
        """The columns of a query, after resolving all that stands in it."""
        ctes = self.common_tables(node, ctes, outer)
        if isinstance(node, exp.Select):
            return self.select(node, ctes, outer)
        if isinstance(node, exp.SetOperation):
            return self.set_operation(node, ctes, outer)
        if isinstance(node, exp.Subquery):
            return self.subquery(node, ctes, outer)
        if isinstance(node, exp.Values):
            return self.values(node, ctes, outer)
        return Relation((), complete=False)

    def common_tables(self, node: exp.Expr, ctes: Ctes, outer: Scope | None) -> Ctes:
        """The common table expressions that a query sees: those around it and its own."""
        with_ = node.args.get("with_")
        if with_ is None:
            return ctes
        for cte in with_.expressions:
            visible = dict(ctes)
            if with_.recursive:
                itself = tuple(Column(name, UNKNOWN) for name in cte.alias_column_names)
                visible[cte.alias.casefold()] = Relation(itself, bool(itself), cte.alias)
            relation = self.query(cte.this, visible, outer)
            named = relation.called(cte.alias, tuple(cte.alias_column_names))
            ctes = {**ctes, cte.alias.casefold(): named}
        return ctes

    def subquery(self, node: exp.Subquery, ctes: Ctes, outer: Scope | None) -> Relation:
        """A query in parentheses, with what may follow them."""
        if not isinstance(node.this, exp.Query):
            return Relation((), complete=False)
        relation = self.query(node.this, ctes, outer)
        self.order(node, Scope((relation,), outer=outer), ctes)
        return relation

    def set_operation(self, node: exp.SetOperation, ctes: Ctes, outer: Scope | None) -> Relation:
        """``union`` and its kind: the names are the first query's."""
        branches = [node]
        while isinstance(branches[-1].this, exp.SetOperation):  # a loop: unions come in hundreds
            branches.append(branches[-1].this)
            ctes = self.common_tables(branches[-1], ctes, outer)
        first = self.query(branches[-1].this, ctes, outer)
        for branch in reversed(branches):
            other = self.query(branch.expression, ctes, outer)
            self.report_column_counts(first, other, branch.expression)
            self.order(branch, Scope((first,), outer=outer), ctes)
        return Relation(tuple(Column(c.name, UNKNOWN) for c in first.columns), first.complete)

    def report_column_counts(self, first: Relation, other: Relation, node: exp.Expr) -> None:
        if first.complete and other.complete and len(first.columns) != len(other.columns):
            span = extent(node)
            if span:
                self._names.report(
                    column_count_fault(len(first.columns), len(other.columns), *span)
                )

    def values(self, node: exp.Values, ctes: Ctes, outer: Scope | None) -> Relation:
        """``values (1, 'a'), …``: the columns are ``col1``, ``col2`` and so on."""
        scope = Scope(outer=outer)
        for row in node.expressions:
            self.expression(row, scope, ctes)
        first = node.expressions[0]
        width = len(first.expressions) if isinstance(first, exp.Tuple) else 1
        return Relation(tuple(Column(f"col{i + 1}", UNKNOWN) for i in range(width)))

    def select(self, node: exp.Select, ctes: Ctes, outer: Scope | None) -> Relation:
        """One ``select``: its sources, its list, then the clauses that see both."""
        scope = self._sources.read(node, ctes, outer)
        relation = self.select_list(node, scope, ctes)
        aliases = _aliases(relation, scope)
        for clause, place in (
            ("where", scope),
            ("group", scope.seeing(aliases)),
            ("having", scope.seeing(aliases, first=True)),
            ("qualify", scope.seeing(aliases)),
            ("windows", scope),
        ):
            self.clause(node, clause, place, ctes)
        self.order(node, scope.seeing(aliases, first=True), ctes)
        return relation

    def clause(self, node: exp.Expr, name: str, scope: Scope, ctes: Ctes) -> None:
        value = node.args.get(name)
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, exp.Expr):
                self.expression(part, scope, ctes)

    def order(self, node: exp.Expr, scope: Scope, ctes: Ctes) -> None:
        for clause in ("order", "sort", "cluster", "distribute"):
            self.clause(node, clause, scope, ctes)

    def select_list(self, node: exp.Select, scope: Scope, ctes: Ctes) -> Relation:
        """The columns that a ``select`` gives; each sees the aliases before it."""
        columns: list[Column] = []
        complete = True
        aliases: dict[str, str] = {}
        for item in node.expressions:
            star = star_of(item)
            if star:
                given = self.star(item, star, scope)
                columns += given.columns
                complete &= given.complete
                continue
            self.expression(item, scope.seeing(aliases), ctes)
            new = columns_of(item, self._names.meanings)
            complete &= new is not None
            columns += new or ()
            aliases |= {column.name.casefold(): column.type for column in new or ()}
        return Relation(tuple(columns), complete)

    def star(self, item: exp.Expr, star: Star, scope: Scope) -> Relation:
        """The columns that ``*``, ``t.*`` or ``struct.*`` stands for."""
        qualifier = tuple(part.casefold() for part in star.qualifier)
        chosen = [r for r in scope.relations if not qualifier or r.answers_to(qualifier)]
        if qualifier and not chosen:
            return self.struct_star(item, star, scope)
        columns: list[Column] = []
        merged = set(scope.merged)
        for relation in chosen:
            for column in relation.columns:
                name = column.name.casefold()
                if qualifier or name not in scope.merged:
                    columns.append(column)
                elif name in merged:
                    merged.remove(name)
                    columns.append(column)
        relation = Relation(tuple(columns), all(relation.complete for relation in chosen))
        return self.without_excepted(item, relation, tuple(chosen))

    def struct_star(self, item: exp.Expr, star: Star, scope: Scope) -> Relation:
        meaning = scope.lookup(star.qualifier)
        if not isinstance(meaning, Found) and isinstance(item, exp.Column):
            fault = meaning
            if isinstance(meaning, Missing) and meaning.index == 0:
                known = tuple(relation.name for relation in scope.relations if relation.name)
                fault = Missing(0, scope.relations, known, is_qualifier=True)
            self._names.report_name(parts_of(item), fault)
        return Relation((), complete=False)

    def without_excepted(
        self, item: exp.Expr, relation: Relation, places: tuple[Relation, ...]
    ) -> Relation:
        """The columns less those of ``except (…)``, each of which must be there."""
        node = item.this if isinstance(item, exp.Column) else item
        excepted = {part.name.casefold(): part for part in node.args.get("except_") or ()}
        for name, part in excepted.items():
            if not relation.find(name) and not relation.may_have(name):
                missing = Missing(0, places, relation.names)
                self._names.report_name(
                    parts_of(part) if isinstance(part, exp.Column) else [part], missing
                )
        kept = tuple(c for c in relation.columns if c.name.casefold() not in excepted)
        return Relation(kept, relation.complete, relation.name, relation.path)

    def expression(self, root: exp.Expr, scope: Scope, ctes: Ctes) -> None:
        """Resolve all names of an expression. A loop, because ``a + b + …`` may be very long."""
        waiting: list[tuple[exp.Expr, frozenset[str]]] = [(root, frozenset())]
        while waiting:
            node, bound = waiting.pop()
            if isinstance(node, (exp.Column, exp.Dot)):
                path, rest = path_of(node)
                if path and str(path[0].this).casefold() not in bound:
                    self._names.column(node, path, scope)
                elif rest is not None:
                    waiting.append((rest, bound))
            elif isinstance(node, exp.Query):
                self.query(node, ctes, scope)
            elif isinstance(node, exp.Lambda):
                bound = bound | {part.name.casefold() for part in node.expressions}
                waiting.append((node.this, bound))
            else:
                if isinstance(node, exp.Func):
                    self._names.call(node, scope)
                waiting += [(child, bound) for child in operands(node)]


def _aliases(relation: Relation, scope: Scope) -> dict[str, str]:
    """The names of a ``select`` list, as its later clauses see them.

    A name that the list has twice (by ``*`` over a join) is left to the relations, where it is
    ambiguous.
    """
    columns: dict[str, Column] = {}
    doubled: set[str] = set()
    for column in relation.columns:
        name = column.name.casefold()
        if columns.setdefault(name, column) is not column:
            doubled.add(name)
    left = {n for n in doubled if any(source.find(n) for source in scope.relations)}
    return {n: c.type for n, c in columns.items() if n != ANONYMOUS and n not in left}
