"""The check of a whole script: syntax, names, options, types and places, all reported at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from headrace.checks.pipeline import Checker, CheckResult, in_order
from headrace.checks.site import CheckServices
from headrace.errors import HeadraceError, Problem
from headrace.graph.pipeline import Pipeline
from headrace.graph.span import MappedText, Source, Span
from headrace.language.includes import IncludeSettings
from headrace.language.parser import parse_with_problems
from headrace.language.program import Program
from headrace.language.scope import Definition, Scope
from headrace.language.variables import Surroundings, Variable, Variables

RESULT_NAME = re.compile(r"\bas\s+(`(?:[^`]|``)+`|\w+)\s*(?=;|$)", re.IGNORECASE)
"""The table that a statement with a syntax error would have made, most likely."""


class ScriptCheck:
    """The host that checks blocks, and walks every branch that a run might take."""

    scalar: Callable[[str], object] | None = None

    def __init__(self, services: CheckServices) -> None:
        self._checker = Checker(services)
        self._problems: list[Problem] = []

    def run_block(self, pipeline: Pipeline) -> None:
        self._checker.add(pipeline)

    def report(self, problem: Problem) -> None:
        self._problems.append(problem)

    def alternatives(self, steps: Iterable[str]) -> None:
        self._checker.read(steps)

    def failed(self, error: HeadraceError) -> None:
        self._problems += error.problems
        for problem in error.problems:
            if isinstance(problem.span, Span):
                self.mention(problem.span)

    def mention(self, span: Span) -> None:
        """Take the words of a faulty statement as uses of the tables that they may name."""
        text = span.source.text
        start = text.rfind(";", 0, span.start) + 1
        end = text.find(";", span.end)
        self._checker.mention(re.findall(r"\w+", text[start : end if end >= 0 else None]))

    def cells(self, definition: Definition) -> tuple[str, ...] | None:
        return None

    def shell(self, command: MappedText) -> str | None:
        return None

    def result(self) -> CheckResult:
        found = self._checker.result()
        return replace(found, problems=in_order([*self._problems, *found.problems]))


def check_script(
    source: Source,
    services: CheckServices,
    includes: IncludeSettings,
    surroundings: Surroundings,
    variables: Mapping[str, str] | None = None,
) -> CheckResult:
    """Everything that can be known to be wrong with a script, before any work.

    Parameters
    ----------
    source : the script
    services : what may be looked at
    includes : where includes may come from
    surroundings : the clock, the owner and the home folder that variables show
    variables : set before the first line, as ``--set`` does

    Returns
    -------
    problems in the order of the text, errors and warnings, and what is known of each step
    """
    host = ScriptCheck(services)
    script, faults = parse_with_problems(source)
    given = (Variable(name, value) for name, value in (variables or {}).items())
    program = Program(Scope(Variables(surroundings).defining(*given)), host, includes)
    for fault in faults:
        host.report(fault)
        if isinstance(fault.span, Span):
            host.mention(fault.span)
            _define_result(program, fault.span)
    program.run(script.statements)
    found, secrets = host.result(), program.scope.secrets
    return replace(found, problems=tuple(map(secrets.mask_problem, found.problems)))


def _define_result(program: Program, fault: Span) -> None:
    """Give the table of a statement that could not be read a meaning of which nothing is known."""
    text = fault.source.text
    end = text.find(";", fault.start)
    for match in RESULT_NAME.finditer(text, fault.start, end if end >= 0 else len(text)):
        name = match[1].strip("`").replace("``", "`")
        program.scope.define("table", program.unknown("table", name, fault))
    program.scope.last_table = None
