"""``headrace run``: check a script, run it, show what it gives."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import click

from headrace.cli.main import INTERRUPTED, PROBLEM
from headrace.cli.options import project_option, set_option, settings
from headrace.cli.output import print_json, print_problems, problem_json, read_script
from headrace.errors import Cancelled, HeadraceError
from headrace.graph.report import ChartItem, Item, MetricsItem, TableItem, TextItem
from headrace.graph.span import Source
from headrace.graph.step import Json
from headrace.runtime.events import Event
from headrace.runtime.history import History

if TYPE_CHECKING:
    from headrace.app import Workspace
    from headrace.cli.progress import Progress
    from headrace.runtime.session import Session

PATIENCE_SECONDS = 0.8
"""How long an interrupted run may take to end by itself before the process is ended."""


@click.command()
@click.argument("file")
@set_option
@project_option
@click.option(
    "--engine",
    type=click.Choice(["auto", "embedded"]),
    default="auto",
    show_default=True,
    help="Where to run; auto lets the planner choose.",
)
@click.option("--dry-run", is_flag=True, help="Check and plan, run nothing.")
@click.option("--report", type=click.Path(path_type=Path), help="Write an HTML report there.")
@click.option("--json", "as_json", is_flag=True, help="Results for programs.")
@click.option("--verbose", is_flag=True, help="Show the engine's own log.")
def run(
    file: str,
    variables: tuple[str, ...],
    project: str | None,
    engine: str,
    dry_run: bool,
    report: Path | None,
    as_json: bool,
    verbose: bool,
) -> int:
    """Run a script.

    The whole script is checked first: where anything is wrong with it, nothing runs.
    """
    from headrace.app import open_workspace
    from headrace.cli.progress import Progress

    source, given = read_script(file), settings(variables)
    with open_workspace(project, verbose=verbose) as workspace:
        if not dry_run:
            workspace.get_ready(source)
        checked = workspace.check(source, given)
        if not as_json:
            print_problems(checked.problems)
        if checked.errors:
            if as_json:
                print_json(
                    {"status": "refused", "problems": [*map(problem_json, checked.problems)]}
                )
            return PROBLEM
        if dry_run:
            from headrace.cli.explain import print_plans

            print_plans(workspace.plans(checked), as_json)
            return 0
        return _run(workspace, source, given, report, as_json, Progress(quiet=as_json))


def _run(
    workspace: Workspace,
    source: Source,
    variables: dict[str, str],
    report: Path | None,
    as_json: bool,
    listener: Progress,
) -> int:
    """Run a checked script, and write what was asked for, also of a run that failed."""
    session = workspace.session()
    history = History()

    def tell(event: Event) -> None:
        history(event)
        listener(event)

    try:
        with interruptible(session), listener:
            session.run(source, variables, tell)
    except HeadraceError as error:
        if not as_json:
            print_problems(error.problems)
        code = INTERRUPTED if isinstance(error, Cancelled) else PROBLEM
    else:
        code = 0
    finally:
        session.close()
    if report is not None:
        _write_report(report, history, session.shown(source))
    if as_json:
        print_json(history_json(history))
    return code


def _write_report(path: Path, history: History, source: Source) -> None:
    from headrace.report.html import write_html

    write_html(path, history, source)
    click.echo(f"report: {path}", err=True)


@contextmanager
def interruptible(session: Session) -> Iterator[None]:
    """Ctrl-C ends the session's work; where a library does not let go, it ends the process.

    The first interruption cancels queries and kills a fit, and the run ends by the errors that
    these raise; further ones do not disturb what it closes. A watchdog ends the process when
    that takes too long: outputs are written beside their place, so nothing half written is ever
    seen.
    """
    before = signal.getsignal(signal.SIGINT)

    def interrupt(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        threading.Thread(target=session.interrupt, daemon=True).start()
        watchdog = threading.Timer(PATIENCE_SECONDS, _end_process, (session,))
        watchdog.daemon = True
        watchdog.start()

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        if signal.getsignal(signal.SIGINT) is interrupt:
            signal.signal(signal.SIGINT, before)


def _end_process(session: Session) -> None:
    session.services.fits.cancel()
    click.echo("interrupted", err=True)
    os._exit(INTERRUPTED)


def history_json(history: History) -> dict[str, Json]:
    """A run as plain values: how it ended, its steps, and what each showed."""
    return {
        "status": history.status,
        "seconds": round(history.seconds, 3),
        "problems": [
            problem_json(problem)
            for problem in (*history.warnings, *(history.error.problems if history.error else ()))
        ],
        "steps": [
            {
                "step": record.step,
                "title": record.title,
                "status": record.status,
                "seconds": round(record.seconds, 4),
                "rows": record.rows,
                "line": record.span.line if record.span else None,
                "shows": [
                    {"title": r.title, "items": [item_json(i) for i in r.items]}
                    for r in record.reports
                ],
            }
            for record in history.steps.values()
        ],
    }


def item_json(item: Item) -> dict[str, Json]:
    """One report item as plain values; ``kind`` says which."""
    match item:
        case TextItem():
            return {"kind": "text", "text": item.text, "level": item.level}
        case MetricsItem():
            return {"kind": "metrics", "title": item.title, "values": dict(item.values)}
        case TableItem():
            rows = [list(row) for row in item.rows]
            return {
                "kind": "table",
                "title": item.title,
                "columns": list(item.columns),
                "rows": rows,
                "total_rows": item.total_rows,
            }
        case ChartItem():
            data = {name: list(values) for name, values in item.data.items()}
            return {"kind": "chart", "chart": item.kind, "title": item.title, "data": data}
