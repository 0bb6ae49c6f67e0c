"""One embedded server for all engine tests, and a session of its own for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from headrace.engines.embedded import EmbeddedEngine
from headrace.engines.sessions import ConnectTables


@pytest.fixture(scope="session")
def engine() -> Iterator[EmbeddedEngine]:
    with EmbeddedEngine() as engine:
        yield engine


@pytest.fixture
def tables(engine: EmbeddedEngine) -> Iterator[ConnectTables]:
    tables = engine.session()
    yield tables
    tables.close()
