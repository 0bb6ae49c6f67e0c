"""Texts that bring in texts: the chain of includes and macro calls, and its limits."""

from __future__ import annotations

from headrace.errors import ScriptError
from headrace.graph.span import Source, Span

MAX_CALLS = 50
"""How deep includes and macro calls may stand in one another."""


def callers(call: Span) -> tuple[Source, ...]:
    """The source that ``call`` stands in, the one that brought that in, and so on."""
    sources = [call.source]
    while (caller := sources[-1].caller) is not None:
        sources.append(caller.source)
    return tuple(sources)


def check_call(name: str, call: Span, what: str) -> None:
    """Refuse a call that would never end.

    Parameters
    ----------
    name : the name of the source that the call brings in
    call : where the call stands
    what : ``macro`` or ``include``, for the message

    Raises
    ------
    ScriptError : when ``name`` is already being run, or the chain is longer than MAX_CALLS
    """
    chain = callers(call)
    names = [source.name for source in chain]
    if name in names:
        path = " → ".join(reversed([name, *names[: names.index(name) + 1]]))
        raise ScriptError(
            f"{what} '{name}' brings itself in: {path}", span=call, code="call-cycle",
            hint="a text that is being run cannot be brought in again",
        )  # fmt: skip
    if len(chain) > MAX_CALLS:
        raise ScriptError(
            f"{what} '{name}': calls stand more than {MAX_CALLS} deep", span=call,
            code="call-depth",
        )  # fmt: skip
