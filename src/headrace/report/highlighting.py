"""A script as HTML: line numbers to link to, and the colours of its tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from headrace.graph.span import Source
from headrace.report.markup import Markup, element, joined, text

_TOKENS = re.compile(
    r"""
      (?P<comment>--[^\r\n]*+ | /\*.*?(?:\*/|\Z))
    | (?P<string>'''.*?(?:'''|\Z) | '[^'\\\n]*+(?:\\.[^'\\\n]*+)*+' | "[^"\\\n]*+(?:\\.[^"\\\n]*+)*+")
    | (?P<name>`[^`\n]*+`)
    | (?P<variable>\$\{[^}\n]*+\})
    | (?P<command>!\w++)
    | (?P<number>\b\d++(?:\.\d++)?+\b)
    | (?P<word>\w++)
    """,
    re.VERBOSE | re.DOTALL,
)

_KEYWORDS = frozenset(
    [
        "load",
        "save",
        "select",
        "with",
        "train",
        "run",
        "predict",
        "register",
        "unregister",
        "set",
        "connect",
        "include",
        "insert",
        "create",
        "drop",
        "refresh",
        "as",
        "into",
        "where",
        "options",
        "and",
        "or",
        "not",
        "overwrite",
        "append",
        "ignore",
        "from",
        "join",
        "left",
        "right",
        "inner",
        "full",
        "outer",
        "cross",
        "on",
        "group",
        "by",
        "order",
        "having",
        "limit",
        "union",
        "all",
        "distinct",
        "case",
        "when",
        "then",
        "else",
        "end",
        "in",
        "is",
        "null",
        "like",
        "between",
        "over",
        "partition",
        "partitionby",
        "asc",
        "desc",
        "cast",
        "true",
        "false",
        "values",
        "exists",
        "using",
    ]
)


def script_lines(source: Source, marked: Set[int] = frozenset()) -> Markup:
    """The script as lines with the ids ``line-1`` …; those of ``marked`` stand out."""
    lines = enumerate(_lines(source.text), start=1)
    return element(
        "ol",
        *(
            element("li", line, id=f"line-{number}", class_="marked" if number in marked else None)
            for number, line in lines
        ),
        class_="script",
    )


def _lines(script: str) -> Iterator[Markup]:
    """The lines, tokens over several lines closed and opened again at each end."""
    line: list[Markup] = []
    for kind, part in _parts(script.replace("\r\n", "\n")):
        first, *others = part.split("\n")
        line.append(_token(kind, first))
        for other in others:
            yield joined(line)
            line = [_token(kind, other)]
    yield joined(line)


def _parts(script: str) -> Iterator[tuple[str, str]]:
    position = 0
    for match in _TOKENS.finditer(script):
        if match.start() > position:
            yield "", script[position : match.start()]
        yield _kind(match.lastgroup or "", match.group()), match.group()
        position = match.end()
    yield "", script[position:]


def _kind(kind: str, token: str) -> str:
    if kind != "word":
        return kind
    return "keyword" if token.lower() in _KEYWORDS else ""


def _token(kind: str, part: str) -> Markup:
    return element("span", text(part), class_=f"t-{kind}") if kind and part else text(part)
