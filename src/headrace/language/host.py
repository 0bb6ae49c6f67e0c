"""What a check and a run of a script do differently."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from headrace.errors import HeadraceError, Problem
from headrace.graph.pipeline import Pipeline
from headrace.graph.span import MappedText, Span
from headrace.language.expressions import Scalar
from headrace.language.scope import Definition


class NotKnownYet(Exception):  # noqa: N818 - a check's signal, never an error of the user's
    """A text hangs on a value that only a run gives."""


class Host(Protocol):
    """Takes the blocks of a program, and answers its questions about data."""

    def run_block(self, pipeline: Pipeline) -> None:
        """Run the block, or check it."""

    def report(self, problem: Problem) -> None:
        """Something is wrong: a check collects it, a run raises it unless it is a warning."""

    def failed(self, error: HeadraceError) -> None:
        """A statement is faulty: a check collects its problems, a run raises the error."""

    def mention(self, span: Span) -> None:
        """A statement hangs on what only a run gives; it may use any name in its text."""

    def alternatives(self, steps: Iterable[str]) -> None:
        """These steps' tables are read in a way that no link shows: by name, or because they
        have one name after a branch that only a run decides."""

    @property
    def scalar(self) -> Scalar | None:
        """Runs one SQL expression; None while there is no engine to ask."""

    def cells(self, definition: Definition) -> tuple[str, ...] | None:
        """The first column of a table as texts; None where only a run can tell."""

    def shell(self, command: MappedText) -> str | None:
        """The output of a command that the workspace allows; None where only a run can tell."""
