"""The parts of a run's page: problems, models compared, results, statements, the script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from headrace.errors import Problem
from headrace.graph.report import Report, TextItem
from headrace.graph.span import Source, Span
from headrace.report.comparison import Comparison, comparisons
from headrace.report.headings import heading_of, is_brief, items_under
from headrace.report.highlighting import script_lines
from headrace.report.items import Drawings, direction_mark, items_html, meter
from headrace.report.markup import Markup, element, text
from headrace.report.numbers import duration_text, number_text
from headrace.runtime.history import History, StepRecord

STATUS_WORDS = {
    "succeeded": "succeeded",
    "failed": "failed",
    "cancelled": "interrupted",
    "running": "not finished",
}


class Section:
    """A part of the page with a heading that the contents lead to."""

    def __init__(self, id: str, title: str, *content: Markup, note: Markup | None = None) -> None:
        self.id, self.title, self.content, self.note = id, title, content, note

    def html(self) -> Markup:
        heading = element("h2", text(self.title), id=f"{self.id}-title")
        note = [self.note] if self.note else []
        labelled = f"{self.id}-title"
        return element(
            "section", heading, *note, *self.content, id=self.id, aria_labelledby=labelled
        )


def sections_of(history: History, source: Source, drawings: Drawings) -> list[Section]:
    """All parts in the order of the page; their charts are put into ``drawings``."""
    records = list(history.steps.values())
    return [
        *_problems(history, source),
        *(
            _comparison(number, comparison, drawings)
            for number, comparison in enumerate(comparisons(records), start=1)
        ),
        *_results(records, source, drawings),
        Section("statements", "What ran", _statements(records, source)),
        Section("script", "Script", script_lines(source, _failed_lines(history, source))),
    ]


def _problems(history: History, source: Source) -> list[Section]:
    errors = history.error.problems if history.error else ()
    problems = [*errors, *history.warnings]
    if not problems:
        return []
    title = "What went wrong" if errors else "Warnings"
    return [Section("problems", title, *(_problem(problem, source) for problem in problems))]


def _problem(problem: Problem, source: Source) -> Markup:
    parts = [element("p", text(problem.message), class_="message")]
    if problem.span is not None:
        place = text(problem.span.label)
        line = _line_of(problem.span, source)
        linked = element("a", place, href=f"#line-{line}") if line else place
        parts.append(element("p", linked, class_="note"))
        parts.append(element("pre", text(problem.span.excerpt())))
        parts += [
            element("p", text(f"called from {call}"), class_="note")
            for call in reversed(problem.span.call_chain())
        ]
    if problem.hint:
        parts.append(element("p", element("b", text("Hint: ")), text(problem.hint)))
    return element("div", *parts, class_=f"problem {problem.severity}")


def _line_of(span: object, source: Source) -> int | None:
    """The line of the shown script that a place stands in, through includes and macros."""
    while isinstance(span, Span):
        if span.source.text == source.text and span.source.name == source.name:
            return span.line
        span = span.source.caller
    return None


def _failed_lines(history: History, source: Source) -> frozenset[int]:
    errors = history.error.problems if history.error else ()
    lines = (_line_of(problem.span, source) for problem in errors)
    return frozenset(line for line in lines if line)


def _comparison(number: int, comparison: Comparison, drawings: Drawings) -> Section:
    dots = comparison.dots()
    figures = [drawings.figure(dots)] if dots.data["metric"] else []
    figures += [drawings.figure(item) for item in comparison.curves()]
    head = [element("th", text("metric"), scope="col")]
    head += [element("th", text(n), scope="col", class_="number") for n in comparison.names]
    rows = [_compared(comparison, metric) for metric in comparison.metrics]
    table = element(
        "table", element("thead", element("tr", *head)), element("tbody", *rows), class_="compared"
    )
    frame = element("div", table, class_="table", tabindex="0", role="region", aria_label="metrics")
    title = f"{comparison.title}: models compared" if comparison.title else "Models compared"
    charts = element("div", *figures, class_="charts")
    return Section(f"comparison-{number}", title, frame, charts)


def _compared(comparison: Comparison, metric: str) -> Markup:
    direction = direction_mark(comparison.higher_is_better(metric))
    best = comparison.best(metric)
    cells = [
        element("td", text(number_text(value)), class_="number best" if n in best else "number")
        for n, value in enumerate(comparison.values(metric))
    ]
    name = element("th", text(metric), *direction, scope="row")
    return element("tr", name, *cells)


def _results(records: Iterable[StepRecord], source: Source, drawings: Drawings) -> list[Section]:
    """A section a report that has more to show than a line or two."""
    return [
        _result(f"result-{index}-{number}", record, report, source, drawings)
        for index, record in enumerate(records, start=1)
        for number, report in enumerate(record.reports, start=1)
        if not is_brief(report)
    ]


def _result(
    id: str, record: StepRecord, report: Report, source: Source, drawings: Drawings
) -> Section:
    heading = heading_of(record.step, report)
    items = items_html(items_under(heading, report), drawings)
    return Section(id, heading, items, note=element("p", *_where(record, source), class_="note"))


def _where(record: StepRecord, source: Source) -> list[Markup]:
    facts = [text(f"{record.title}, {duration_text(record.seconds)}")]
    line = _line_of(record.span, source)
    if line:
        facts += [text(", "), element("a", text(f"line {line}"), href=f"#line-{line}")]
    return facts


def _statements(records: Sequence[StepRecord], source: Source) -> Markup:
    longest = max((record.seconds for record in records), default=0.0) or 1.0
    columns = ("line", "step", "time", "", "rows", "")
    numeric = {"line", "time", "rows"}
    head = [
        element("th", text(c), scope="col", class_="number" if c in numeric else None)
        for c in columns
    ]
    rows = [_statement(record, source, longest) for record in records]
    table = element(
        "table", element("thead", element("tr", *head)), element("tbody", *rows), class_="steps"
    )
    return element("div", table, class_="table", tabindex="0", role="region", aria_label="steps")


def _statement(record: StepRecord, source: Source, longest: float) -> Markup:
    line = _line_of(record.span, source)
    link = [element("a", text(str(line)), href=f"#line-{line}")] if line else []
    word = STATUS_WORDS[record.status]
    mark = {"succeeded": "✓", "failed": "✗"}.get(record.status, "–")
    status = element(
        "span", text(mark), class_=f"mark {record.status}", title=word, aria_label=word
    )
    said = [
        item.text
        for report in record.reports
        if is_brief(report)
        for item in report.items
        if isinstance(item, TextItem)
    ]
    return element(
        "tr",
        element("td", *link, class_="number"),
        element("td", status, text(f" {record.title}")),
        element("td", text(duration_text(record.seconds)), class_="number"),
        element("td", meter(record.seconds / longest), class_="bar"),
        element("td", text("" if record.rows is None else f"{record.rows:,}"), class_="number"),
        element("td", *(element("p", text(line)) for line in said), class_="said"),
    )
