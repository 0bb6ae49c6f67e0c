"""Ctrl-C, a closed terminal and a polite kill: all ends within a second, and nothing is half."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from tests.end_to_end.test_bad_input import kept_files
from tests.runtime.test_fits import ENTRY_POINTS, PLUGIN, gone

COMMAND = str(Path(sys.executable).with_name("headrace"))
SECONDS_TO_END = 1.0
PATIENCE_SECONDS = 60.0
"""How long a run may take to reach the work that is to be interrupted, on a busy machine."""

LONG_FIT = """
select sin(id) as a, cos(id * 7) as b, int(sin(id * 13) > 0) as y from range(12000) as t;
train t as TestSVC.`m` where labelCol="y";
"""
LONG_FOREST = """
select sin(id) as a, cos(id * 7) as b, int(sin(id * 13) > 0) as y from range(12000) as t;
train t as RandomForest.`m` where labelCol="y" and nTrees=100000;
"""
LONG_QUERY = """
select sum(sin(a.id * b.id)) as s from range(1000000) a cross join range(1000000) b as t;
!show t;
"""
LONG_SAVE = """
select id, uuid() as a, uuid() as b from range(200000000) as t;
save overwrite t as parquet.`out`;
"""


@dataclass
class Running:
    """A run in a process group of its own, as a terminal starts it."""

    process: subprocess.Popen[str]

    @property
    def _self(self) -> psutil.Process:
        return psutil.Process(self.process.pid)

    def workers(self) -> list[psutil.Process]:
        return list(self._self.children(recursive=True))

    def wait_until(self, condition: Callable[[], bool]) -> None:
        began = time.perf_counter()
        while not condition():
            assert self.process.poll() is None, self.process.communicate()
            assert time.perf_counter() - began < PATIENCE_SECONDS, "the work never began"
            time.sleep(0.02)

    def wait_for_fit(self) -> None:
        """Until the worker computes; loading its libraries takes under two seconds of it."""
        self.wait_until(lambda: any(w.cpu_times().user > 3 for w in self.workers()))

    def wait_for_query(self) -> None:
        """Until this process computes; its own loading takes about one second."""
        self.wait_until(lambda: self._self.cpu_times().user > 4)

    def signal(self, *signals: signal.Signals) -> Ended:
        """Send signals to the group, as a terminal does, and wait for the end."""
        workers = self.workers()
        began = time.perf_counter()
        for number in signals:
            os.killpg(self.process.pid, number)
            time.sleep(0.05)
        output, errors = self.process.communicate(timeout=10)
        seconds = time.perf_counter() - began
        left = [worker for worker in workers if not _ends_soon(worker)]
        return Ended(self.process.returncode, seconds, output, errors, left)


@dataclass(frozen=True)
class Ended:
    """How an interrupted run ended."""

    code: int
    seconds: float
    output: str
    errors: str
    left: list[psutil.Process]


def _ends_soon(worker: psutil.Process) -> bool:
    """Whether it is gone, with a moment for the kernel to take its memory back."""
    for _ in range(20):
        if gone(worker):
            return True
        time.sleep(0.01)
    return False


@pytest.fixture(scope="module")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package that brings an algorithm which fits in C code for minutes."""
    site = tmp_path_factory.mktemp("site")
    info = site / "headrace_test_plugin-1.0.dist-info"
    info.mkdir()
    (site / "headrace_test_plugin.py").write_text(PLUGIN)
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: headrace-test-plugin\nVersion: 1\n"
    )
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    return site


Start = Callable[[str], Running]


@pytest.fixture
def start(project: Path, plugin: Path) -> Iterator[Start]:
    """Start ``headrace run`` of a text in the project."""
    started = []

    def start(text: str) -> Running:
        (project / "script.mlsql").write_text(text)
        path = os.pathsep.join(filter(None, [str(plugin), os.environ.get("PYTHONPATH")]))
        process = subprocess.Popen(
            [COMMAND, "run", "script.mlsql"],
            cwd=project,
            env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(_scratch(project))},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return Running(process)

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def _scratch(project: Path) -> Path:
    folder = project / "scratch"
    folder.mkdir(exist_ok=True)
    return folder


def assert_interrupted(ended: Ended) -> None:
    assert ended.code == 130, ended
    assert ended.seconds < SECONDS_TO_END, ended
    assert ended.left == []
    assert "interrupted" in ended.errors
    assert "Traceback" not in ended.output + ended.errors


class TestCtrlC:
    def test_inside_c_code_of_a_fit(self, start: Start, project: Path) -> None:
        run = start(LONG_FIT)
        run.wait_for_fit()

        ended = run.signal(signal.SIGINT)

        assert_interrupted(ended)
        assert not list(project.glob(".headrace/models/m@*"))

    def test_twice_inside_c_code_of_a_fit(self, start: Start) -> None:
        run = start(LONG_FIT)
        run.wait_for_fit()

        assert_interrupted(run.signal(signal.SIGINT, signal.SIGINT))

    def test_in_a_forest_of_many_trees(self, start: Start) -> None:
        run = start(LONG_FOREST)
        run.wait_for_fit()

        assert_interrupted(run.signal(signal.SIGINT))

    def test_in_a_query(self, start: Start) -> None:
        run = start(LONG_QUERY)
        run.wait_for_query()

        assert_interrupted(run.signal(signal.SIGINT))

    def test_in_a_save_leaves_the_old_output(self, start: Start, project: Path) -> None:
        old = project / "out"
        old.mkdir()
        (old / "part-0.parquet").write_bytes(b"what stood here")
        run = start(LONG_SAVE)
        run.wait_for_query()

        ended = run.signal(signal.SIGINT)

        assert_interrupted(ended)
        assert kept_files(old) == {"part-0.parquet": b"what stood here"}
        assert not [path for path in project.rglob("*.parquet*") if path.parent != old]

    def test_leaves_no_files_of_the_run_behind(self, start: Start, project: Path) -> None:
        run = start(LONG_QUERY)
        run.wait_for_query()

        run.signal(signal.SIGINT)

        assert kept_files(_scratch(project)) == {}


class TestOtherSignals:
    """What a service manager sends, and what a closed terminal does."""

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
    def test_end_a_fit_with_its_worker(
        self, start: Start, project: Path, number: signal.Signals
    ) -> None:
        run = start(LONG_FIT)
        run.wait_for_fit()

        ended = run.signal(number)

        assert ended.code != 0
        assert ended.seconds < SECONDS_TO_END
        assert ended.left == []
        assert "Traceback" not in ended.output + ended.errors
        assert not list(project.glob(".headrace/models/m@*"))

    def test_end_a_save_and_leave_the_old_output(self, start: Start, project: Path) -> None:
        old = project / "out"
        old.mkdir()
        (old / "part-0.parquet").write_bytes(b"what stood here")
        run = start(LONG_SAVE)
        run.wait_for_query()

        ended = run.signal(signal.SIGTERM)

        assert ended.seconds < SECONDS_TO_END
        assert kept_files(old) == {"part-0.parquet": b"what stood here"}
