from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from headrace.cli.progress import Progress
from headrace.errors import Problem
from headrace.graph.report import Report, TableItem, TextItem
from headrace.runtime.events import (
    Event,
    RunFinished,
    StepFinished,
    StepProgressed,
    StepShowed,
    StepStarted,
    Warned,
)

TABLE = Report("orders", (TableItem(("城市", "n"), (("北京", 3), ("Leeds", 12)), "orders"),))
EVENTS: tuple[Event, ...] = (
    StepStarted("orders", "load orders"),
    StepProgressed("orders", 500, 1_000, "rows"),
    StepShowed("orders", TABLE),
    StepFinished("orders", 0.5, 1_000),
    Warned(Problem("orders are old", severity="warning")),
    RunFinished(0.7),
)


def tell(progress: Progress) -> None:
    with progress:
        for event in EVENTS:
            progress(event)


class TestInAFile:
    @pytest.fixture(autouse=True)
    def _no_width(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("COLUMNS", raising=False)

    def test_results_and_warnings_are_all_that_is_printed(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        tell(Progress())

        printed = capsys.readouterr()
        assert [line.rstrip() for line in printed.out.splitlines() if line.strip()] == [
            "orders",
            "城市    n",
            "北京    3",
            "Leeds  12",
        ]
        assert printed.err.splitlines() == ["warning: orders are old"]

    def test_a_wide_table_has_more_room_than_in_a_terminal(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        wide = TableItem(tuple(f"column_{n}" for n in range(14)), (tuple(range(14)),))

        Progress()(StepShowed("t", Report("t", (wide,))))

        assert "column_13" in capsys.readouterr().out

    def test_quiet_prints_nothing(self, capsys: pytest.CaptureFixture[str]) -> None:
        tell(Progress(quiet=True))

        assert capsys.readouterr() == ("", "")

    def test_brief_words_have_no_heading(self, capsys: pytest.CaptureFixture[str]) -> None:
        Progress()(StepShowed("say", Report("save", (TextItem("saved 3 rows"),))))

        assert capsys.readouterr().out == "saved 3 rows\n"

    def test_an_old_code_page_does_not_end_a_run(self, monkeypatch: pytest.MonkeyPatch) -> None:
        written = io.BytesIO()
        monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, encoding="ascii"))

        tell(Progress())

        sys.stdout.flush()
        assert b"Leeds" in written.getvalue()


class TestInATerminal:
    def test_results_sent_to_a_file_do_not_appear_on_the_screen(self, tmp_path: Path) -> None:
        results = tmp_path / "results.txt"

        screen = on_a_terminal(results)

        assert "✓" in screen
        assert "1,000 rows" in screen
        assert "北京" not in screen
        assert "北京" in results.read_text(encoding="utf-8")


def on_a_terminal(results: Path) -> str:
    """What a run prints on its terminal, standard error, while its output goes to a file."""
    program = "from headrace.cli.progress import Progress\nfrom tests.cli.test_progress import tell\ntell(Progress())"
    ours, theirs = pty.openpty()
    root = Path(__file__).parents[2]
    with results.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", program], stdout=file, stderr=theirs, cwd=root,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "100", "PYTHONPATH": str(root)},
        )  # fmt: skip
        os.close(theirs)
        received = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # Linux's way to say that the other end is closed
                break
            if not part:
                break
            received += part
        process.wait(timeout=60)
    os.close(ours)
    return received.decode()
