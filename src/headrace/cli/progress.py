"""A run in the terminal: a line a statement, a spinner while it works, and what it shows."""

from __future__ import annotations

import io
import os
import sys
import time
from dataclasses import dataclass, field, replace

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from headrace.graph.report import Report
from headrace.report.headings import heading_of, is_brief, items_under
from headrace.report.numbers import duration_text
from headrace.report.terminal import report_blocks
from headrace.report.terminal_tables import one_line
from headrace.runtime.events import (
    Event,
    RunFinished,
    StepFailed,
    StepFinished,
    StepProgressed,
    StepShowed,
    StepStarted,
    Warned,
)

PLAIN_WIDTH = 160
"""Columns of a file or a pipe, unless the variable COLUMNS says another number."""

TITLE_WIDTH = 40
BAR_WIDTH = 24


class Progress:
    """Listens to a run's events. Where output is no terminal it prints results only."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._console = _output()
        self._log = Console(stderr=True, highlight=False)
        self._quiet = quiet
        self._working = Working()
        # Live would send what is printed on standard output to its own console, standard error
        self._live = Live(
            self._working,
            console=self._log,
            transient=True,
            refresh_per_second=10,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._animated = self._log.is_terminal and not quiet

    def __enter__(self) -> Progress:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                # an old code page lacks some characters: that must not end a run
                stream.reconfigure(errors="replace")
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def __call__(self, event: Event) -> None:
        if self._quiet:
            return
        match event:
            case StepStarted(title=title):
                self._work(Working(title))
            case StepProgressed(done=done, total=total, unit=unit):
                self._work(replace(self._working, done=done, total=total, unit=unit))
            case StepShowed(step=step, report=report):
                self._show(step, report)
            case StepFinished(seconds=seconds, rows=rows):
                detail = "" if rows is None else f"{rows:,} rows"
                self._line(Text("✓", style="green"), seconds, detail)
            case StepFailed(seconds=seconds):
                self._line(Text("✗", style="red"), seconds, "failed")
            case Warned(problem):
                self._log.print(Text("\n".join(problem.lines()), style="yellow"))
            case RunFinished(seconds=seconds, error=error):
                self._live.stop()
                if self._animated and error is None:
                    self._log.print(Text(f"finished in {duration_text(seconds)}", style="dim"))
            case _:
                pass

    def _work(self, working: Working) -> None:
        """Show what is being done, from now on or again."""
        self._working = working
        if self._animated:
            self._live.update(working)
            self._live.start()

    def _show(self, step: str, report: Report) -> None:
        """Print a report on standard output, where the moving line must not stand meanwhile."""
        self._live.stop()
        if is_brief(report):
            self._print(report)
        else:
            heading = heading_of(step, report)
            self._console.print(Text(f"\n{one_line(heading)}", style="bold underline"))
            self._print(replace(report, items=items_under(heading, report)))
            self._console.print()
        self._work(self._working)

    def _print(self, report: Report) -> None:
        for block in report_blocks(report):
            self._console.print(block)

    def _line(self, mark: Text, seconds: float, detail: str) -> None:
        if self._animated:
            self._live.update(Text())
            self._log.print(_row(mark, self._working.title, duration_text(seconds), detail))


@dataclass(frozen=True, slots=True)
class Working:
    """The moving line: what runs, how far it is, since when; drawn anew ten times a second."""

    title: str = ""
    done: int | None = None
    total: int | None = None
    unit: str = ""
    started: float = field(default_factory=time.monotonic)
    spinner: Spinner = field(default_factory=lambda: Spinner("dots", style="cyan"))

    def __rich__(self) -> RenderableType:
        seconds = duration_text(time.monotonic() - self.started)
        return _row(self.spinner, self.title, seconds, self._amount(), *self._bar())

    def _bar(self) -> list[RenderableType]:
        if self.done is None or not self.total:
            return []
        return [ProgressBar(total=self.total, completed=self.done, width=BAR_WIDTH)]

    def _amount(self) -> str:
        if self.done is None:
            return ""
        of = f" of {self.total:,}" if self.total else ""
        return f"{self.done:,}{of} {self.unit}"


def _row(mark: RenderableType, title: str, *details: RenderableType) -> Table:
    row = Table.grid(padding=(0, 2))
    row.add_column(width=1)
    row.add_column(width=TITLE_WIDTH, overflow="ellipsis", no_wrap=True)
    row.add_column(justify="right", min_width=9, no_wrap=True)
    for _ in details[1:]:
        row.add_column(style="dim", no_wrap=True, overflow="ellipsis")
    row.add_row(mark, Text(title), *details)
    return row


def _output() -> Console:
    """Standard output. A file has no width; it gets one at which few tables are cut."""
    console = Console(highlight=False)
    if console.is_terminal or "COLUMNS" in os.environ:
        return console
    return Console(highlight=False, width=PLAIN_WIDTH)
