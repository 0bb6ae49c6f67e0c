"""SQL text: which names it reads, where they stand, whether they exist, and small rewrites.

Everything is told by offsets into the text as it was given, so that a fault can be shown where
its writer put it, and a rewrite leaves every other character alone. The SQL library is loaded
with the first query.
"""

from headrace.queries.query import (
    Fault,
    FunctionCall,
    Query,
    QuerySyntaxError,
    Reference,
    Resolution,
    TypedColumn,
    blame,
    expand_star_call,
    parse_query,
    rename,
    resolve,
    rewrite,
    ungrouped,
)

__all__ = [
    "Fault", "FunctionCall", "Query", "QuerySyntaxError", "Reference", "Resolution", "TypedColumn",
    "blame", "expand_star_call", "parse_query", "rename", "resolve", "rewrite", "ungrouped",
]  # fmt: skip
