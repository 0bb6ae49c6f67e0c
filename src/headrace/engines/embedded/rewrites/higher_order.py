"""Functions that call a lambda for pairs: Sail has them for single values only."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot.tokenizer_core import Token

from headrace.engines.embedded.rewrites.rule import ColumnsOf, Rule
from headrace.engines.embedded.rewrites.statement import Call, Edit, Statement


def zipped(statement: Statement, _: ColumnsOf | None) -> Iterator[Edit]:
    for call in statement.calls("zip_with"):
        if len(call.arguments) == 3:
            first, second, _function = call.arguments
            body = _body(statement, call, 2, ("pair.`0`", "pair.`1`"))
            if body is not None:
                # A bare column would give the pair its own name for a field: concat hides it.
                pairs = f"arrays_zip(concat({first.text}), concat({second.text}))"
                yield Edit(call.start, call.end, f"transform({pairs}, pair -> {body})")


def mapped_values(statement: Statement, _: ColumnsOf | None) -> Iterator[Edit]:
    for call in statement.calls("transform_values"):
        body = _body(statement, call, 1, ("entry.key", "entry.value"))
        if body is not None:
            source = call.arguments[0].text
            values = f"transform(map_entries({source}), entry -> {body})"
            yield Edit(call.start, call.end, f"map_from_arrays(map_keys({source}), {values})")


def mapped_keys(statement: Statement, _: ColumnsOf | None) -> Iterator[Edit]:
    for call in statement.calls("transform_keys"):
        body = _body(statement, call, 1, ("entry.key", "entry.value"))
        if body is not None:
            source = call.arguments[0].text
            keys = f"transform(map_entries({source}), entry -> {body})"
            yield Edit(call.start, call.end, f"map_from_arrays({keys}, map_values({source}))")


def _body(statement: Statement, call: Call, index: int, values: tuple[str, str]) -> str | None:
    """The body of the lambda ``(a, b) -> …``, its parameters replaced by ``values``."""
    if len(call.arguments) <= index:
        return None
    part = call.arguments[index]
    arrow = next((i for i in range(part.first, part.last) if statement.has(i, "->")), None)
    if arrow is None or not statement.has(part.first, "(") or arrow - part.first != 5:
        return None
    parameters = (statement.words[part.first + 1], statement.words[part.first + 3])
    body = statement.part(arrow + 1, part.last)
    replaced = [
        Edit(token.start, token.end + 1, values[parameters.index(word)])
        for token, word, before in _words(statement, arrow + 1, part.last)
        if word in parameters and before != "."
    ]
    return body.edited(replaced)


def _words(statement: Statement, first: int, last: int) -> Iterator[tuple[Token, str, str]]:
    for index in range(first, last + 1):
        yield statement.tokens[index], statement.words[index], statement.words[index - 1]


RULES = (
    Rule(
        "zip_with(a, b, (x, y) -> …)",
        "transform(arrays_zip(a, b), pair -> …)",
        "zip_with",
        zipped,
    ),
    Rule(
        "transform_values(m, (k, v) -> …)",
        "map_from_arrays(map_keys(m), transform(map_entries(m), …))",
        "transform_values",
        mapped_values,
    ),
    Rule(
        "transform_keys(m, (k, v) -> …)",
        "map_from_arrays(transform(map_entries(m), …), map_values(m))",
        "transform_keys",
        mapped_keys,
    ),
)
