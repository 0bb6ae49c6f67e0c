"""Evaluating the expressions of a template: references with their methods, and directives' values."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from headrace.errors import ScriptError
from headrace.graph.span import MappedText, Span
from headrace.language.scalars import Unknown, Value, as_text, calculate, compare, described
from headrace.language.slots import fill_slots
from headrace.language.template_methods import MAX_ITEMS, call_method, item_of
from headrace.language.template_parser import LOOP_MEMBERS
from headrace.language.template_scope import Names
from headrace.language.template_syntax import (
    Binary,
    Constant,
    Expression,
    Interpolated,
    Item,
    Listing,
    Member,
    Method,
    Node,
    Range,
    Reference,
    Unary,
)

TEMPLATE = "template"
"""The object of ``${template.get("name", "argument")}``."""

LOOP = "foreach"
"""The object of ``$foreach.index``."""

LOOP_NAMES = {"velocityCount": "count", "velocityHasNext": "hasNext"}
"""Velocity 1's names for members of the innermost loop."""

CHEAP = 100
"""Characters or items that cost as much as visiting one node."""

Postfix = Method | Member | Item
Known = Value | Unknown


class Evaluator:
    """Values of expressions in one text.

    Parameters
    ----------
    text : the template's text, for places
    names : what names mean
    rendered : the text that the nodes of a quoted text make
    finished : the value of a variable whose text named undefined variables when it was set
    """

    def __init__(
        self,
        text: MappedText,
        names: Names,
        rendered: Callable[[Sequence[Node]], str],
        finished: Callable[[str, Span], Known],
    ) -> None:
        self._text = text
        self._names = names
        self._rendered = rendered
        self._finished = finished

    def resolves(self, node: Reference) -> bool:
        """Whether the reference's name means something here."""
        name, _ = self._dotted(node.name, node.postfixes)
        return self._names.defines(name) or self._is_object(node)

    def truth(self, condition: Expression) -> bool | Unknown:
        """Whether a condition holds.

        Null, false, 0, empty and the text "false" do not hold, nor does an undefined name
        alone: ``#if($x)`` is how Velocity asks whether there is an ``x``.
        """
        self._names.room.step()
        if isinstance(condition, Reference) and not self.resolves(condition):
            if not condition.postfixes:
                return False
        elif isinstance(condition, Unary) and condition.operator == "!":
            holds = self.truth(condition.operand)
            return holds if isinstance(holds, Unknown) else not holds
        elif isinstance(condition, Binary) and condition.operator in ("&&", "||"):
            return self._joined(condition)
        value = self.value(condition)
        if isinstance(value, Unknown):
            return value
        return value != "false" and bool(value)

    def _joined(self, node: Binary) -> bool | Unknown:
        deciding = node.operator == "||"
        left = self.truth(node.left)
        if left is deciding:
            return deciding
        right = self.truth(node.right)
        if right is deciding or not isinstance(left, Unknown):
            return right
        both = right.names if isinstance(right, Unknown) else frozenset()
        return Unknown(left.names | both)

    def value(self, node: Expression) -> Known:
        self._names.room.step()
        try:
            return self._computed(node)
        except ScriptError as error:
            raise error.at(self._text.span(node.start, node.end)) from error.__cause__

    def _computed(self, node: Expression) -> Known:
        if isinstance(node, Constant):
            return node.value
        if isinstance(node, Interpolated):
            return self._interpolated(node)
        if isinstance(node, Reference):
            return self._referenced(node)
        if isinstance(node, Listing):
            return self._list(node)
        if isinstance(node, Range):
            return self._range(node)
        if isinstance(node, Unary) and node.operator == "-":
            return self._combined("-", 0, self.value(node.operand))
        if isinstance(node, Unary) or node.operator in ("&&", "||"):
            return self.truth(node)
        return self._combined(node.operator, self.value(node.left), self.value(node.right))

    def _combined(self, operator: str, left: Known, right: Known) -> Known:
        unknown = [side for side in (left, right) if isinstance(side, Unknown)]
        if unknown:
            return _together(unknown)
        assert not isinstance(left, Unknown)
        assert not isinstance(right, Unknown)
        self._names.room.step(_weight(left))
        if operator == "/":
            return _quotient(left, right)
        if operator in "+-*%":
            return calculate(operator, left, right)
        if left is None or right is None:  # Velocity's null equals itself
            return (left is right) == (operator == "==")
        return compare(operator, left, right)

    def _interpolated(self, node: Interpolated) -> str | Unknown:
        before = set(self._names.unknown)
        text = self._rendered(node.body)
        added = self._names.unknown - before
        return Unknown(frozenset(added)) if added else text

    def _list(self, node: Listing) -> Known:
        values = [self.value(item) for item in node.items]
        unknown = [value for value in values if isinstance(value, Unknown)]
        if unknown:
            return _together(unknown)
        if any(isinstance(value, tuple) for value in values):
            raise ScriptError("a list in a list is not supported", code="template")
        return tuple(values)  # type: ignore[arg-type]  # neither unknown nor a list, seen above

    def _range(self, node: Range) -> Known:
        ends = self.value(node.first), self.value(node.last)
        unknown = [end for end in ends if isinstance(end, Unknown)]
        if unknown:
            return _together(unknown)
        first, last = (_whole(end) for end in ends)
        if abs(last - first) >= MAX_ITEMS:
            raise ScriptError(f"a range of more than {MAX_ITEMS} numbers", code="template-size")
        self._names.room.step(abs(last - first) // CHEAP)
        step = 1 if last >= first else -1
        return tuple(range(first, last + step, step))

    def _referenced(self, node: Reference) -> Known:
        if self._is_object(node):
            return self._object(node)
        name, postfixes = self._dotted(node.name, node.postfixes)
        if node.quiet and not self._names.defines(name):
            return None
        return self._applied(self._named(name, node), postfixes)

    def _named(self, name: str, node: Expression | Postfix) -> Known:
        if name in self._names.local:
            return self._names.local[name]
        span = self._text.span(node.start, node.end)
        variable = self._names.variable(name, span)
        return self._finished(name, span) if variable.deferred else variable.value

    def _is_object(self, node: Reference) -> bool:
        """Whether the name stands for the loop or the templates, not for a variable."""
        if self._names.defines(node.name):
            return node.name == LOOP and bool(self._names.loops) and bool(node.postfixes)
        in_loop = bool(self._names.loops) and node.name in (LOOP, *LOOP_NAMES)
        return in_loop or (node.name == TEMPLATE and bool(node.postfixes))

    def _object(self, node: Reference) -> Known:
        if node.name == TEMPLATE:
            return self._applied(self._template(node.postfixes[0]), node.postfixes[1:])
        loop = self._names.loops[-1]
        if node.name in LOOP_NAMES:
            return self._applied(loop.member(LOOP_NAMES[node.name]), node.postfixes)
        first = node.postfixes[0] if node.postfixes else None
        if not isinstance(first, Member):
            raise ScriptError(f"$foreach has {', '.join(LOOP_MEMBERS)}", code="template")
        return self._applied(loop.member(first.name), node.postfixes[1:])

    def _dotted(self, name: str, postfixes: tuple[Postfix, ...]) -> tuple[str, tuple[Postfix, ...]]:
        """A variable's own name may hold dots: the longest that is defined counts."""
        full = name
        best = (name, postfixes)
        for count, postfix in enumerate(postfixes, start=1):
            if not isinstance(postfix, Member):
                break
            full = f"{full}.{postfix.name}"
            if self._names.defines(full):
                best = (full, postfixes[count:])
        return best

    def _applied(self, value: Known, postfixes: Sequence[Postfix]) -> Known:
        for postfix in postfixes:
            if isinstance(value, Unknown):
                return value
            value = self._step(value, postfix)
        return value

    def _step(self, value: Value, postfix: Postfix) -> Known:
        self._names.room.step(_weight(value))
        if isinstance(postfix, Member):
            raise ScriptError(
                f"{described(value)} has no '{postfix.name}'", code="template",
                span=self._text.span(postfix.start, postfix.end),
                hint="methods are called with parentheses, such as .length() or .size()",
            )  # fmt: skip
        nodes = postfix.arguments if isinstance(postfix, Method) else (postfix.position,)
        arguments = [self.value(node) for node in nodes]
        unknown = [argument for argument in arguments if isinstance(argument, Unknown)]
        if unknown:
            return _together(unknown)
        known = tuple(argument for argument in arguments if not isinstance(argument, Unknown))
        try:
            if isinstance(postfix, Item):
                return item_of(value, known[0])
            return call_method(value, postfix.name, known)
        except ScriptError as error:
            raise error.at(self._text.span(postfix.start, postfix.end)) from error.__cause__

    def _template(self, call: Postfix) -> Known:
        """``template.get(name, argument…)``: a variable's text with its slots filled."""
        if not isinstance(call, Method) or call.name != "get" or not call.arguments:
            raise ScriptError('a template is read by template.get("name", …)', code="template")
        values = [self.value(argument) for argument in call.arguments]
        name = values[0]
        if not isinstance(name, str):
            return name if isinstance(name, Unknown) else self._not_a_name(name)
        text = self._named(name, call)
        unknown = [value for value in (text, *values) if isinstance(value, Unknown)]
        if unknown:
            return _together(unknown)
        words = [as_text(value) for value in values[1:] if not isinstance(value, Unknown)]
        assert not isinstance(text, Unknown)
        return fill_slots(as_text(text), words, self._names.variables.surroundings.new_id)

    def _not_a_name(self, value: Value) -> Value:
        raise ScriptError(f"template.get takes a name, not {described(value)}", code="template")


def _together(unknown: Sequence[Unknown]) -> Unknown:
    return Unknown(frozenset[str]().union(*(value.names for value in unknown)))


def _quotient(left: Value, right: Value) -> Value:
    """Division as Velocity has it: of whole numbers, without what remains."""
    exact, remainder = calculate("/", left, right), calculate("%", left, right)
    if not isinstance(remainder, int):
        return exact
    whole, divisor = calculate("-", left, remainder), calculate("-", right, 0)
    assert isinstance(whole, int)
    assert isinstance(divisor, int)
    return whole // divisor


def _weight(value: Value) -> int:
    """The work of reading a value, in nodes: methods look at all of a long text or list."""
    return 1 + len(value) // CHEAP if isinstance(value, (str, tuple)) else 1


def _whole(value: Known) -> int:
    if isinstance(value, str) and value.strip().lstrip("+-").isdecimal():
        value = int(value[:20])
    if isinstance(value, bool) or not isinstance(value, int):
        shown = described(value) if not isinstance(value, Unknown) else "an unknown value"
        raise ScriptError(f"a range takes whole numbers, not {shown}", code="template")
    return value
