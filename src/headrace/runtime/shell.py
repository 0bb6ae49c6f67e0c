"""``set … type="shell"``: the output of a command, in bounds of time and size."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from headrace.errors import Cancelled, RunError

SHELL_SECONDS = 60.0
"""How long a command may run."""

MAX_OUTPUT_BYTES = 16 * 1024 * 1024
LOOK_UP_SECONDS = 0.05
SHOWN_ERROR_CHARACTERS = 500


def run_shell(
    command: str, folder: Path, interrupted: Callable[[], bool], seconds: float = SHELL_SECONDS
) -> str:
    """What a command prints, without line ends behind it; its whole process group ends with it.

    Raises
    ------
    RunError : when it fails, runs longer than ``seconds``, prints too much or no UTF-8 text
    Cancelled : as soon as ``interrupted()`` is true
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = _started(command, folder, output, errors)
        try:
            _wait(process, output, interrupted, seconds)
        finally:
            _end_group(process)
        if process.returncode:
            message = f"the command ended with code {process.returncode}"
            raise RunError(message, hint=_tail(errors) or None)
        return _text(output)


def _started(
    command: str, folder: Path, output: IO[bytes], errors: IO[bytes]
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            ["/bin/sh", "-c", command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:  # ValueError: a null character in the command
        raise RunError(f"the command cannot be started: {error}") from error


def _wait(
    process: subprocess.Popen[bytes],
    output: IO[bytes],
    interrupted: Callable[[], bool],
    seconds: float,
) -> None:
    """Wait for the command, files rather than pipes taking its output: nothing blocks it."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            process.wait(LOOK_UP_SECONDS)
        except subprocess.TimeoutExpired:
            running = True
        else:
            running = False
        if interrupted():
            raise Cancelled("the run was interrupted")
        if os.fstat(output.fileno()).st_size > MAX_OUTPUT_BYTES:
            raise RunError(f"the command prints more than {MAX_OUTPUT_BYTES:,} bytes")
        if not running:
            return
        if time.monotonic() > deadline:
            raise RunError(f"the command ran longer than {seconds:g} seconds")


def _end_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # also what it left in the background
    process.wait()


def _tail(errors: IO[bytes]) -> str:
    errors.seek(0)
    return errors.read(MAX_OUTPUT_BYTES).decode(errors="replace").strip()[-SHOWN_ERROR_CHARACTERS:]


def _text(output: IO[bytes]) -> str:
    output.seek(0)
    try:
        return output.read().decode().rstrip("\n")
    except UnicodeDecodeError as error:
        message = f"the command printed bytes that are not UTF-8 text, at byte {error.start + 1}"
        raise RunError(message, hint="convert them, as in … | iconv -f GBK -t UTF-8") from error
