"""Macros: the text of a variable, called as ``!name a b``, its slots filled with the arguments.

Positions fill the slots of ``slots.py``. The named form ``!name _ -path x -t y`` fills
``${path}`` and ``${t}``, also in ``#if`` and the like; references to other names stay and are
expanded when the statements' turn comes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from headrace.errors import ScriptError, suggest
from headrace.graph.span import MappedText, Source, Span
from headrace.language.calls import check_call
from headrace.language.slots import fill_slots
from headrace.language.syntax import Text
from headrace.language.templates import expand
from headrace.language.variables import Surroundings, Variable, Variables

NAMED = "_"
"""First argument of a call with named arguments."""

_REFERENCE = re.compile(r"\$!?\{?\s*([^\W\d][\w-]*)")


def expand_macro(
    name: str,
    template: MappedText,
    arguments: Sequence[Text],
    call: Span,
    surroundings: Surroundings,
) -> Source:
    """The script that a macro call stands for.

    Parameters
    ----------
    name : the macro's name; errors inside show ``!name:line:column``
    template : the macro's text (``macro_text`` chooses it)
    arguments : the call's arguments, expanded
    call : where the call stands; becomes the source's caller
    surroundings : gives the names for ``uuid()``

    Raises
    ------
    ScriptError : for a missing or unknown argument, a macro that calls itself, calls too
        deep, and a text too long
    """
    source_name = f"!{name}"
    check_call(source_name, call, "macro")
    if is_named(arguments):
        text = _fill_names(name, template, arguments, call, surroundings)
    else:
        try:
            words = [argument.plain for argument in arguments]
            text = fill_slots(template.text, words, surroundings.new_id)
        except ScriptError as error:
            raise error.at(call) from error.__cause__
    return Source(source_name, text, caller=call)


def macro_text(variable: Variable, arguments: Sequence[Text]) -> MappedText | None:
    """The text that a call of this variable fills; None where the variable holds no text.

    Named arguments fill the text as it was written, for its value would have lost the
    references of their names where these were variables too.
    """
    written = variable.written
    if written is None or not isinstance(variable.value, str):
        return None
    if variable.deferred or is_named(arguments):
        return written
    return MappedText.value_at(variable.value, written.origin)


def is_named(arguments: Sequence[Text]) -> bool:
    """Whether the call gives its arguments by name (``!name _ -path x``)."""
    return bool(arguments) and arguments[0].plain == NAMED


def named_arguments(arguments: Sequence[Text]) -> dict[str, str]:
    """``_ -path x -t y`` as names and values.

    Raises
    ------
    ScriptError : for a name without dash or without value, or a name given twice
    """
    words = list(arguments[1:])
    named: dict[str, str] = {}
    for position in range(0, len(words), 2):
        word = words[position]
        name = word.plain.lstrip("-")
        if not name or name == word.plain:
            raise ScriptError(
                f"'{word.plain}' is no name of an argument",
                span=word.span,
                hint="named arguments are written -name value",
            )
        if position + 1 == len(words):
            raise ScriptError(f"argument '-{name}' has no value", span=word.span)
        if name in named:
            raise ScriptError(f"argument '-{name}' is given twice", span=word.span)
        named[name] = words[position + 1].plain
    return named


def _fill_names(
    name: str,
    template: MappedText,
    arguments: Sequence[Text],
    call: Span,
    surroundings: Surroundings,
) -> str:
    named = named_arguments(arguments)
    known = sorted({match[1] for match in _REFERENCE.finditer(template.text)})
    for given in named:
        if given not in known:
            raise ScriptError(
                f"macro '{name}' has no argument '{given}'",
                span=call,
                hint=suggest(given, known, "arguments"),
            )
    variables = Variables(surroundings).defining(*(Variable(n, v) for n, v in named.items()))
    return expand(template, variables, keep_unknown=True).text.text
