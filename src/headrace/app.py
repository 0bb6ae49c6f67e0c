"""The composition root: wires engines, stores and runtime together, for the CLI and for Python."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from headrace.checks.pipeline import CheckResult
from headrace.checks.script import check_script
from headrace.errors import CheckError, DataError
from headrace.graph.facts import Facts
from headrace.graph.pipeline import Pipeline
from headrace.graph.span import Source
from headrace.language.includes import IncludeSettings
from headrace.language.variables import Surroundings
from headrace.operators.load import Load
from headrace.runtime.configuration import Configuration, read_configuration

if TYPE_CHECKING:
    from headrace.engines.embedded import EmbeddedEngine
    from headrace.engines.sinks import FileSinks
    from headrace.engines.sources import FileSources
    from headrace.graph.protocols import Analyzer
    from headrace.graph.schema import Schema
    from headrace.models.store import ModelStore
    from headrace.planner import Plan
    from headrace.runtime.events import Listener
    from headrace.runtime.fits import FitProcess
    from headrace.runtime.services import Notices
    from headrace.runtime.session import RunResult, Session

SCRIPT_ENDINGS = (".mlsql", ".byzer", ".sql")


class Workspace:
    """A project's folder with its settings, models and staged tables, and an engine for it.

    Nothing is started, made or imported before it is needed.

    Parameters
    ----------
    root : the folder that paths in scripts start from; by default the current one
    verbose : let the engine's own log reach standard error
    """

    def __init__(self, root: Path | None = None, *, verbose: bool = False) -> None:
        self.root = (root or Path.cwd()).resolve()
        self.configuration: Configuration = read_configuration(self.root, os.environ)
        self.directory = self.root / self.configuration.workspace
        self._verbose = verbose
        self._waiting_fits: FitProcess | None = None

    @cached_property
    def scratch(self) -> Path:
        """A directory of this process's own; removed by ``close``."""
        return Path(tempfile.mkdtemp(prefix="headrace-"))

    @cached_property
    def models(self) -> ModelStore:
        from headrace.models.store import ModelStore

        return ModelStore(self.directory / "models", owner=self.configuration.owner)

    @cached_property
    def sources(self) -> FileSources:
        from headrace.engines.sources import FileSources

        return FileSources(
            self.root,
            self.directory / "staging",
            warn=self.notices,
            limit_bytes=self.configuration.staging_limit,
        )

    @cached_property
    def notices(self) -> Notices:
        """Where sources say what looks wrong with their data."""
        from headrace.runtime.services import Notices

        return Notices()

    @cached_property
    def sinks(self) -> FileSinks:
        from headrace.engines.sinks import FileSinks

        return FileSinks(self.root)

    @cached_property
    def engine(self) -> EmbeddedEngine:
        from headrace.engines.embedded import EmbeddedEngine

        return EmbeddedEngine(
            self.configuration.memory, verbose=self._verbose, scratch=self.scratch
        )

    @cached_property
    def analyzer(self) -> Analyzer:
        from headrace.engines.embedded.analyzer import EmbeddedAnalyzer

        return EmbeddedAnalyzer(self.engine.session())

    @property
    def includes(self) -> IncludeSettings:
        return IncludeSettings(
            self.root,
            self.directory / "libraries",
            allow_libraries=self.configuration.allow_git_includes,
            allow_http=self.configuration.allow_http_includes,
        )

    @property
    def surroundings(self) -> Surroundings:
        return Surroundings(
            datetime.now(),
            str(self.root),
            self.configuration.owner,
            lambda: uuid.uuid4().hex,
            allow_shell=self.configuration.allow_shell,
        )

    def check(
        self, source: Source, variables: Mapping[str, str] | None = None, *, offline: bool = False
    ) -> CheckResult:
        """Everything that can be known to be wrong with a script, before any work."""
        services = _CheckServices(self, offline)
        return check_script(source, services, self.includes, self.surroundings, variables)

    def plans(self, checked: CheckResult) -> tuple[Plan, ...]:
        """The plan of each block that a check has seen."""
        return tuple(self.plan(block) for block in checked.blocks)

    def get_ready(self, source: Source) -> None:
        """Start what a script with trainings will need, so that it loads during the check."""
        from headrace.language.parser import parse_with_problems
        from headrace.runtime.session import trained_algorithms

        script, _ = parse_with_problems(source)
        names = tuple(trained_algorithms(script.statements))
        if names and self._waiting_fits is None:
            self._waiting_fits = self._new_fits()
            self._waiting_fits.warm_up(names)

    def _new_fits(self) -> FitProcess:
        from headrace.engines.memory import budget
        from headrace.runtime.fits import FitProcess

        log = Path(tempfile.mkdtemp(prefix="fits-", dir=self.scratch)) / "fit.log"
        return FitProcess(log, budget(self.configuration.memory).training)

    def session(self) -> Session:
        """A new session: its own tables, functions and variables, on this workspace's engine."""
        from headrace.runtime.readiness import ReadyingFits
        from headrace.runtime.services import Services
        from headrace.runtime.session import Session

        engine = self.engine
        scratch = Path(tempfile.mkdtemp(prefix="session-", dir=self.scratch))
        fits, self._waiting_fits = self._waiting_fits or self._new_fits(), None
        services = Services(
            self.configuration,
            self.root,
            scratch,
            engine.session(),
            self.analyzer,
            self.sources,
            self.sinks,
            self.models,
            ReadyingFits(fits),
            self.notices,
        )
        return Session(services, self.plan, self.includes, lambda: self.surroundings)

    def plan(self, pipeline: Pipeline) -> Plan:
        """Where each step of a pipeline runs, and why."""
        from headrace.engines.embedded import capabilities
        from headrace.planner import make_plan

        capable = {"embedded": capabilities(self.engine.budget)}
        return make_plan(pipeline, capable, self._facts(pipeline))

    def close(self) -> None:
        """Stop the engine and remove what this process staged."""
        if self._waiting_fits is not None:
            self._waiting_fits.close()
            self._waiting_fits = None
        if "engine" in self.__dict__:
            self.engine.close()
        if "scratch" in self.__dict__:
            shutil.rmtree(self.scratch, ignore_errors=True)

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(
        self,
        source: Source,
        variables: Mapping[str, str] | None = None,
        listener: Listener | None = None,
    ) -> RunResult:
        """Check a script, then run it in a session of its own.

        Raises
        ------
        CheckError : with every problem, before any work, where the check finds errors
        HeadraceError : of the first statement that fails
        """
        self.get_ready(source)
        checked = self.check(source, variables)
        if checked.errors:
            raise CheckError.of(checked.errors)
        session = self.session()
        try:
            return session.run(source, variables, listener or (lambda event: None))
        except BaseException:
            session.close()
            raise

    def _facts(self, pipeline: Pipeline) -> Mapping[str, Facts]:
        """What is measured of the tables that the pipeline loads."""
        facts = {}
        for step in pipeline:
            operator = step.operator
            if isinstance(operator, Load):
                with suppress(DataError):  # a step before it may write it; opening it will tell
                    found = self.sources.describe(operator.format, operator.path, operator.options)
                    facts[step.id] = found.facts
        return facts


