"""A session: what holds tables, functions and variables while texts run in it, one by one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from headrace.algorithms.catalog import find_algorithm
from headrace.errors import Cancelled, HeadraceError, RunError
from headrace.graph.report import Report, TableItem
from headrace.graph.span import Source
from headrace.language.blocks import Block
from headrace.language.includes import IncludeSettings
from headrace.language.parser import parse
from headrace.language.program import Program
from headrace.language.scope import Definition, Scope, StepIds, statements_inside
from headrace.language.syntax import For, If, Statement, Train
from headrace.language.variables import Surroundings, Variable, Variables
from headrace.operators.base import FrameValue
from headrace.operators.preview import table_item
from headrace.runtime.events import Event, Listener, RunFinished, RunStarted, StepShowed
from headrace.runtime.execution import INTERRUPTED, Execution, Values
from headrace.runtime.history import History
from headrace.runtime.interpreter import Interpreter, Planner
from headrace.runtime.masking import masked
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
        surroundings: Callable[[], Surroundings],
    ) -> None:
        self.services = services
        self._planner = planner
        self._includes = includes
        self._surroundings = surroundings
        self._scope = Scope(Variables(surroundings()))
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
            shown = masked(event, self._scope.secrets)
            history(shown)
            listener(shown)

        started = time.perf_counter()
        tell(RunStarted(source.name))
        failure: HeadraceError | None = None
        try:
            self._run(source, variables or {}, tell, history)
        except HeadraceError as error:
            failure = error
            raise
        except KeyboardInterrupt:
            failure = Cancelled(INTERRUPTED)
            self.interrupt()
            raise
        except Exception as error:
            failure = RunError(f"{source.name} failed: {type(error).__name__}: {error}")
            raise
        finally:
            self._running = None
            tell(RunFinished(time.perf_counter() - started, failure))
        return RunResult(history, self)

    def shown(self, source: Source) -> Source:
        """A script as it may be shown: hidden values and passwords are stars."""
        return self._scope.secrets.mask_source(source)

    def interrupt(self) -> None:
        """End what runs within a second; callable from another thread or a signal handler."""
        if self._running is not None:
            self._running.interrupt()

    def close(self) -> None:
        """Give up all tables and functions."""
        self.services.fits.close()
        self.services.tables.close()

    def _run(
        self, source: Source, variables: Mapping[str, str], tell: Listener, history: History
    ) -> None:
        execution = Execution(self.services, tell, self._values)
        self._running = execution
        host = Interpreter(execution, self._planner, tell)
        before, self._scope = self._scope, self._scope_for_text(variables)
        program = Program(self._scope, host, self._includes, block=self._block)
        statements = parse(source).statements
        execution.warm_up(trained_algorithms(statements))
        try:
            program.run(statements)
        except BaseException:
            self._block.drop()
            self._scope.keeping(self._values.ran, before)
            raise
        self._show_last_table(execution, history)

    def _scope_for_text(self, variables: Mapping[str, str]) -> Scope:
        """The session's names, and of its variables those that outlive a text."""
        given = [Variable(name, value) for name, value in variables.items()]
        known = self._scope.variables.for_next_text()
        renewed = replace(known, surroundings=self._surroundings()).defining(*given)
        return replace(self._scope.copy(), variables=renewed, last_table=None)

    def _show_last_table(self, execution: Execution, history: History) -> None:
        last = self._scope.last_table
        if last is None:
            return
        step = next(name for name in (PREVIEW, "last table", "") if name not in history.steps)

        def show() -> None:
            item = self._preview(last)
            execution.listener(StepShowed(step, Report(last.name, (item,))))

        execution.observe(step, f"show {last.name}", last.span, show)

    def _preview(self, table: Definition) -> TableItem:
        value, limit = self._frame(table), self.services.configuration.preview_rows
        tables = self.services.tables
        rows = tables.collect(value.frame, limit + 1)
        return table_item(rows, tables.schema(value.frame), table.name, limit)

    def _frame(self, definition: Definition) -> FrameValue:
        value = self._values.get(definition.step, definition.output)
        if not isinstance(value, FrameValue):
            raise RunError(f"'{definition.name}' is not a table", span=definition.span)
        return value


def trained_algorithms(statements: Iterable[Statement]) -> Iterator[str]:
    """The algorithms that statements may train, also in branches: what is worth loading early."""
    for statement in statements:
        if isinstance(statement, Train) and statement.verb != "predict":
            algorithm = find_algorithm(statement.operator.plain)
            if algorithm is not None:
                yield algorithm.name
        elif isinstance(statement, If | For):
            yield from trained_algorithms(statements_inside(statement))
