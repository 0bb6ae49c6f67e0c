"""A run in the terminal: a line a statement, a spinner while it works, and what it shows."""

from __future__ import annotations

import time

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from headrace.report.terminal import report_blocks
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

MARKS = {"done": ("✓", "green"), "failed": ("✗", "red")}


class Progress:
    """Listens to a run's events. Where output is no terminal it prints results only."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._console = Console(highlight=False)
        self._log = Console(stderr=True, highlight=False)
        self._quiet = quiet
        self._live = Live(console=self._log, transient=True, refresh_per_second=12)
        self._animated = self._log.is_terminal and not quiet
        self._title = ""
        self._started = 0.0
        self._spinner = Spinner("dots")

    def __enter__(self) -> Progress:
        if self._animated:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._animated:
            self._live.stop()

    def __call__(self, event: Event) -> None:
        if self._quiet:
            return
        match event:
            case StepStarted(title=title):
                self._title, self._started = title, time.monotonic()
                self._show_working("")
            case StepProgressed(done=done, total=total, unit=unit):
                of = f" of {total:,}" if total else ""
                self._show_working(f"{done:,}{of} {unit}")
            case StepShowed(report=report):
                for block in report_blocks(report):
                    self._console.print(block)
            case StepFinished(seconds=seconds, rows=rows):
                self._line("done", seconds, "" if rows is None else f"{rows:,} rows")
            case StepFailed(seconds=seconds):
                self._line("failed", seconds, "")
            case Warned(problem):
                self._log.print(Text("\n".join(problem.lines()), style="yellow"))
            case RunFinished(seconds=seconds, error=None):
                self._summary(f"finished in {seconds:.1f} s")
            case _:
                pass

    def _show_working(self, detail: str) -> None:
        if self._animated:
            text = Text.assemble((self._title, "bold"), ("  " + detail, "dim"))
            self._spinner.update(text=text)
            self._live.update(self._spinner)

    def _line(self, outcome: str, seconds: float, detail: str) -> None:
        if not self._animated:
            return
        mark, style = MARKS[outcome]
        row = Table.grid(padding=(0, 2))
        row.add_column(width=1)
        row.add_column(min_width=36, overflow="ellipsis", no_wrap=True)
        row.add_column(justify="right", min_width=8)
        row.add_column(style="dim")
        row.add_row(Text(mark, style=style), self._title, f"{seconds:.2f} s", detail)
        self._log.print(row)

    def _summary(self, text: str) -> None:
        if self._animated:
            self._log.print(Text(text, style="dim"))