@dataclass(frozen=True)
class _CheckServices:
    """What a check may look at; a part that no step asks for is not even imported."""

    workspace: Workspace
    offline: bool

    @property
    def sources(self) -> FileSources:
        return self.workspace.sources

    @property
    def sinks(self) -> FileSinks:
        return self.workspace.sinks

    @property
    def models(self) -> ModelStore:
        return self.workspace.models

    @property
    def analyzer(self) -> Analyzer:
        return _LazyAnalyzer(self.workspace)


class _LazyAnalyzer:
    """Starts the engine with the first query whose types are asked for."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def query_schema(self, sql: str, tables: Mapping[str, Schema]) -> Schema:
        return self._workspace.analyzer.query_schema(sql, tables)


def open_workspace(root: str | Path | None = None, *, verbose: bool = False) -> Workspace:
    """The workspace of a project's folder; close it, or use it as a context manager."""
    return Workspace(Path(root) if root is not None else None, verbose=verbose)


def run(script: str | Path, *, project: str | Path | None = None, **variables: str) -> RunResult:
    """Check and run a script; its tables can be read until the result is closed.

    Parameters
    ----------
    script : the text of a script, or the path of a file with one
    project : the folder that paths start from; by default the current one
    variables : set before the first line

    Raises
    ------
    CheckError : with every problem, before any work, where the check finds errors
    HeadraceError : of the first statement that fails

    Examples
    --------
    >>> result = run("select 1 as x, 'a' as y as t;")
    >>> result.table("t").to_pylist()
    [{'x': 1, 'y': 'a'}]
    """
    workspace = _shared_workspace(project)
    return workspace.run(read_source(script), variables)


def check(
    script: str | Path, *, project: str | Path | None = None, **variables: str
) -> CheckResult:
    """All problems of a script, without running it.

    Examples
    --------
    >>> [problem.message for problem in check("select 1 as x as t; select y from t as u;").errors]
    ["unknown column 'y' in 't'"]
    """
    return _shared_workspace(project).check(read_source(script), variables)


def explain(
    script: str | Path, *, project: str | Path | None = None, **variables: str
) -> tuple[Plan, ...]:
    """The plan of each block of a script.

    Raises
    ------
    CheckError : with every problem, where the check finds errors
    """
    workspace = _shared_workspace(project)
    checked = workspace.check(read_source(script), variables)
    if checked.errors:
        raise CheckError.of(checked.errors)
    return workspace.plans(checked)


def read_source(script: str | Path) -> Source:
    """A script's text with the name that errors show.

    Raises
    ------
    DataError : where a file cannot be read
    """
    path = Path(script) if isinstance(script, Path) or _is_path(script) else None
    if path is None:
        return Source("<script>", str(script))
    try:
        return Source(str(path), path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error


def _is_path(script: str) -> bool:
    return "\n" not in script and ";" not in script and script.endswith(SCRIPT_ENDINGS)


@cache
def _shared_workspace(project: str | Path | None) -> Workspace:
    """One workspace, and so one engine, a folder and process."""
    workspace = Workspace(Path(project) if project is not None else None)
    atexit.register(workspace.close)
    return workspace
