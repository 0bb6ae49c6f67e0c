"""A run as one HTML file that opens anywhere, without a network."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from headrace.errors import DataError
from headrace.graph.span import Source
from headrace.operators.commands.files import write_whole
from headrace.report.items import Drawings
from headrace.report.markup import Markup, element, joined, json_script, text
from headrace.report.numbers import count_text, duration_text
from headrace.report.renderer import chart_program
from headrace.report.sections import STATUS_WORDS, Section, sections_of
from headrace.report.themes import DARK, LIGHT, by_variables, css_variables, vega_config
from headrace.runtime.history import History
from headrace.version import __version__

# The page may run what stands in it and load nothing, whatever the data says. Vega compiles its
# expressions, which needs eval.
POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'unsafe-inline'; img-src data: blob:"
)


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
    drawings = Drawings()
    sections = sections_of(history, source, drawings)
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
