"""``!if`` and ``!for``: which statements are walked, how often, and what their names mean after.

A run decides every branch. A check cannot where the condition hangs on data: then it walks every
arm that may run, each from the same beginning, and afterwards knows what all of them agree on.
A loop over a query is walked once, with all that its own statements change not known.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from headrace.errors import ScriptError
from headrace.graph.span import MappedText, Span
from headrace.graph.step import Json
from headrace.language.expression_parser import parse_condition
from headrace.language.expressions import Verdict, evaluate
from headrace.language.host import NotKnownYet
from headrace.language.scalars import Unknown
from headrace.language.scope import Scope, Skipped, definitions_in, variables_set_in
from headrace.language.syntax import Arm, For, If, Statement, Text
from headrace.language.variables import Variable, Variables

if TYPE_CHECKING:
    from headrace.language.program import Program

MAX_ITERATIONS = 100_000
"""How often the body of one ``!for`` may run."""

_DEFINED_PART = re.compile(r"\bas\s+:(\w+)", re.IGNORECASE)
_VARIABLE = re.compile(r":\s*(\w+)")


@dataclass(frozen=True)
class ControlFlow:
    """Walks the statements inside branches and loops of a program."""

    program: Program

    def branch(self, statement: If) -> None:
        before = self.program.scope.variables
        for position, arm in enumerate(statement.arms):
            verdict = self._verdict(arm)
            if verdict.holds is None:
                self._undecided(statement.arms[position:])
                break
            self.program.scope.variables = verdict.variables
            if verdict.holds:
                self._skip(statement.arms[position + 1 :])
                self.program.walk(arm.body)
                break
            self._skip([arm])
        self.program.scope.variables = self.program.scope.variables.leaving_block(before)

    def loop(self, statement: For) -> None:
        before = self.program.scope.variables
        items = self._items(statement)
        if items is None:
            self._walk_undecided(statement)
        else:
            self._walk_each(statement, items)
        self.program.scope.variables = self.program.scope.variables.leaving_block(before)

    def _verdict(self, arm: Arm) -> Verdict:
        """Whether an arm is taken, and the variables that its condition leaves behind."""
        variables = self.program.scope.variables
        if arm.condition is None:
            return Verdict(True, variables)
        try:
            expansion = self.program.expansion(arm.condition)
        except NotKnownYet:
            return Verdict(None, _with_unknown_parts(variables, arm.condition))
        text = expansion.text
        verdict = evaluate(parse_condition(text), variables, self.program.host.scalar)
        if expansion.hidden or _names_hidden(text, variables):
            return replace(verdict, variables=_hiding_new(verdict.variables, variables))
        return verdict

    def _undecided(self, arms: Sequence[Arm]) -> None:
        """Walk every arm that may run, up to one that must: one of them will."""
        self.program.flush()
        before, ends = self.program.scope, []
        for arm in arms:
            verdict = self._verdict(arm)
            before.variables = verdict.variables
            if verdict.holds is False:
                self._skip([arm])
                continue
            ends.append(self._end_of(arm.body, before.copy()))
            if verdict.holds:
                break
        else:
            ends.append(before.copy())
        self._merge(ends)

    def _walk_each(self, statement: For, items: Sequence[Variable]) -> None:
        if len(items) > MAX_ITERATIONS:
            message = f"the loop would run {len(items):,} times; {MAX_ITERATIONS:,} are allowed"
            raise ScriptError(message, span=statement.over.span, code="loop-size")
        for item in items:
            self.program.scope.set(item)
            self.program.walk(statement.body)
        if not items:
            why = Skipped("a loop that had nothing to run over", statement.span)
            self.program.scope.skip(statement.body, why)

    def _walk_undecided(self, statement: For) -> None:
        """Walk the body once, for all the times that it may run."""
        self.program.flush()
        before = self.program.scope
        start = before.copy()
        self._forget_changes(start, statement.body)
        name = statement.name.plain
        start.set(Variable(name, Unknown(frozenset({name})), scope="block", span=statement.span))
        end = self._end_of(statement.body, start)
        end.variables = end.variables.leaving_block(before.variables)
        self._merge([before.copy(), end])

    def _forget_changes(self, scope: Scope, body: Sequence[Statement]) -> None:
        """Make unknown what an earlier round of the loop may have changed.

        A table may mean what stood before the loop, unless only a branch reads it: that branch
        may be one which the first round does not take.
        """
        scope.variables = scope.variables.forgetting(variables_set_in(body))
        if any(isinstance(inner, If | For) for inner in body):
            for kind, name in definitions_in(body):
                scope.define(kind, self.program.unknown(kind, name, None))

    def _end_of(self, body: Sequence[Statement], start: Scope) -> Scope:
        """The scope after walking statements from ``start``; the program's own stays."""
        before, self.program.scope = self.program.scope, start
        self.program.walk(body)
        self.program.flush()
        end, self.program.scope = self.program.scope, before
        return end

    def _merge(self, ends: Sequence[Scope]) -> None:
        """Go on with what all ends agree on; what they read differently counts as read."""
        scope = self.program.scope
        scope.merge(ends, self.program.unknown)
        self.program.host.alternatives(
            made.step
            for end in ends
            for name, made in end.tables.items()
            if made != scope.tables[name]
        )

    def _skip(self, arms: Sequence[Arm]) -> None:
        for arm in arms:
            why = Skipped("a branch that was not taken", arm.span)
            self.program.scope.skip(arm.body, why)

    def _items(self, statement: For) -> list[Variable] | None:
        """The loop's variable for each round; None where only a run can tell."""
        name, over = statement.name.plain, statement.over
        if statement.items is not None:
            return [self._item(name, item, over.span) for item in statement.items]
        try:
            cells = self.program.cells(f"for_{name}", over)
        except NotKnownYet:
            self.program.host.mention(over.span)
            return None
        if cells is None:
            return None
        return [Variable(name, cell, scope="block", span=statement.span) for cell in cells]

    def _item(self, name: str, item: Json, span: Span) -> Variable:
        text = item if isinstance(item, str) else json.dumps(item)
        expansion = self.program.expansion(Text("string", MappedText.value_at(text, span), span))
        value = expansion.text.text
        return Variable(name, value, hidden=expansion.hidden, scope="block", span=span)


def _with_unknown_parts(variables: Variables, condition: Text) -> Variables:
    """The variables, with what a condition that cannot be read yet would define."""
    names = _DEFINED_PART.findall(condition.plain)
    parts = (Variable(n, Unknown(frozenset({n})), scope="block") for n in names)
    return variables.defining(*parts)


def _names_hidden(condition: MappedText, variables: Variables) -> bool:
    found = (variables.defined.get(name) for name in _VARIABLE.findall(condition.text))
    return any(variable is not None and variable.hidden for variable in found)


def _hiding_new(variables: Variables, before: Variables) -> Variables:
    """What a condition computes from something hidden is hidden too."""
    new = (v for n, v in variables.defined.items() if before.defined.get(n) != v)
    return variables.defining(*(replace(variable, hidden=True) for variable in new))
