"""Finds every name of a query that means nothing, or several things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlglot import exp

from headrace.graph.schema import Column, Schema
from headrace.queries.fields import UNKNOWN
from headrace.queries.functions import GENERATED_COLUMNS, UNIT_FUNCTIONS, spark_functions
from headrace.queries.messages import (
    column_count_fault,
    name_fault,
    unknown_function,
    unknown_table,
    wrong_argument_count,
)
from headrace.queries.query import Fault, Query
from headrace.queries.references import (
    Star,
    call_reference,
    joined,
    output_name,
    parts_of,
    span_of,
    star_of,
)
from headrace.queries.scopes import ANONYMOUS, Ambiguous, Found, Missing, Relation, Scope

Ctes = Mapping[str, Relation]


def faults_of(
    query: Query,
    tables: Mapping[str, Schema | None],
    functions: Mapping[str, tuple[str, ...] | None],
) -> tuple[Fault, ...]:
    """All faults of a statement's names, in the order of the text."""
    resolver = _Resolver(query.text, tables, functions)
    body = query.tree
    if isinstance(body, (exp.Insert, exp.Create)):
        body = body.expression
    if isinstance(body, exp.Query):
        try:
            resolver.query(body, {}, None)
        except RecursionError:
            return (Fault("syntax", "the query is nested too deeply", 0, len(query.text)),)
    return tuple(sorted(resolver.faults.values(), key=lambda fault: (fault.start, fault.end)))


class _Resolver:
    """Walks one statement from the inside of each query outwards; collects faults."""

    def __init__(
        self,
        text: str,
        tables: Mapping[str, Schema | None],
        functions: Mapping[str, tuple[str, ...] | None],
    ) -> None:
        self.text = text
        self.table_names = tuple(tables)
        self.tables = {name.casefold(): schema for name, schema in tables.items()}
        self.function_names = tuple(functions)
        self.functions = {name.casefold(): names for name, names in functions.items()}
        self.faults: dict[str, Fault] = {}
        self.types: dict[int, str] = {}

    def report(self, fault: Fault) -> None:
        """A name that is wrong in several clauses is told once, where it comes first."""
        known = self.faults.get(fault.message)
        if known is None or fault.start < known.start:
            self.faults[fault.message] = fault

    # -- queries -----------------------------------------------------------------------------

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
            span = _extent(node)
            if span:
                self.report(column_count_fault(len(first.columns), len(other.columns), *span))

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
        scope = self.sources(node, ctes, outer)
        relation = self.select_list(node, scope, ctes)
        aliases = {c.name.casefold(): c.type for c in relation.columns if c.name != ANONYMOUS}
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

    # -- select list -------------------------------------------------------------------------

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
            new = _columns_of(item, self.types)
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
            self.report_name(parts_of(item), fault)
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
                self.report_name(
                    parts_of(part) if isinstance(part, exp.Column) else [part], missing
                )
        kept = tuple(c for c in relation.columns if c.name.casefold() not in excepted)
        return Relation(kept, relation.complete, relation.name, relation.path)

    # -- sources -----------------------------------------------------------------------------

    def sources(self, node: exp.Expr, ctes: Ctes, outer: Scope | None) -> Scope:
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
            merged |= _common_names(left, right)
        result = Scope((*left, *right), frozenset(merged), outer=scope.outer)
        self.clause(join, "on", result, ctes)
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
                self.report_name(parts[-1:], Missing(0, side, known))
                return

    def relation(self, source: exp.Expr, scope: Scope, ctes: Ctes) -> Relation:
        """One source under the name that columns may be qualified by."""
        alias = source.alias or None
        columns = tuple(source.alias_column_names)
        if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
            return self.table(source, ctes).called(alias, columns)
        if isinstance(source, exp.Lateral) and isinstance(source.this, exp.Subquery):
            return self.query(source.this, ctes, scope).called(alias, columns)
        if isinstance(source, (exp.Lateral, exp.Table)):
            return self.table_function(source.this, scope, ctes).called(alias, columns)
        return self.query(source, ctes, scope.outer).called(alias, columns)

    def table(self, node: exp.Table, ctes: Ctes) -> Relation:
        parts = parts_of(node)
        written = joined(parts)
        path = tuple(str(part.this) for part in parts)
        cte = ctes.get(node.name.casefold()) if len(path) == 1 else None
        if cte is not None:
            return cte
        name = ".".join(path)
        if name.casefold() in self.tables:
            schema = self.tables[name.casefold()]
        else:
            schema = None
            if written:
                self.report(unknown_table(written, self.table_names))
        known = Relation.of_schema(schema)
        return Relation(known.columns, known.complete, path[-1], path)

    def table_function(self, call: exp.Expr, scope: Scope, ctes: Ctes) -> Relation:
        """A function in ``from`` or ``lateral view``; it may read the sources before it."""
        self.expression(call, scope, ctes)
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
                    self.expression(part, inside, ctes)
            for column in (
                c for f in pivot.args.get("fields") or () for c in f.find_all(exp.Column)
            ):
                self.expression(column, inside, ctes)
            gone = {column.name.casefold() for column in used}
            kept = tuple(c for c in relation.columns if c.name.casefold() not in gone)
            made, certain = _pivot_columns(pivot)
            relation = Relation((*kept, *made), relation.complete and certain, relation.name)
            relation = relation.called(pivot.alias or None)
        return relation

    # -- expressions -------------------------------------------------------------------------

    def expression(self, root: exp.Expr, scope: Scope, ctes: Ctes) -> None:
        """Resolve all names of an expression. A loop, because ``a + b + …`` may be very long."""
        waiting: list[tuple[exp.Expr, frozenset[str]]] = [(root, frozenset())]
        while waiting:
            node, bound = waiting.pop()
            if isinstance(node, (exp.Column, exp.Dot)):
                path, rest = _path_of(node)
                if path:
                    self.column(node, path, bound, scope)
                elif rest is not None:
                    waiting.append((rest, bound))
            elif isinstance(node, exp.Query):
                self.query(node, ctes, scope)
            elif isinstance(node, exp.Lambda):
                bound = bound | {part.name.casefold() for part in node.expressions}
                waiting.append((node.this, bound))
            else:
                if isinstance(node, exp.Func):
                    self.call(node, scope)
                waiting += [(child, bound) for child in _operands(node)]

    def column(
        self, node: exp.Expr, path: list[exp.Identifier], bound: frozenset[str], scope: Scope
    ) -> None:
        if str(path[0].this).casefold() in bound:
            return
        meaning = scope.lookup(tuple(str(part.this) for part in path))
        if isinstance(meaning, Found):
            self.types[id(node)] = meaning.type
        else:
            self.report_name(path, meaning)

    def report_name(self, path: Iterable[exp.Expr], meaning: Missing | Ambiguous | Found) -> None:
        spans = [(part.name, span) for part in path if (span := span_of(part))]
        if spans and not isinstance(meaning, Found):
            self.report(name_fault(spans, meaning))

    def call(self, call: exp.Func, scope: Scope) -> None:
        """A function must exist, and a model's be given its columns."""
        written = call_reference(call, self.text)
        if written is None or not isinstance(call, exp.Anonymous):
            return
        name = written.name.casefold()
        if name not in self.functions:
            if name not in spark_functions():
                self.report(unknown_function(written, self.function_names))
            return
        arguments = self.functions[name]
        if arguments is None:
            return
        stars = [star for argument in call.expressions if (star := star_of(argument))]
        for star in stars:
            self.star_call(written.name, star, arguments, scope)
        if not stars and len(call.expressions) != len(arguments):
            self.report(wrong_argument_count(written, arguments, len(call.expressions)))

    def star_call(
        self, function: str, star: Star, arguments: tuple[str, ...], scope: Scope
    ) -> None:
        """``f(*)`` passes columns by name, so each must be there."""
        for argument in arguments:
            meaning = scope.lookup((*star.qualifier, argument))
            if isinstance(meaning, Found):
                continue
            fault = name_fault([(argument, (star.start, star.end))], meaning)
            message = f"{fault.message}, which {function}(*) needs"
            self.report(Fault(fault.kind, message, fault.start, fault.end, fault.hint))


