"""A session of the embedded engine, a fitting process and a model store for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headrace.engines.sessions import ConnectTables
from headrace.models.store import ModelStore
from headrace.runtime.fits import FitProcess
from tests.engines.conftest import engine, tables
from tests.operators.workbench import Workbench

__all__ = ["engine", "tables"]


@pytest.fixture(scope="session")
def fits(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FitProcess]:
    fits = FitProcess(tmp_path_factory.mktemp("fits") / "fits.log")
    yield fits
    fits.close()


@pytest.fixture
def bench(tables: ConnectTables, fits: FitProcess, tmp_path: Path) -> Workbench:
    return Workbench(tables, fits, ModelStore(tmp_path / "models"), tmp_path)
