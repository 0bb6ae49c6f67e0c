"""The embedded engine as an analyser: types of queries over empty tables."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from headrace.engines.embedded import EmbeddedAnalyzer, EmbeddedEngine
from headrace.graph.protocols import Analyzer


@pytest.fixture(scope="session")
def analyzer() -> Iterator[Analyzer]:
    with EmbeddedEngine() as engine:
        yield EmbeddedAnalyzer(engine.session())
