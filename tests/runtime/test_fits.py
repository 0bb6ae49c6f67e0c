"""The child process that fits: fast to start, dead at once when told, replaced when it dies."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped]
import pyarrow as pa
import pytest

from headrace.errors import Cancelled, FitError
from headrace.models.protocols import FitRequest
from headrace.runtime.fits import FitProcess
from tests.algorithms.tables import request

PLUGIN = """
from typing import ClassVar
from headrace.algorithms.base import Classifier


class Plugin(Classifier):
    title: ClassVar[str] = "for tests"

    def treatment(self):
        from headrace.models.preparation import Treatment
        return Treatment()


class SVC(Plugin):
    name: ClassVar[str] = "TestSVC"

    def build(self, context):
        from sklearn.svm import SVC
        return SVC(C=1e6, probability=False, cache_size=10)


class Broken(Plugin):
    name: ClassVar[str] = "TestBroken"
    how: str = "raise"

    def build(self, context):
        import os
        import numpy as np
        print("words of a library")
        if self.how == "raise":
            raise KeyError("inside")
        if self.how == "memory":
            np.ones(10**12)
        if self.how == "allocate":
            keep = [np.ones(10**6) for _ in range(2000)]
        if self.how == "abort":
            os.abort()
        if self.how == "kill":
            os.kill(os.getpid(), 9)
"""

ENTRY_POINTS = """
[headrace.algorithms]
TestSVC = headrace_test_plugin:SVC
TestBroken = headrace_test_plugin:Broken
"""


@pytest.fixture(scope="module", autouse=True)
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Installs a package with algorithms of its own, for processes that start from here on."""
    site = tmp_path_factory.mktemp("site")
    info = site / "headrace_test_plugin-1.0.dist-info"
    info.mkdir()
    (site / "headrace_test_plugin.py").write_text(PLUGIN)
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: headrace-test-plugin\nVersion: 1.0\n"
    )
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(site))
        yield


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs") / "deeper" / "fits.log"


@pytest.fixture(scope="module")
def fits(log: Path) -> Iterator[FitProcess]:
    """One process for all tests: some kill its child, and the next gets a new one."""
    fits = FitProcess(log)
    yield fits
    fits.close()


def rows(n: int = 60) -> pa.Table:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 2))
    noise = rng.random(n) < 0.3
    return pa.table({"a": x[:, 0], "b": x[:, 1], "label": ((x[:, 0] > 0) ^ noise).astype(int)})


def small(folder: Path) -> FitRequest:
    return request("LogisticRegression", rows(), folder)


def child_of(fits: FitProcess) -> psutil.Process:
    assert fits.child_pid is not None
    return psutil.Process(fits.child_pid)


