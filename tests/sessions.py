"""A project of its own for every test, on one engine for all: scripts in, tables and history out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from headrace.app import Workspace
from headrace.errors import Problem
from headrace.graph.report import TableItem, TextItem
from headrace.graph.span import Source
from headrace.runtime.history import History

if TYPE_CHECKING:
    from headrace.engines.embedded import EmbeddedEngine
    from headrace.runtime.session import Session

Run = Callable[..., History]
Rows = Callable[[str], list[dict[str, Any]]]
Check = Callable[..., list[str]]


@pytest.fixture(scope="session")
def shared_engine() -> Iterator[EmbeddedEngine]:
    from headrace.engines.embedded import EmbeddedEngine

    with EmbeddedEngine() as engine:
        yield engine


Open = Callable[[Path], Workspace]


@pytest.fixture(scope="session")
def open_workspace(shared_engine: EmbeddedEngine) -> Open:
    """Opens a workspace in a folder, on the shared engine and with one analyser for all."""
    from headrace.engines.embedded import EmbeddedAnalyzer

    shared = {"engine": shared_engine, "analyzer": EmbeddedAnalyzer(shared_engine.session())}

    def opened(folder: Path) -> Workspace:
        made = Workspace(folder)
        made.__dict__.update(shared)
        return made

    return opened


@pytest.fixture
def workspace(tmp_path: Path, open_workspace: Open) -> Iterator[Workspace]:
    """A workspace in an empty folder."""
    made = open_workspace(tmp_path)
    yield made
    del made.__dict__["engine"]  # it outlives this workspace
    made.close()


@pytest.fixture
def session(workspace: Workspace) -> Iterator[Session]:
    made = workspace.session()
    yield made
    made.close()


@pytest.fixture
def run(session: Session) -> Run:
    """Run a text in the test's session; what happened."""

    def run_text(text: str, **variables: str) -> History:
        return session.run(Source("test.mlsql", text), variables).history

    return run_text


@pytest.fixture
def rows(session: Session) -> Rows:
    """The rows of a table of the test's session."""

    def rows_of(name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = session.table(name).to_pylist()
        return found

    return rows_of


@pytest.fixture
def check(workspace: Workspace) -> Check:
    """Check a text; its problems, each as ``line:column code: message``."""

    def check_text(text: str, **variables: str) -> list[str]:
        checked = workspace.check(Source("test.mlsql", text), variables)
        return [problem_line(problem) for problem in checked.problems]

    return check_text


def problem_line(problem: Problem) -> str:
    place = f"{problem.span.line}:{problem.span.column} " if problem.span else ""
    return f"{place}{problem.code}: {problem.message}"


def texts(history: History) -> list[str]:
    """Every line of text that a run showed."""
    return [
        item.text
        for record in history.steps.values()
        for report in record.reports
        for item in report.items
        if isinstance(item, TextItem)
    ]


def shown_table(history: History, step: str = "result") -> TableItem:
    """The table that a step showed; by default the last table of the text."""
    item = history.steps[step].reports[0].items[0]
    assert isinstance(item, TableItem)
    return item
