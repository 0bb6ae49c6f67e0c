"""The command line as a user calls it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from headrace.cli.main import exit_code


@dataclass(frozen=True)
class Outcome:
    """What one call gave."""

    code: int
    output: str
    errors: str


Call = Callable[..., Outcome]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the command runs in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def headrace(project: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call the command in this process."""

    def call(*arguments: str) -> Outcome:
        capsys.readouterr()
        code = exit_code(list(arguments))
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call
