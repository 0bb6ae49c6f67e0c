"""A session: what holds tables, functions and variables while texts run in it, one by one."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from headrace.errors import Cancelled, HeadraceError, RunError
from headrace.graph.report import Report
from headrace.graph.span import Source
from headrace.language.blocks import Block
from headrace.language.includes import IncludeSettings
from headrace.language.parser import parse
from headrace.language.program import Program
from headrace.language.scope import Definition, Scope, StepIds
from headrace.language.variables import Surroundings, Variable, Variables
from headrace.operators.base import FrameValue
from headrace.operators.preview import table_item
from headrace.runtime.events import (
    Event,
    Listener,
    RunFinished,
    RunStarted,
    StepFinished,
    StepShowed,
    StepStarted,
)
from headrace.runtime.execution import Execution, Values
from headrace.runtime.history import History
from headrace.runtime.interpreter import Interpreter, Planner
from headrace.runtime.services import Services

if TYPE_CHECKING:
    import pyarrow as pa

PREVIEW = "result"
"""The step under which the last table of a text is shown."""


class RunResult:
    """What one text did, and the tables that it left in its session.

    The tables can be read until the session is closed; as a context manager, leaving it
    closes the session.
    """

    def __init__(self, history: History, session: Session) -> None:
        self.history = history
        self.session = session

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of all tables of the session."""
        return self.session.tables

    def table(self, name: str, limit: int | None = None) -> pa.Table:
        """A table's rows, computed now (``to_pandas`` of it gives a pandas frame).

        Raises
        ------
        RunError : unknown, with the nearest names
        """
        return self.session.table(name, limit)

    def close(self) -> None:
        self.session.close()

    def __enter__(self) -> RunResult:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Session:
    """Runs texts over one set of tables, functions and session variables.

    A text sees the tables, functions and models that earlier texts defined, each as a shown
    input of its pipeline, and of their variables those of ``scope="session"``.
    """

    def __init__(
        self,
        services: Services,
        planner: Planner,
        includes: IncludeSettings,
        surroundings: Surroundings,
    ) -> None:
        self.services = services
        self._planner = planner
        self._includes = includes
        self._scope = Scope(Variables(surroundings))
        self._block = Block(StepIds())
        self._values = Values()
        self._running: Execution | None = None

    @property
    def tables(self) -> tuple[str, ...]:
        return self._scope.names("table")

    def table(self, name: str, limit: int | None = None) -> pa.Table:
        """A table's rows as Arrow.

        Raises
        ------
        RunError : unknown, with the nearest names
        """
        found = self._scope.find("table", name)
        if found is None:
            raise RunError.of([self._scope.unknown("table", name, None)])
        return self.services.tables.collect(self._frame(found).frame, limit)

    def run(
        self,
        source: Source,
        variables: Mapping[str, str] | None = None,
        listener: Listener = lambda event: None,
    ) -> RunResult:
        """Run one text to its end.

        Parameters
        ----------
        source : the text, with the name that errors show
        variables : set before the first line; a ``set`` with ``type="defaultParam"`` gives way
        listener : is told every event as it happens

        Raises
        ------
        HeadraceError : of the first statement that fails
        """
        history = History()

        def tell(event: Event) -> None:
            history(event)
            listener(event)

        started = time.perf_counter()
        tell(RunStarted(source.name))
        failure: HeadraceError | None = None
        try:
            self._run(source, variables or {}, tell)
        except HeadraceError as error:
            failure = error
            raise
        except KeyboardInterrupt:
            failure = Cancelled("the run was interrupted")
            self.interrupt()
            raise
        finally:
            self._running = None
            tell(RunFinished(time.perf_counter() - started, failure))
        return RunResult(history, self)

    def interrupt(self) -> None:
        """End what runs within a second; callable from another thread or a signal handler."""
        if self._running is not None:
            self._running.interrupt()

    def close(self) -> None:
        """Give up all tables and functions."""
        self.services.fits.close()
        self.services.tables.close()

    def _run(self, source: Source, variables: Mapping[str, str], tell: Listener) -> None:
        execution = Execution(self.services, tell, self._values)
        self._running = execution
        host = Interpreter(
            execution,
            self._planner,
            tell,
            allow_shell=self.services.configuration.allow_shell,
        )
        given = [Variable(name, value) for name, value in variables.items()]
        known = self._scope.variables.for_next_text().defining(*given)
        self._scope = replace(self._scope.copy(), variables=known, last_table=None)
        program = Program(self._scope, host, self._includes, block=self._block)
        try:
            program.run(parse(source).statements)
        finally:
            self._scope = program.scope
        self._show_last_table(tell)

    def _show_last_table(self, tell: Listener) -> None:
        last = self._scope.last_table
        if last is None:
            return
        started = time.perf_counter()
        tell(StepStarted(PREVIEW, f"show {last.name}", last.span))
        value, limit = self._frame(last), self.services.configuration.preview_rows
        tables = self.services.tables
        try:
            rows = tables.collect(value.frame, limit + 1)
        except HeadraceError as error:
            raise error.at(last.span) from error
        total = None if rows.num_rows > limit else rows.num_rows
        item = table_item(rows.slice(0, limit), tables.schema(value.frame), last.name, total)
        tell(StepShowed(PREVIEW, Report(last.name, (item,))))
        tell(StepFinished(PREVIEW, time.perf_counter() - started))

    def _frame(self, definition: Definition) -> FrameValue:
        value = self._values.get(definition.step, definition.output)
        if not isinstance(value, FrameValue):
            raise RunError(f"'{definition.name}' is not a table", span=definition.span)
        return value
