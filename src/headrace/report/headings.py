"""What stands above a report: said once, and telling steps of one kind apart."""

from __future__ import annotations

from dataclasses import replace

from headrace.graph.report import Item, Report, TextItem

RESULT = "result"
"""The step under which the last table of a run is shown."""


def heading_of(step: str, report: Report) -> str:
    """The report's title, with the step's name where it does not say it already.

    >>> heading_of("forest_metrics", Report("Classification"))
    'Classification: forest_metrics'
    """
    title = report.title
    if not title or step.startswith(title):
        return step
    return title if step in title or step == RESULT else f"{title}: {step}"


def items_under(heading: str, report: Report) -> tuple[Item, ...]:
    """The report's items, the first without a title that the heading says already."""
    if not report.items:
        return ()
    first, *others = report.items
    if not isinstance(first, TextItem) and first.title and heading.startswith(first.title):
        first = replace(first, title="")
    return (first, *others)


def is_brief(report: Report) -> bool:
    """Whether it says a line or two, which need no heading."""
    return all(isinstance(item, TextItem) for item in report.items)
