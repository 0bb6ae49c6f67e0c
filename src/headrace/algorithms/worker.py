"""The child process that fits: ``python -m headrace.algorithms.worker``.

Requests come as lines on standard input, answers go as messages to the descriptor ``--answers``;
whatever libraries print goes where the parent pointed standard output and error, never among the
answers. The parent holds the other end of ``--lifeline`` open and writes nothing: when it closes,
because the parent ended or was killed, so does this process, also in the middle of C code.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import resource
import sys
import threading
import traceback
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import BinaryIO

from headrace.algorithms import catalog
from headrace.algorithms.messages import (
    Answer,
    Crashed,
    Refused,
    Started,
    WarmUp,
    decode,
    encode,
)
from headrace.errors import HeadraceError
from headrace.models.protocols import FitRequest


def main(arguments: Sequence[str] | None = None) -> None:
    """Answer requests until standard input ends."""
    options = _parser().parse_args(arguments)
    _end_with_parent(options.lifeline)
    with Connection(options.answers, readable=False) as answers:
        serve(sys.stdin.buffer, answers, options.memory)


def serve(requests: BinaryIO, answers: Connection, memory_bytes: int | None) -> None:
    """Handle each request of a stream in turn."""
    for line in requests:
        request = decode(line)
        if isinstance(request, WarmUp):
            _warm_up(request.algorithms)
        elif isinstance(request, FitRequest):
            answers.send_bytes(encode(Started()))
            answers.send_bytes(encode(_answer(request, memory_bytes)))


def _answer(request: FitRequest, memory_bytes: int | None) -> Answer:
    from headrace.algorithms.fitting import fit

    try:
        _limit_memory(memory_bytes)
        return fit(request)
    except MemoryError:
        traceback.print_exc()
        return Refused(
            f"{request.algorithm} needs more memory than {_allowed(memory_bytes)}",
            "train on fewer rows or columns, or raise the memory budget",
        )
    except HeadraceError as error:
        return Refused.of(error)
    except Exception as error:  # the boundary of the process: nothing above could answer for it
        traceback.print_exc()
        return Crashed(type(error).__name__, str(error))


def _warm_up(names: Sequence[str]) -> None:
    """Import early; what fails here fails again, with an answer, when it is needed."""
    try:
        from headrace.algorithms import fitting  # noqa: F401 - imported for its weight

        for name in names:
            catalog.algorithm(name).warm_up()
    except (HeadraceError, ImportError):
        traceback.print_exc()


def _limit_memory(memory_bytes: int | None) -> None:
    """Let this process's own data grow by so much more and no further.

    The limit is on private data, not on the address space, which also holds the
    memory-mapped table and libraries' reservations.
    """
    if memory_bytes is None:
        return
    now = _data_bytes()
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (now + memory_bytes, hard))


def _data_bytes() -> int:
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmData"))
    return int(line.split()[1]) * 1024


def _end_with_parent(lifeline: int) -> None:
    """End when the other end of the pipe closes.

    The thread does it anywhere; it needs the interpreter's lock, which C code may hold for
    minutes, so where the kernel can send a signal for it (SIGIO, whose default is to end the
    process) we ask for that too.
    """
    if hasattr(fcntl, "F_SETOWN") and hasattr(os, "O_ASYNC"):
        fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
        flags = fcntl.fcntl(lifeline, fcntl.F_GETFL)
        fcntl.fcntl(lifeline, fcntl.F_SETFL, flags | os.O_ASYNC)
    threading.Thread(target=_wait_for_end, args=(lifeline,), daemon=True).start()


def _wait_for_end(lifeline: int) -> None:
    os.read(lifeline, 1)
    os._exit(1)


def _allowed(memory_bytes: int | None) -> str:
    if memory_bytes is None:
        return "this machine has"
    return f"the {memory_bytes / 2**20:,.0f} MB that training may use"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="headrace.algorithms.worker")
    parser.add_argument("--answers", type=int, required=True)
    parser.add_argument("--lifeline", type=int, required=True)
    parser.add_argument("--memory", type=int)
    return parser


if __name__ == "__main__":
    main()
