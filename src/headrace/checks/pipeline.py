"""The check of pipelines: each step in its order, then the rules on all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from headrace.checks.analysis import RememberingAnalyzer
from headrace.checks.rules import RULES, Checked
from headrace.checks.site import CheckServices, Output, StepSite
from headrace.errors import HeadraceError, Place, Problem
from headrace.graph.pipeline import Pipeline
from headrace.graph.span import Span
from headrace.graph.step import Step
from headrace.operators.base import Knowledge, Operator
from headrace.operators.carried import Carried


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What is wrong, in the order of the text, what is known of each step's outputs, and the
    blocks of steps that were checked."""

    problems: tuple[Problem, ...] = ()
    knowledge: Mapping[Output, Knowledge] = field(default_factory=dict)
    blocks: tuple[Pipeline, ...] = ()

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "warning")


class Checker:
    """Checks the blocks of a program one after another.

    A step whose inputs are not known, because what makes them is wrong or depends on data, is
    checked as far as that goes; so nothing is reported that only follows from an earlier fault.
    """

    def __init__(self, services: CheckServices) -> None:
        self._services = services
        self._analyzer = RememberingAnalyzer(services.analyzer)
        self._blocks: list[Pipeline] = []
        self._known: dict[Output, Knowledge] = {}
        self._problems: list[Problem] = []
        self._failed: set[str] = set()
        self._mentioned: set[str] = set()
        self._read: set[str] = set()

    def mention(self, words: Iterable[str]) -> None:
        """Words of statements that are not among the steps, because they are wrong.

        They may have read a table that nothing else reads.
        """
        self._mentioned.update(words)

    def read(self, steps: Iterable[str]) -> None:
        """Steps whose tables are read in a way that no link shows."""
        self._read.update(steps)

    def add(self, block: Pipeline) -> tuple[Problem, ...]:
        """Check the steps of a block; what earlier blocks made is known to it."""
        self._blocks.append(block)
        found: list[Problem] = []
        for step in block:
            if isinstance(step.operator, Carried):
                continue
            problems = self._step(step)
            if any(problem.severity == "error" for problem in problems):
                self._failed.add(step.id)
            found += problems
        self._problems += found
        return tuple(found)

    def knowledge(self, step: str, output: str) -> Knowledge:
        """What is known of a value; None where nothing is."""
        return self._known.get((step, output))

    def result(self) -> CheckResult:
        """All problems so far, with those that only the whole program shows."""
        checked = Checked(
            tuple(self._blocks),
            dict(self._known),
            frozenset(self._failed),
            frozenset(self._mentioned),
            frozenset(self._read),
        )
        warnings = [problem for rule in RULES for problem in rule(checked)]
        problems = in_order([*self._problems, *warnings])
        return CheckResult(problems, dict(self._known), tuple(self._blocks))

    def _step(self, step: Step) -> list[Problem]:
        operator = step.operator
        if not isinstance(operator, Operator):
            return []
        site = StepSite(step, self._services, self._known, self._analyzer)
        try:
            problems = [_placed(problem, step) for problem in operator.check(site)]
            if not any(problem.severity == "error" for problem in problems):
                for output, value in operator.knowledge(site).items():
                    self._known[step.id, output] = value
        except HeadraceError as error:
            return [_placed(problem, step) for problem in error.problems]
        return problems


def check_pipeline(pipeline: Pipeline, services: CheckServices) -> CheckResult:
    """Everything that can be known to be wrong with one pipeline.

    Parameters
    ----------
    pipeline : the steps, in an order that they can run in
    services : what may be looked at; no work is done and no more read than DESIGN 1.2 allows

    Returns
    -------
    the problems in the order of the text, and what is known of every output
    """
    checker = Checker(services)
    checker.add(pipeline)
    return checker.result()


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems in the order of the text, each once.

    A statement that a loop repeats may be wrong in the same way each time.
    """
    distinct: dict[tuple[str, str], Problem] = {}
    for problem in problems:
        distinct.setdefault((problem.message, problem.span.label if problem.span else ""), problem)
    return tuple(sorted(distinct.values(), key=lambda problem: _position(problem.span)))


def _placed(problem: Problem, step: Step) -> Problem:
    return problem if problem.span is not None else replace(problem, span=step.span)


def _position(place: Place | None) -> tuple[float, ...]:
    """Where a place stands in the outermost text, then in what is included there, and so on."""
    if not isinstance(place, Span):
        return (float("inf"),)
    starts: list[float] = [place.start]
    caller = place.source.caller
    while caller is not None:
        starts.append(caller.start)
        caller = caller.source.caller
    return tuple(reversed(starts))
