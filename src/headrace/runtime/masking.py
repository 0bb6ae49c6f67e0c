"""Events without secrets: nothing that a listener shows or keeps holds a hidden text."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from headrace.graph.report import Item, Report, TableItem, TextItem
from headrace.graph.span import Span
from headrace.language.secrets import Secrets
from headrace.runtime.events import (
    Event,
    RunFinished,
    StepFailed,
    StepShowed,
    StepStarted,
    Warned,
)

Cell = TypeVar("Cell")


def masked(event: Event, secrets: Secrets) -> Event:
    """The event as it may be shown; the error that it holds is masked in place."""
    if not secrets:
        return event
    match event:
        case StepStarted(step, title, span):
            return StepStarted(step, secrets.mask(title), _span(span, secrets))
        case StepShowed(step, report):
            return StepShowed(step, _report(report, secrets))
        case Warned(problem):
            return Warned(secrets.mask_problem(problem))
        case StepFailed(error=error) | RunFinished(error=error) if error is not None:
            secrets.mask_error(error)
    return event


def _span(span: Span | None, secrets: Secrets) -> Span | None:
    return Span(secrets.mask_source(span.source), span.start, span.end) if span else None


def _report(report: Report, secrets: Secrets) -> Report:
    items = tuple(_item(item, secrets) for item in report.items)
    return replace(report, title=secrets.mask(report.title), items=items)


def _item(item: Item, secrets: Secrets) -> Item:
    if isinstance(item, TextItem):
        return replace(item, text=secrets.mask(item.text))
    if isinstance(item, TableItem):
        rows = tuple(tuple(_cell(cell, secrets) for cell in row) for row in item.rows)
        return replace(item, title=secrets.mask(item.title), rows=rows)
    return item


def _cell(cell: Cell, secrets: Secrets) -> Cell | str:
    return secrets.mask(cell) if isinstance(cell, str) else cell
