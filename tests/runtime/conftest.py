"""A project of its own for every test, on one engine for all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from headrace.app import Workspace
from headrace.engines.embedded import EmbeddedEngine
from headrace.graph.span import Source
from headrace.runtime.history import History
from headrace.runtime.session import Session


@pytest.fixture(scope="session")
def shared_engine() -> Iterator[EmbeddedEngine]:
    with EmbeddedEngine() as engine:
        yield engine


@pytest.fixture
def workspace(tmp_path: Path, shared_engine: EmbeddedEngine) -> Iterator[Workspace]:
    """A workspace in an empty folder."""
    made = Workspace(tmp_path)
    made.__dict__["engine"] = shared_engine
    yield made
    del made.__dict__["engine"]  # it outlives this workspace
    made.close()


@pytest.fixture
def session(workspace: Workspace) -> Iterator[Session]:
    made = workspace.session()
    yield made
    made.close()


Run = Callable[..., History]


@pytest.fixture
def run(session: Session) -> Run:
    """Run a text in the test's session; what happened."""

    def run_text(text: str, **variables: str) -> History:
        return session.run(Source("test.mlsql", text), variables).history

    return run_text


@pytest.fixture
def rows(session: Session) -> Callable[[str], list[dict[str, Any]]]:
    """The rows of a table of the test's session."""

    def rows_of(name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = session.table(name).to_pylist()
        return found

    return rows_of
