"""Option records under the operators' name; they stand in ``graph`` so that algorithms share them."""

from headrace.graph.options import (
    Bound,
    GivenOption,
    Names,
    Numbers,
    Options,
    aliases_of,
    bind,
    fold,
    given,
    names_by_fold,
    parameter,
    unknown_option,
)

__all__ = [
    "Bound", "GivenOption", "Names", "Numbers", "Options", "aliases_of", "bind", "fold", "given",
    "names_by_fold", "parameter", "unknown_option",
]  # fmt: skip
