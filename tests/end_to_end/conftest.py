"""Headrace as its users have it: scripts in a folder, run by the command."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome, headrace, project

__all__ = ["headrace", "project"]

Refused = Callable[..., str]
Accepted = Callable[..., str]


@pytest.fixture
def run_script(headrace: Callable[..., Outcome], project: Path) -> Callable[..., Outcome]:
    """Run a text as the file ``script.mlsql`` of the project."""

    def run(text: str | bytes, *arguments: str) -> Outcome:
        script = project / "script.mlsql"
        script.write_bytes(text.encode() if isinstance(text, str) else text)
        return headrace("run", str(script), "--project", str(project), *arguments)

    return run


@pytest.fixture
def refused(run_script: Callable[..., Outcome]) -> Refused:
    """Run a text that must end as a problem of script or data; what it told."""

    def run(text: str | bytes, *arguments: str) -> str:
        outcome = run_script(text, *arguments)
        assert outcome.code == 1, outcome
        assert "Traceback" not in outcome.output + outcome.errors
        return outcome.errors

    return run


@pytest.fixture
def accepted(run_script: Callable[..., Outcome]) -> Accepted:
    """Run a text that must succeed; its output."""

    def run(text: str | bytes, *arguments: str) -> str:
        outcome = run_script(text, *arguments)
        assert outcome.code == 0, outcome
        assert "Traceback" not in outcome.output + outcome.errors
        return outcome.output

    return run


@pytest.fixture
def small_disk(project: Path) -> Iterator[Path]:
    """A file system of half a megabyte at ``small`` in the project."""
    folder = project / "small"
    with mounted(folder, ["-o", "size=512k"]):
        yield folder


class mounted:  # noqa: N801 - it reads as a phrase: with mounted(...)
    """A file system in memory for the length of a block; skips where we may not mount."""

    def __init__(self, folder: Path, options: Sequence[str]) -> None:
        self.folder = folder
        self._options = list(options)

    def __enter__(self) -> mounted:
        self.folder.mkdir(exist_ok=True)
        command = ["mount", "-t", "tmpfs", *self._options, "tmpfs", str(self.folder)]
        try:
            done = subprocess.run(command, capture_output=True, check=False)
        except FileNotFoundError:
            pytest.skip("there is no mount command here")
        if done.returncode:
            pytest.skip("file systems can be mounted by root only")
        return self

    def make_read_only(self) -> None:
        subprocess.run(["mount", "-o", "remount,ro", str(self.folder)], check=True)

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", "--lazy", str(self.folder)], check=True)