def _operands(node: exp.Expr) -> Iterator[exp.Expr]:
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


def _path_of(node: exp.Expr) -> tuple[list[exp.Identifier], exp.Expr | None]:
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


def _columns_of(item: exp.Expr, types: Mapping[int, str]) -> tuple[Column, ...] | None:
    """The columns of one selected expression; None where their number depends on types."""
    if isinstance(item, exp.Aliases):
        return tuple(Column(part.name, UNKNOWN) for part in item.expressions)
    value = item.this if isinstance(item, exp.Alias) else item
    name = output_name(item)
    if name is None and isinstance(value, exp.Cast):
        name = output_name(value.this)  # a cast keeps its column's name
    if name is None and _is_generator(value):
        return None
    return (Column(name or ANONYMOUS, types.get(id(value), UNKNOWN)),)


def _is_generator(value: exp.Expr) -> bool:
    name = value.name.casefold() if isinstance(value, exp.Anonymous) else ""
    return name.startswith(("explode", "posexplode", "inline", "json_tuple", "stack"))


def _common_names(left: Iterable[Relation], right: Iterable[Relation]) -> set[str]:
    """The columns that a natural join merges."""
    of_left = {name.casefold() for relation in left for name in relation.names}
    return of_left & {name.casefold() for relation in right for name in relation.names}


def _pivot_columns(pivot: exp.Pivot) -> tuple[tuple[Column, ...], bool]:
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


def _extent(node: exp.Expr) -> tuple[int, int] | None:
    """The characters from the first to the last token that a node's parts know."""
    spans = [span for part in node.walk() if (span := span_of(part))]
    return (min(start for start, _ in spans), max(end for _, end in spans)) if spans else None
