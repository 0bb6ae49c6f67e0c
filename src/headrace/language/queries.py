"""The SQL texts of a script; the work is done by the ``queries`` room, which operators use too."""

from headrace.queries import (
    Fault,
    FunctionCall,
    Query,
    QuerySyntaxError,
    Reference,
    Resolution,
    TypedColumn,
    expand_star_call,
    parse_query,
    rename,
    resolve,
    rewrite,
)

__all__ = [
    "Fault", "FunctionCall", "Query", "QuerySyntaxError", "Reference", "Resolution", "TypedColumn",
    "expand_star_call", "parse_query", "rename", "resolve", "rewrite",
]  # fmt: skip
