"""Faults in words: what is wrong, what exists, what to do."""

from __future__ import annotations

from collections.abc import Sequence

from headrace.errors import closest, suggest
from headrace.queries.functions import spark_functions
from headrace.queries.query import Fault, Reference
from headrace.queries.scopes import Ambiguous, Missing, Relation

Spans = Sequence[tuple[str, tuple[int, int]]]
"""The parts of a dotted name, each with its offsets."""


def name_fault(path: Spans, meaning: Missing | Ambiguous) -> Fault:
    """The fault of a column's name that means nothing, or several things."""
    if isinstance(meaning, Ambiguous):
        return _ambiguous(path, meaning)
    name, (start, end) = path[min(meaning.index, len(path) - 1)]
    if meaning.owner is not None:
        return _no_field(path, meaning)
    if meaning.is_qualifier:
        return _unknown_qualifier(path, meaning)
    if not meaning.places:
        hint = f"text stands in quotes: '{name}'"
        return Fault(
            "unknown-column", f"unknown column '{name}': nothing is read here", start, end, hint
        )
    where = " or ".join(dict.fromkeys(place.label for place in meaning.places))
    hint = suggest(name, meaning.known, "columns")
    return Fault("unknown-column", f"unknown column '{name}' in {where}", start, end, hint)


def _no_field(path: Spans, meaning: Missing) -> Fault:
    name, (start, end) = path[meaning.index]
    value = ".".join(part for part, _ in path[: meaning.index])
    if meaning.known:
        message = f"'{value}' has no field '{name}'"
        hint = suggest(name, meaning.known, "fields")
    else:
        message = f"'{value}' is of type {meaning.owner} and has no field '{name}'"
        hint = None
    return Fault("unknown-column", message, start, end, hint)


def _unknown_qualifier(path: Spans, meaning: Missing) -> Fault:
    name, (start, end) = path[0]
    written = ".".join(part for part, _ in path)
    message = f"unknown table or alias '{name}' in '{written}'"
    renamed = _alias_of(name, meaning.places)
    if renamed:
        hint = f"'{name}' is called '{renamed}' in this query"
    else:
        hint = suggest(name, meaning.known, "tables")
    return Fault("unknown-table", message, start, end, hint)


def _alias_of(name: str, relations: Sequence[Relation]) -> str | None:
    folded = name.casefold()
    return next((r.name for r in relations if r.path and r.path[-1].casefold() == folded), None)


def _ambiguous(path: Spans, meaning: Ambiguous) -> Fault:
    name, (start, end) = path[-1]
    labels = list(dict.fromkeys(place.label for place in meaning.places))
    if len(labels) == 1:  # a table joined with itself: only the aliases tell which
        labels = list(dict.fromkeys(f"'{place.name}'" for place in meaning.places if place.name))
    if len(labels) < 2:
        message = f"ambiguous column '{name}': {meaning.places[0].label} has several of that name"
        return Fault("ambiguous-column", message, start, end, "give each its own name by 'as'")
    message = f"ambiguous column '{name}': in {', '.join(labels[:-1])} and {labels[-1]}"
    ways = [f"{place.name}.{name}" for place in meaning.places if place.name]
    hint = f"write {' or '.join(dict.fromkeys(ways))}" if ways else None
    return Fault("ambiguous-column", message, start, end, hint)


def unknown_table(reference: Reference, known: Sequence[str]) -> Fault:
    hint = suggest(reference.name, known, "tables")
    message = f"unknown table '{reference.name}'"
    return Fault("unknown-table", message, reference.start, reference.end, hint)


def unknown_function(reference: Reference, registered: Sequence[str]) -> Fault:
    from_spark = closest(reference.name, (*registered, *spark_functions()))
    question = f"did you mean '{from_spark}'? " if from_spark else ""
    listed = f"Registered: {', '.join(registered)}" if registered else ""
    hint = (
        f"{question}{listed}".strip() or "Spark SQL has none of that name, and none is registered"
    )
    message = f"unknown function '{reference.name}'"
    return Fault("unknown-function", message, reference.start, reference.end, hint)


def wrong_argument_count(reference: Reference, names: Sequence[str], given: int) -> Fault:
    message = f"{reference.name} takes {_counted(len(names), 'argument')}, and gets {given}"
    hint = (
        f"{reference.name}({', '.join(names)}), or {reference.name}(*) for columns of these names"
    )
    return Fault("argument-count", message, reference.start, reference.end, hint)


def column_count_fault(first: int, other: int, start: int, end: int) -> Fault:
    message = f"this query has {_counted(other, 'column')}, and the first of the union has {first}"
    return Fault("column-count", message, start, end)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
