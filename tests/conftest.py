"""What all tests share: sessions to run scripts in, and where the public data sets stand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.sessions import check, open_workspace, rows, run, session, shared_engine, workspace

__all__ = ["check", "open_workspace", "rows", "run", "session", "shared_engine", "workspace"]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public data sets beside the project; skips where it is absent."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(os.environ.get("HEADRACE_TEST_DATA", default))
    if not folder.is_dir():
        pytest.skip(f"the public data sets are not at {folder}")
    return folder
