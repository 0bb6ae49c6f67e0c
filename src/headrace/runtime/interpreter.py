"""Runs a ``Program``: the host that plans and executes each block, and answers its questions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from headrace.errors import HeadraceError, Problem, RunError, ScriptError
from headrace.graph.pipeline import Pipeline
from headrace.graph.span import MappedText, Span
from headrace.language.scope import Definition
from headrace.operators.base import FrameValue
from headrace.planner import Plan
from headrace.runtime.events import Listener, Warned
from headrace.runtime.execution import Execution
from headrace.runtime.shell import run_shell

LONGEST_LIST = 100_000
"""Most rows of a query that a script may walk or read."""


class Planner(Protocol):
    """Makes a plan of a pipeline, from what this session knows of sizes and engines."""

    def __call__(self, pipeline: Pipeline) -> Plan: ...


class Interpreter:
    """The host of ``Program`` that runs what a check only looks at."""

    def __init__(self, execution: Execution, planner: Planner, listener: Listener) -> None:
        self._execution = execution
        self._planner = planner
        self._listener = listener

    def run_block(self, pipeline: Pipeline) -> None:
        plan = self._planner(pipeline)
        self._execution.run(pipeline, plan.materialise)

    def report(self, problem: Problem) -> None:
        if problem.severity == "error":
            raise ScriptError.of([problem])
        self._listener(Warned(problem))

    def failed(self, error: HeadraceError) -> None:
        raise error

    def mention(self, span: Span) -> None:
        """Nothing: a run knows all values."""

    def alternatives(self, steps: Iterable[str]) -> None:
        """Nothing: a run decides every branch."""

    def scalar(self, expression: str) -> object:
        """The value of one SQL expression without a table."""
        tables = self._execution.services.tables
        return tables.collect(tables.sql(f"select {expression} as value")).column(0)[0].as_py()

    def cells(self, definition: Definition) -> tuple[str, ...] | None:
        """The first column of a table as texts."""
        value = self._execution.values.get(definition.step, definition.output)
        if not isinstance(value, FrameValue):
            raise RunError(f"'{definition.name}' is not a table", span=definition.span)
        tables = self._execution.services.tables
        rows = tables.collect(value.frame, limit=LONGEST_LIST + 1)
        if rows.num_rows > LONGEST_LIST:
            message = f"the query gives more than {LONGEST_LIST:,} rows"
            raise RunError(message, span=definition.span, hint="add a limit")
        return tuple(_text(cell) for cell in rows.column(0).to_pylist())

    def shell(self, command: MappedText) -> str | None:
        """The output of a command, run in the project's folder."""
        execution = self._execution
        try:
            return run_shell(command.text, execution.services.root, lambda: execution.interrupted)
        except HeadraceError as error:
            raise error.at(command.origin) from error


def _text(cell: object) -> str:
    """A cell as the text of a variable, in SQL's spelling."""
    if cell is None:
        return ""
    return str(cell).lower() if isinstance(cell, bool) else str(cell)