def gone(process: psutil.Process) -> bool:
    """Whether it has ended, reaped or not."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> float:
    """How long it took until the condition held."""
    began = time.perf_counter()
    while not condition():
        assert time.perf_counter() - began < seconds
        time.sleep(0.005)
    return time.perf_counter() - began


class TestFit:
    def test_the_result_and_the_model_come_back(self, fits: FitProcess, tmp_path: Path) -> None:
        result = fits.fit(small(tmp_path / "one"))

        assert result.rows == 60
        assert (result.artifact / "MANIFEST").is_file()
        assert result.metrics["auc"] > 0.6

    def test_the_child_stays_warm(self, fits: FitProcess, tmp_path: Path) -> None:
        fits.fit(small(tmp_path / "one"))
        first = child_of(fits)

        began = time.perf_counter()
        fits.fit(small(tmp_path / "two"))

        assert child_of(fits) == first
        assert time.perf_counter() - began < 1

    def test_warming_up_does_not_wait(self, fits: FitProcess) -> None:
        began = time.perf_counter()
        fits.warm_up(["GBTClassifier", "NoSuchAlgorithm"])

        assert time.perf_counter() - began < 0.2
        assert not gone(child_of(fits))

    def test_a_refusal_is_an_error_with_its_hint(self, fits: FitProcess, tmp_path: Path) -> None:
        one_class = pa.table({"a": [1.0, 2.0], "label": ["yes", "yes"]})

        with pytest.raises(FitError, match="only the class 'yes'") as caught:
            fits.fit(request("GBTClassifier", one_class, tmp_path / "one"))

        assert "at least two classes" in str(caught.value.hint)

    def test_an_unforeseen_error_is_named_and_logged(
        self,
        fits: FitProcess,
        tmp_path: Path,
        log: Path,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        with pytest.raises(FitError, match="TestBroken failed: KeyError: 'inside'") as caught:
            fits.fit(request("TestBroken", rows(), tmp_path / "one"))

        assert str(log) in str(caught.value.hint)
        assert "Traceback" in log.read_text()
        assert "words of a library" in log.read_text()
        assert capfd.readouterr() == ("", "")


class TestCancel:
    def test_a_fit_in_c_code_ends_within_a_second(self, fits: FitProcess, tmp_path: Path) -> None:
        fits.fit(small(tmp_path / "warm"))
        worker = child_of(fits)
        caught: list[tuple[BaseException, float]] = []

        def run() -> None:
            try:
                fits.fit(request("TestSVC", rows(12_000), tmp_path / "svc"))
            except Cancelled as error:
                caught.append((error, time.perf_counter()))

        thread = threading.Thread(target=run)
        thread.start()
        busy = worker.cpu_times().user
        wait_until(lambda: worker.cpu_times().user > busy + 0.3)

        began = time.perf_counter()
        fits.cancel()
        thread.join(5)

        assert caught[0][1] - began < 1
        assert gone(worker)

    def test_ctrl_c_ends_the_child_too(self, fits: FitProcess, tmp_path: Path) -> None:
        fits.fit(small(tmp_path / "warm"))
        worker = child_of(fits)
        threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGINT]).start()

        with pytest.raises(KeyboardInterrupt):
            fits.fit(request("TestSVC", rows(12_000), tmp_path / "svc"))

        assert gone(worker)

    def test_cancelling_nothing_does_nothing(self, fits: FitProcess, tmp_path: Path) -> None:
        fits.cancel()

        assert fits.fit(small(tmp_path / "one")).rows == 60


class TestDeath:
    def test_a_killed_child_is_an_error_that_names_memory_and_the_next_fit_works(
        self, fits: FitProcess, tmp_path: Path
    ) -> None:
        with pytest.raises(FitError, match="was killed, most likely because memory ran out"):
            fits.fit(request("TestBroken", rows(), tmp_path / "one", how="kill"))

        assert fits.fit(small(tmp_path / "next")).rows == 60

    def test_a_child_that_died_while_idle_is_replaced(
        self, fits: FitProcess, tmp_path: Path
    ) -> None:
        fits.fit(small(tmp_path / "one"))
        child_of(fits).kill()

        assert fits.fit(small(tmp_path / "two")).rows == 60

    def test_an_abort_shows_the_last_words(self, fits: FitProcess, tmp_path: Path) -> None:
        with pytest.raises(FitError, match="ended by SIGABRT"):
            fits.fit(request("TestBroken", rows(), tmp_path / "one", how="abort"))

    def test_memory_that_is_not_there_is_named(self, fits: FitProcess, tmp_path: Path) -> None:
        with pytest.raises(FitError, match="needs more memory"):
            fits.fit(request("TestBroken", rows(), tmp_path / "one", how="memory"))

    def test_a_fit_stays_within_its_budget(self, log: Path, tmp_path: Path) -> None:
        fits = FitProcess(log, memory_bytes=256 * 2**20)
        greedy = request("TestBroken", rows(), tmp_path / "one", how="allocate")

        with contextlib.closing(fits), pytest.raises(FitError, match="more memory than the 256 MB"):
            fits.fit(greedy)

    def test_the_child_goes_when_its_parent_is_killed(self, tmp_path: Path) -> None:
        script = f"""
            from pathlib import Path
            from headrace.runtime.fits import FitProcess
            from tests.algorithms.tables import request
            from tests.runtime.test_fits import rows
            folder = Path({str(tmp_path)!r})
            fits = FitProcess(folder / "log")
            fits.warm_up(["LogisticRegression"])
            print(fits.child_pid, flush=True)
            fits.fit(request("TestSVC", rows(12_000), folder / "svc"))
        """
        parent = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True
        )
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        wait_until(lambda: worker.cpu_times().user > 2, 30)  # imports take one: it is in C code

        os.kill(parent.pid, signal.SIGKILL)
        parent.communicate()

        assert wait_until(lambda: gone(worker)) < 1

    def test_closing_ends_the_child(self, fits: FitProcess, tmp_path: Path) -> None:
        fits.fit(small(tmp_path / "one"))
        worker = child_of(fits)

        fits.close()

        assert gone(worker)
