"""What went wrong: one base class, one subclass per stage, each with place and hint."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, Self

Severity = Literal["error", "warning"]

LISTED_NAMES = 20
"""How many existing names a hint lists before it only counts the rest."""


class Place(Protocol):
    """Where something stands in a text that a person wrote (``graph.Span``)."""

    @property
    def label(self) -> str:
        """``file:line:column``, both counted from 1."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...

    def excerpt(self) -> str:
        """The line with its number, and carets below the place."""

    def call_chain(self) -> tuple[str, ...]:
        """Labels of the includes and macro calls that led here, outermost first."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or (as a warning) looks wrong.

    ``code`` names the kind of problem for programs, such as ``unknown-column``.
    """

    message: str
    span: Place | None = None
    hint: str | None = None
    severity: Severity = "error"
    code: str = "error"

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """The problem as lines of plain text, as a terminal shows it."""
        mark = "warning: " if self.severity == "warning" else ""
        if self.span is None:
            lines = [f"{mark}{self.message}"]
        else:
            lines = [f"{self.span.label}: {mark}{self.message}"]
            lines += self.span.excerpt().splitlines()
            lines += [f"called from {call}" for call in reversed(self.span.call_chain())]
        if self.hint:
            lines.append(f"hint: {self.hint}")
        return lines


class HeadraceError(Exception):
    """Base of all errors that are the user's to mend; holds one problem or several."""

    problems: tuple[Problem, ...]
    code = "error"

    def __init__(
        self,
        message: str,
        *,
        span: Place | None = None,
        hint: str | None = None,
        code: str | None = None,
    ) -> None:
        super().__init__(message)
        self.problems = (Problem(message, span, hint, "error", code or type(self).code),)

    @classmethod
    def of(cls, problems: Iterable[Problem]) -> Self:
        """One error for several problems, in their order."""
        problems = tuple(problems)
        error = cls(problems[0].message)
        error.problems = problems
        return error

    @property
    def message(self) -> str:
        return self.problems[0].message

    @property
    def span(self) -> Place | None:
        return self.problems[0].span

    @property
    def hint(self) -> str | None:
        return self.problems[0].hint

    def at(self, span: Place | None) -> Self:
        """The same error, placed at ``span`` where it had no place yet."""
        self.problems = tuple(
            problem
            if problem.span is not None
            else Problem(problem.message, span, problem.hint, problem.severity, problem.code)
            for problem in self.problems
        )
        return self

    def __str__(self) -> str:
        return "\n\n".join(str(problem) for problem in self.problems)


class ScriptError(HeadraceError):
    """The text is not a script: syntax, templates, includes, macros."""

    code = "syntax"


class GraphError(HeadraceError):
    """The steps do not make a pipeline: ids, links, port types, cycles."""

    code = "graph"


class OptionError(HeadraceError):
    """An option of an operator, a source or a sink is unknown or has a wrong value."""

    code = "option"


class CheckError(HeadraceError):
    """The script is well formed and cannot be right: names, types, columns, files."""

    code = "check"


class PlanError(HeadraceError):
    """No engine can run a step."""

    code = "plan"


class RunError(HeadraceError):
    """A step failed while it ran."""

    code = "run"


class DataError(RunError):
    """A source could not be read, or a sink could not be written."""

    code = "data"


class FitError(RunError):
    """An algorithm could not be fitted."""

    code = "fit"


class ModelError(HeadraceError):
    """A model is missing, damaged, of another version, or does not fit the call."""

    code = "model"


class Cancelled(HeadraceError):  # noqa: N818 - it is a request that was met, not a fault
    """The run was interrupted by its user."""

    code = "cancelled"


def closest(name: str, names: Iterable[str]) -> str | None:
    """The known name most like ``name``, whatever its case; None where nothing is near."""
    by_folded = {known.casefold(): known for known in names}
    folded = name.casefold()
    near = difflib.get_close_matches(folded, by_folded, n=5, cutoff=0.6)
    if not near:
        return None
    # A swap of two letters costs the matcher as much as letters that are missing, so lengths
    # and common letters decide between names that it finds about equally near.
    best = min(near, key=lambda known: (_letters_apart(folded, known), near.index(known)))
    return by_folded[best]


def _letters_apart(one: str, other: str) -> int:
    return (Counter(one) - Counter(other)).total() + (Counter(other) - Counter(one)).total()


def suggest(name: str, names: Sequence[str], kind: str = "") -> str:
    """A hint for an unknown name: the nearest known one, then what exists.

    >>> suggest("custmer_id", ["customer_id", "amount"], "columns")
    "did you mean 'customer_id'? Columns: customer_id, amount"
    """
    near = closest(name, names)
    question = f"did you mean '{near}'? " if near else ""
    if not names:
        return f"{question}there are no {kind or 'names'} here"
    shown = ", ".join(names[:LISTED_NAMES])
    rest = len(names) - LISTED_NAMES
    more = f" and {rest} more" if rest > 0 else ""
    return f"{question}{(kind or 'known').capitalize()}: {shown}{more}"
