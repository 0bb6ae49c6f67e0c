"""What an engine's exceptions mean to a user, in our words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from headrace.errors import Cancelled, HeadraceError, RunError


@dataclass(frozen=True, slots=True)
class FaultRule:
    """A pattern in an engine's message, our sentence (with its groups), a code and a hint."""

    pattern: re.Pattern[str]
    message: str
    code: str
    hint: str | None = None


def _rule(pattern: str, message: str, code: str, hint: str | None = None) -> FaultRule:
    return FaultRule(re.compile(pattern, re.IGNORECASE | re.DOTALL), message, code, hint)


RULES: tuple[FaultRule, ...] = (
    _rule(
        r"Failed to allocate additional|Resources exhausted|OutOfMemory",
        "the query needs more memory than the engine may use",
        "memory",
        "give the run a larger memory budget, or make the sort, join or collected list smaller",
    ),
    _rule(
        r"used disk space during the spilling|No space left on device",
        "the disk for temporary files is full",
        "disk",
        "free space in the temporary directory, or point TMPDIR at a larger disk",
    ),
    _rule(
        r"Table or view not found: (?P<name>[^\s\]]+)",
        "unknown table '{name}'",
        "unknown-table",
    ),
    _rule(r"unknown function: (?P<name>\S+)", "unknown function '{name}'", "unknown-function"),
    _rule(
        r"attribute ObjectName\(\[(?P<path>.*?)\]\) is missing from the schema",
        "unknown column '{path}'",
        "unknown-column",
    ),
    _rule(
        r"attribute ObjectName\(\[(?P<path>.*?)\]\) is ambiguous",
        "the column '{path}' is ambiguous: several of the tables have it",
        "ambiguous-column",
        "write the table's name before the column's",
    ),
    _rule(
        r"divide by zero|Division by zero",
        "division by zero",
        "division-by-zero",
        "try_divide(a, b) gives null instead, and nullif(b, 0) guards a divisor",
    ),
    _rule(
        r"Cannot cast (?:string|value) '(?P<value>.*?)' to (?:value of )?(?P<type>\w+)",
        "the text '{value}' is not a {type}",
        "cast",
        "try_cast gives null where a text does not fit",
    ),
    _rule(
        r"(?:Error parsing|Cannot parse|parse).{0,40}?'(?P<value>[^']*)' (?:as|to) (?P<type>\w+)",
        "the text '{value}' is not a {type}",
        "cast",
        "try_cast gives null where a text does not fit",
    ),
    _rule(
        r"(?:Arithmetic )?overflow",
        "a number is too large for its type",
        "overflow",
        "cast to a wider type (bigint, double or decimal) before calculating",
    ),
    _rule(
        r"index is out of bounds",
        "an index lies outside its array",
        "index",
        "try_element_at gives null instead",
    ),
)

_CAST_TYPES = {
    "int8": "tinyint", "int16": "smallint", "int32": "int", "int64": "bigint",
    "float32": "float", "float64": "double", "utf8": "string", "date32": "date",
}  # fmt: skip

_GONE = re.compile(
    r"failed to connect|Connection refused|Socket closed|UNAVAILABLE|Connection reset", re.I
)
_CANCELLED = re.compile(
    r"operation not found|operation.*(?:cancel|interrupt)|session.*closed", re.I
)


def translate(error: Exception, *, cancelled: bool = False) -> HeadraceError:
    """An engine's exception as an error of ours.

    Parameters
    ----------
    error : what pyspark raised
    cancelled : whether somebody asked for this work to stop
    """
    text = _text(error)
    if cancelled:
        return Cancelled("the query was cancelled")
    if _GONE.search(text):
        return RunError(
            "the engine is gone", code="engine-lost", hint="run again; its process ended early"
        )
    if _CANCELLED.search(text):
        return Cancelled("the query was cancelled")
    if reason := _python_reason(text):
        return RunError(f"a function of the query failed: {reason}", code="function")
    for rule in RULES:
        if match := rule.pattern.search(text):
            return RunError(_filled(rule, match), code=rule.code, hint=rule.hint)
    return RunError(f"the engine refused the query: {_first_sentence(text)}", code="engine")


def _python_reason(text: str) -> str | None:
    """What a function that runs inside the engine raised: the last line of its traceback."""
    if "Traceback (most recent call last)" not in text:
        return None
    last = text.strip().splitlines()[-1]
    return last.removeprefix("ValueError: ").removeprefix("headrace.errors.")


def _filled(rule: FaultRule, match: re.Match[str]) -> str:
    groups = {name: value or "" for name, value in match.groupdict().items()}
    if "path" in groups:
        groups["path"] = ".".join(re.findall(r'"([^"]*)"', groups["path"]))
    if "type" in groups:
        groups["type"] = _CAST_TYPES.get(groups["type"].lower(), groups["type"].lower())
    return rule.message.format(**groups)


def _text(error: Exception) -> str:
    return str(getattr(error, "_message", None) or error)


def _first_sentence(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() else "no reason given"
    return line if len(line) <= 300 else line[:300] + "…"
