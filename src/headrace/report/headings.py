"""What stands above a report: said once, and telling steps of one kind apart."""

from __future__ import annotations

from dataclasses import replace

from headrace.graph.report import Item, Report, TableItem, TextItem


def heading_of(step: str, report: Report) -> str:
    """The report's title, with the step's name where it does not say it already.

    A table alone is headed by its own title: the step only shows it.

    >>> heading_of("forest_metrics", Report("Classification"))
    'Classification: forest_metrics'
    """
    match report.items:
        case (TableItem(title=title),) if title:
            return title
    if step.startswith(report.title):
        return step
    return report.title if step in report.title else f"{report.title}: {step}"


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
