"""Expanding a text: ``${references}`` and Velocity's ``#set``, ``#if``, ``#foreach``.

The result knows where each character came from: what was copied maps character by character,
a value maps to the reference that named it. Work, size and depth are limited, because one
short text can ask for more than a machine has (a variable doubled fifty times).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from headrace.errors import ScriptError
from headrace.graph.span import MappedText, Piece, Span
from headrace.language.scalars import Unknown, Value, as_text, described
from headrace.language.template_parser import parse_template
from headrace.language.template_scope import Loop, Names, Room
from headrace.language.template_syntax import Choice, Foreach, Node, Plain, Reference, SetVariable
from headrace.language.template_values import Evaluator
from headrace.language.variables import Scope, UnknownVariable, Variable, Variables


@dataclass(frozen=True, slots=True)
class Expansion:
    """An expanded text.

    ``unknown`` names the variables whose values only a run gives: where there are any, their
    references stand unexpanded in ``text``, and nothing that depends on it can be checked.
    ``hidden`` says that the text holds a variable hidden from select text.
    """

    text: MappedText
    unknown: frozenset[str] = frozenset()
    hidden: bool = False


def expand(
    text: MappedText,
    variables: Variables,
    *,
    in_select: bool = False,
    keep_unknown: bool = False,
) -> Expansion:
    """The text with its references and directives replaced by what they stand for.

    Parameters
    ----------
    text : as written, each character mapped to its place
    variables : what names mean here
    in_select : refuse variables that are hidden from select text
    keep_unknown : leave references to names that are not defined, as a macro's text needs

    Raises
    ------
    UnknownVariable : for a name that is not defined, at its place
    ScriptError : for a hidden variable in select text, a directive or reference that is wrong,
        a method that does not exist, and a text that asks for too much
    """
    if "$" not in text.text and "#" not in text.text:
        return Expansion(text)
    room = Room(text.text)
    scope = Names(variables, in_select, keep_unknown, room)
    renderer = _Renderer(text, scope)
    try:
        renderer.render(parse_template(text))
    except RecursionError as error:  # a chain of thousands of operators is a tree as deep
        message = "an expression of this template is too long"
        raise ScriptError(message, span=text.origin, code="template-size") from error
    return Expansion(renderer.written(), frozenset(scope.unknown), scope.hidden)


def text_variable(
    name: str,
    written: MappedText,
    variables: Variables,
    *,
    hidden: bool = False,
    scope: Scope = "request",
    span: Span | None = None,
) -> Variable:
    """The variable that ``set name = "written"`` makes.

    A text that names something undefined is kept for later: it is a macro's, or a template's.
    What holds a hidden variable is hidden, and what holds an unknown one is unknown.

    Raises
    ------
    ScriptError : as ``expand``, except for undefined names
    """
    variable = Variable(name, "", written, hidden=hidden, scope=scope, span=span)
    try:
        expansion = expand(written, variables)
    except UnknownVariable:
        return replace(variable, deferred=True)
    value = Unknown(expansion.unknown) if expansion.unknown else expansion.text.text
    return replace(variable, value=value, hidden=hidden or expansion.hidden)


class _Renderer:
    """Walks a template's tree and collects the text that it makes."""

    def __init__(self, text: MappedText, names: Names) -> None:
        self._text = text
        self._names = names
        self._values = Evaluator(text, names, self._inner, self._finished)
        self._parts: list[str] = []
        self._pieces: list[Piece] = []
        self._length = 0

    def render(self, nodes: Sequence[Node]) -> None:
        for node in nodes:
            self._names.room.step()
            try:
                self._render(node)
            except ScriptError as error:
                raise error.at(self._text.span(node.start, node.end)) from error.__cause__

    def written(self) -> MappedText:
        """All that was rendered; an empty text maps to the whole of the template."""
        if not self._pieces:
            return MappedText.value_at("", self._text.origin)
        return MappedText("".join(self._parts), tuple(self._pieces))

    def _render(self, node: Node) -> None:
        if isinstance(node, Plain):
            self._copy(node.start, node.end)
        elif isinstance(node, Reference):
            self._reference(node)
        elif isinstance(node, SetVariable):
            self._names.local[node.name] = self._values.value(node.value)
        elif isinstance(node, Choice):
            self._choice(node)
        else:
            self._foreach(node)

    def _reference(self, node: Reference) -> None:
        if not self._values.resolves(node):
            if node.quiet:
                return
            if self._names.keep_unknown:
                self._copy(node.start, node.end)
                return
        value = self._values.value(node)
        if isinstance(value, Unknown):
            self._depends(value, node)
        else:
            self._write(as_text(value), self._text.span(node.start, node.end))

    def _choice(self, node: Choice) -> None:
        for condition, body in node.arms:
            holds = True if condition is None else self._values.truth(condition)
            if isinstance(holds, Unknown):
                self._depends(holds, node)
                return
            if holds:
                self.render(body)
                return

    def _foreach(self, node: Foreach) -> None:
        items = self._values.value(node.over)
        if isinstance(items, Unknown):
            self._depends(items, node)
            return
        if not isinstance(items, tuple):
            raise ScriptError(
                f"#foreach takes a list, not {described(items)}", code="template",
                hint="lists: [1, 2], [1..5], $text.split(\",\")",
            )  # fmt: skip
        names = self._names
        outer = names.local.get(node.name)
        had = node.name in names.local
        for index, item in enumerate(items):
            names.room.step()  # an empty body is work too
            names.local[node.name] = item
            names.loops.append(Loop(index, len(items)))
            self.render(node.body)
            names.loops.pop()
        names.local.pop(node.name, None)
        if had:
            names.local[node.name] = outer

    def _depends(self, value: Unknown, node: Node) -> None:
        """What hangs on a run's value stands as it was written."""
        self._names.unknown |= value.names
        self._copy(node.start, node.end)

    def _copy(self, start: int, end: int) -> None:
        copied = self._text.slice(start, end)
        self._names.room.write(len(copied.text))
        self._parts.append(copied.text)
        for piece in copied.pieces:
            self._add(piece, piece.end - piece.start)

    def _write(self, value: str, origin: Span) -> None:
        self._names.room.write(len(value))
        self._parts.append(value)
        self._add(Piece(0, len(value), origin, verbatim=False), len(value))

    def _add(self, piece: Piece, length: int) -> None:
        start = self._length
        self._pieces.append(replace(piece, start=start, end=start + length))
        self._length += length

    def _inner(self, nodes: Sequence[Node]) -> str:
        """What the nodes of a quoted text make."""
        inner = _Renderer(self._text, self._names)
        inner.render(nodes)
        return inner.written().text

    def _finished(self, name: str, span: Span) -> Value | Unknown:
        """The value of a variable that was set to a text with undefined names."""
        variable = self._names.variable(name, span)
        assert variable.written is not None  # an unfinished variable has its text
        names = self._names.inside(variable, span)
        inner = _Renderer(variable.written, names)
        try:
            inner.render(parse_template(variable.written))
        except UnknownVariable as error:
            missing = error.message.removeprefix("unknown ")
            raise UnknownVariable(
                f"'{name}' was set to a text with the {missing}, and that is not defined",
                span=span,
                hint=error.hint,
            ) from error
        self._names.hidden = self._names.hidden or names.hidden
        return Unknown(frozenset(names.unknown)) if names.unknown else inner.written().text
