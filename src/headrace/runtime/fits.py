"""Fits in a child process: cancelled at once, and a crash is an error, not the end of the run."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import MappingProxyType

from headrace.algorithms.messages import (
    Answer,
    Crashed,
    Refused,
    Request,
    Started,
    WarmUp,
    decode,
    encode,
)
from headrace.errors import Cancelled, FitError
from headrace.models.protocols import FitRequest, FitResult

PATIENT_THREADS: Mapping[str, str] = MappingProxyType({"OMP_WAIT_POLICY": "PASSIVE"})
"""Threads that wait for each other give their processor away: boosting on a machine that has
other work too was measured to be two to four times as fast as with threads that spin."""

LOOK_UP_SECONDS = 0.1
"""How often a wait for an answer looks up for signals."""

LOG_TAIL_LINES = 5
"""How much of what libraries printed an error shows."""


@dataclass(frozen=True, slots=True)
class Child:
    """A running worker and our ends of its pipes."""

    process: subprocess.Popen[bytes]
    answers: Connection
    lifeline: int

    @classmethod
    def start(cls, log: Path, memory_bytes: int | None) -> Child:
        """A fresh worker, in its own session so that a terminal's Ctrl-C does not reach it."""
        answers, child_answers = os.pipe()
        child_lifeline, lifeline = os.pipe()
        # -P: a user's folder may hold a random.py, which must not be ours
        command = [sys.executable, "-P", "-m", "headrace.algorithms.worker"]
        command += ["--answers", str(child_answers), "--lifeline", str(child_lifeline)]
        if memory_bytes is not None:
            command += ["--memory", str(memory_bytes)]
        try:
            with log.open("ab") as output:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=output,
                    pass_fds=(child_answers, child_lifeline),
                    start_new_session=True,
                    env={**PATIENT_THREADS, **os.environ},
                )
        finally:
            os.close(child_answers)
            os.close(child_lifeline)
        return cls(process, Connection(answers, writable=False), lifeline)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def send(self, request: Request) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # a dead child is found when it is read
            self.process.stdin.write(encode(request))
            self.process.stdin.flush()

    def receive(self) -> Answer | None:
        """The next answer; None when the child has ended."""
        # A signal's handler runs in the main thread, whichever thread the kernel interrupts: we
        # look up now and then, or a Ctrl-C could wait for the fit.
        while not self.answers.poll(LOOK_UP_SECONDS):
            pass
        try:
            answer = decode(self.answers.recv_bytes())
        except (EOFError, OSError):  # the latter for half a message
            return None
        assert not isinstance(answer, WarmUp | FitRequest)
        return answer

    def kill(self) -> None:
        """End the child and what it started, now."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def release(self) -> int:
        """Wait for the end and close the pipes; the exit status."""
        status = self.process.wait()
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.answers.close()
        os.close(self.lifeline)
        return status

    def close(self) -> None:
        """End the child at once: between fits it holds nothing that anybody needs."""
        self.kill()
        self.release()


class FitProcess:
    """One warm worker that fits for this process; started at need, replaced when it dies.

    Parameters
    ----------
    log : file that takes whatever libraries print while fitting
    memory_bytes : how much a fit may allocate; None for no limit of ours
    """

    def __init__(self, log: Path, memory_bytes: int | None = None) -> None:
        self._log = log
        self._memory_bytes = memory_bytes
        self._child: Child | None = None
        self._one_at_a_time = threading.Lock()
        self._state = threading.Lock()
        self._running = False
        self._cancelled = False

    @property
    def child_pid(self) -> int | None:
        """The process that fits, where one runs."""
        return self._child.process.pid if self._child is not None else None

    def fit(self, request: FitRequest) -> FitResult:
        """Fit in the child and wait for it (see ``models.protocols.Fits``)."""
        with self._one_at_a_time:
            self._begin()
            try:
                child = self._child_at_work(request)
                answer = child.receive() if child else None
            except BaseException:  # also a Ctrl-C while we wait: the child must not go on
                self.cancel()
                self._lose_child()
                raise
            finally:
                cancelled = self._finish()
            if answer is None:
                status = self._lose_child()
                if cancelled:
                    raise Cancelled(f"the fit of {request.algorithm} was cancelled")
                raise self._death(request, status)
            return self._result(request, answer)

    def warm_up(self, algorithms: Sequence[str]) -> None:
        """Start the child and let it import, while we do other work."""
        with self._state:
            self._living_child().send(WarmUp(tuple(algorithms)))

    def cancel(self) -> None:
        """Kill the running fit; nothing where none runs."""
        with self._state:
            if self._running and self._child is not None:
                self._cancelled = True
                self._child.kill()

    def close(self) -> None:
        """End the child, also in the middle of a fit."""
        self.cancel()
        with self._one_at_a_time, self._state:
            if self._child is not None:
                self._child.close()
                self._child = None

    def _begin(self) -> None:
        with self._state:
            self._running, self._cancelled = True, False

    def _finish(self) -> bool:
        with self._state:
            self._running = False
            return self._cancelled

    def _child_at_work(self, request: FitRequest) -> Child | None:
        """A child that has taken up the request; None where it was cancelled or cannot start.

        A child may have died since its last fit, and its death may show only now: then a second
        one is tried.
        """
        for attempt in range(2):
            if attempt:
                self._lose_child()
            with self._state:
                if self._cancelled:
                    return None
                child = self._living_child()
            child.send(request)
            if isinstance(child.receive(), Started):
                return child
        return None

    def _living_child(self) -> Child:
        if self._child is not None and not self._child.alive:
            self._child.release()
            self._child = None
        if self._child is None:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            self._child = Child.start(self._log, self._memory_bytes)
        return self._child

    def _lose_child(self) -> int:
        """Wait for the end of a dying child; its exit status."""
        with self._state:
            child, self._child = self._child, None
            return child.release() if child else 0

    def _result(self, request: FitRequest, answer: Answer) -> FitResult:
        if isinstance(answer, FitResult):
            return answer
        if isinstance(answer, Refused):
            raise answer.error()
        assert isinstance(answer, Crashed)
        raise FitError(
            f"{request.algorithm} failed: {answer.kind}: {answer.message}",
            hint=f"the library's own report is in {self._log}",
        )

    def _death(self, request: FitRequest, status: int) -> FitError:
        """Why a child that ended without an answer most likely did."""
        name = request.algorithm
        megabytes = request.table.stat().st_size / 2**20
        if status == -signal.SIGKILL:
            return FitError(
                f"the fit of {name} was killed, most likely because memory ran out: "
                f"its table has {megabytes:,.1f} MB, and fitting takes several times that",
                hint="train on fewer rows or columns, take fewer or smaller trees, "
                "or give the run more memory",
            )
        how = f"by {signal.Signals(-status).name}" if status < 0 else f"with exit status {status}"
        return FitError(
            f"the process that fitted {name} ended {how}" + self._tail(),
            hint=f"all that it printed is in {self._log}",
        )

    def _tail(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
        return "; its last words:\n" + "\n".join(f"  {line}" for line in lines) if lines else ""
