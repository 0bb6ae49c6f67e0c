"""A run as one HTML file that opens anywhere, without a network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from headrace.errors import DataError, Problem
from headrace.graph.report import Report, TextItem
from headrace.graph.span import Source, Span
from headrace.operators.commands.files import write_whole
from headrace.report.comparison import Comparison, comparisons
from headrace.report.headings import heading_of, is_brief, items_under
from headrace.report.highlighting import script_lines
from headrace.report.items import Drawings, direction_mark, items_html, meter
from headrace.report.markup import Markup, element, joined, json_script, text
from headrace.report.numbers import count_text, duration_text, number_text
from headrace.report.renderer import chart_program
from headrace.report.themes import DARK, LIGHT, by_variables, css_variables, vega_config
from headrace.runtime.history import History, StepRecord
from headrace.version import __version__

# The page may run what stands in it and load nothing, whatever the data says. Vega compiles its
# expressions, which needs eval.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'unsafe-inline'; img-src data: blob:"
)
STATUS_WORDS = {
    "succeeded": "succeeded",
    "failed": "failed",
    "cancelled": "interrupted",
    "running": "not finished",
}


def write_html(path: Path, history: History, source: Source) -> None:
    """Write the report of a run; readers see the whole of it or what was there before.

    Raises
    ------
    DataError : where it cannot be written
    """
    page = html_report(history, source, datetime.now().astimezone())
    try:
        write_whole(path, page.encode())
    except OSError as error:
        raise DataError(
            f"the report cannot be written to {path}: {error.strerror}",
            hint="choose another place with --report",
        ) from error


def html_report(history: History, source: Source, finished: datetime | None = None) -> str:
    """The page of a run: results first, then what ran, then the script.

    Parameters
    ----------
    history : what the run did
    source : the script that ran
    finished : when it ended, to be shown
    """
    from altair.utils.schemapi import debug_mode

    drawings = Drawings()
    # our charts are validated by their tests; doing so again would double the time of a report
    with debug_mode(False):
        sections = _sections(history, source, drawings)
    body = element(
        "body",
        element("a", text("Skip to the results"), href="#results", class_="skip"),
        _header(history, source, finished),
        element(
            "div",
            _contents(sections),
            element("main", *(section.html() for section in sections), id="results"),
            class_="columns",
        ),
        _footer(),
        *_programs(drawings),
    )
    title = f"{Path(source.name).name} · Headrace"
    return f'<!doctype html>\n<html lang="en">{_head(title)}{body}</html>\n'


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


def _sections(history: History, source: Source, drawings: Drawings) -> list[Section]:
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


def _head(title: str) -> Markup:
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="generator", content=f"Headrace {__version__}"),
        element("title", text(title)),
        element("style", Markup(_style())),
    )


def _style() -> str:
    themes = (
        f":root{{{css_variables(LIGHT)}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{css_variables(DARK)}}}}}"
    )
    return themes + _asset("page.css")


def _asset(name: str) -> str:
    return files("headrace.report").joinpath(name).read_text(encoding="utf-8")


def _programs(drawings: Drawings) -> list[Markup]:
    if not drawings.specifications:
        return []
    return [
        drawings.data(),
        json_script(vega_config(by_variables()), id="chart-config"),
        element("script", Markup(chart_program())),
        element("script", Markup(_asset("page.js"))),
    ]


def _header(history: History, source: Source, finished: datetime | None) -> Markup:
    when = [finished.strftime("%Y-%m-%d %H:%M")] if finished else []
    facts = [
        duration_text(history.seconds),
        count_text(len(history.steps), "step"),
        *([count_text(len(history.warnings), "warning")] if history.warnings else []),
        *when,
    ]
    badge = element("span", text(STATUS_WORDS[history.status]), class_=f"badge {history.status}")
    line = joined(element("span", text(fact)) for fact in facts)
    return element(
        "header",
        element("p", text("Headrace run"), class_="brand"),
        element("h1", text(Path(source.name).name)),
        element("p", badge, line, class_="facts"),
    )


def _contents(sections: Sequence[Section]) -> Markup:
    links = [element("li", element("a", text(s.title), href=f"#{s.id}")) for s in sections]
    return element("nav", element("ol", *links), aria_label="Contents")


def _footer() -> Markup:
    return element("footer", element("p", text(f"Made by Headrace {__version__}")))


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
