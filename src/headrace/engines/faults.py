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
        r"Table or view not found: (?P<name>[^\s\]]+)|table or view `(?P<name2>[^`]+)` cannot be found",
        "unknown table '{name}{name2}'",
        "unknown-table",
    ),
    _rule(
        r"function: (?P<name>row_number|rank|dense_rank|percent_rank|cume_dist|ntile|lag|lead)\Z",
        "{name} is a window function",
        "arguments",
        "write over (… order by …) after it",
    ),
    _rule(
        r"unknown function: (?P<name>\S+)|function: (?P<missing>\w+)\Z",
        "the engine has no function '{name}{missing}'",
        "unknown-function",
    ),
    _rule(
        r"attribute ObjectName\(\[(?P<path>.*?)\]\) is missing from the schema",
        "unknown column '{path}'",
        "unknown-column",
    ),
    _rule(
        r"ambiguous.{0,20}ObjectName\(\[(?P<path>.*?)\]\)"
        r"|ObjectName\(\[(?P<path2>.*?)\]\).{0,20}ambiguous",
        "the column '{path}{path2}' is ambiguous: several of the tables have it",
        "ambiguous-column",
        "write the table's name before the column's",
    ),
    _rule(
        r"divide by zero|(?:Division|Remainder) by zero",
        "division by zero",
        "division-by-zero",
        "try_divide(a, b) gives null instead, and nullif(b, 0) guards a divisor",
    ),
    _rule(
        r"Cannot cast (?:string|value) '(?P<value>.*?)' to (?:value of )?(?P<type>\w+)"
        r"|The value '(?P<value2>.*?)' of the type \"STRING\" cannot be cast to \"(?P<type2>\w+)\""
        r"|(?:Error parsing|Unable to parse) (?P<type3>\w+)",
        "the text '{value}{value2}' is not a {type}{type2}{type3}",
        "cast",
        "try_cast gives null where a text does not fit",
    ),
    _rule(
        r"Can't cast value (?P<value>\S+) to type (?P<type>\w+)|Arithmetic overflow|overflow",
        "the number {value} is too large for its type {type}",
        "overflow",
        "cast to a wider type (bigint, double or decimal) before calculating",
    ),
    _rule(
        r"extraction must be a literal",
        "the engine takes only a number as the index of an array",
        "index",
        "get(array, index) takes any expression, and gives null outside the array",
    ),
    _rule(
        r"index .{0,40}(?:is|out of) (?:out of bounds|bounds|invalid)",
        "an index lies outside its array",
        "index",
        "try_element_at(array, n) and get(array, n) give null instead",
    ),
    _rule(
        r"duplicate (?:un)?qualified field name [^\n]*@",
        "the same aggregate of a registered function stands twice in one select",
        "duplicate-aggregate",
        "calculate it in an inner query, and use its column twice",
    ),
    _rule(
        r"duplicate (?:un)?qualified field name (?:[^\s.\"]+\.)?\"?(?P<name>[^\"]*)",
        "two columns are called '{name}'",
        "duplicate-column",
        "name them apart with as",
    ),
    _rule(
        r"YearMonthIntervalType.{0,20} is not supported in conversion",
        "an interval of years and months cannot be a column of a result",
        "interval",
        "cast it to string, or add it to a date in the query",
    ),
    _rule(
        r"Duplicate map key (?P<value>.+?) was found",
        "a map has the key {value} twice",
        "duplicate-key",
        "remove the repeated keys first",
    ),
    _rule(
        r"Regular expression did not compile|regex parse error",
        "the regular expression is not one that the engine knows",
        "regular-expression",
        "look-around such as (?=…) and back-references are not available; "
        "write the backslash of \\d twice in a string: '\\\\d'",
    ),
    _rule(
        r"Cannot coerce arithmetic expression (?P<left>.+?) (?P<operator>[-+*/%]) (?P<right>.+?) "
        r"to valid types",
        "cannot calculate {left} {operator} {right}",
        "type-mismatch",
        "cast one side to the other's type",
    ),
    _rule(
        r"Cannot infer common argument type for comparison operation "
        r"(?P<left>.+?) (?P<operator>[<>=!]+) (?P<right>.+)",
        "cannot compare {left} {operator} {right}",
        "type-mismatch",
        "cast one side to the other's type",
    ),
    _rule(
        r"(?:compatible types to compare|logical boolean operation|Previous inputs were of type"
        r"|common type to coerce|IS DISTINCT FROM|temporal operation) ?(?P<left>[A-Z]\w+(?:\(.*?\))?)"
        r"(?: with| and| AND| OR| \+| -|, but got incompatible type) "
        r"(?P<right>\[.*?\]|\w+(?:\(.*\))?)",
        "{left} and {right} have no common type",
        "type-mismatch",
        "cast one side to the other's type",
    ),
    _rule(
        r"Failed to coerce then \((?P<left>.*)\) and else",
        "the branches of a case have no common type: {left}",
        "type-mismatch",
        "cast the branches to one type",
    ),
    _rule(
        r"non-boolean predicate .* returning (?P<type>\w+)",
        "a condition is a {type}, not a boolean",
        "type-mismatch",
        "compare it with something",
    ),
    _rule(
        r"left has (?P<left>\d+) columns whereas right has (?P<right>\d+)",
        "the two sides of a union, intersect or except have {left} and {right} columns",
        "column-count",
        "select the same number of columns on both sides",
    ),
    _rule(
        r"Scalar subquery should only return one column, but found (?P<value>\d+)",
        "a subquery that stands for a value has {value} columns",
        "column-count",
        "select one column in it",
    ),
    _rule(
        r"No field named",
        "a column is neither grouped nor inside an aggregate",
        "ungrouped-column",
        "add it to group by, or take first(column)",
    ),
    _rule(
        r"(?P<name>\w+) should only be called with a list or map",
        "{name} takes an array or a map",
        "type-mismatch",
    ),
    _rule(
        r"`(?P<name>\w+)` does not support (?P<type>\S+) input",
        "the function {name} does not take a {type}",
        "type-mismatch",
    ),
    _rule(
        r"Function '(?P<name>\w+)'.{0,40}(?:failed to match|user-defined coercion|expects|requires)"
        r"|call to '(?P<name2>\w+)' failed"
        r"|Failed to coerce arguments to satisfy a call to '(?P<name3>\w+)'",
        "the function {name}{name2}{name3} does not take arguments of these types or number",
        "arguments",
    ),
    _rule(
        r"\b(?:zero|no|one|two|three|\d+)(?: or \w+)? (?:values?|arguments?) expected"
        r"|(?:requires|expects) .{0,30}(?:arguments?|parameter)",
        "a function has a wrong number of arguments",
        "arguments",
    ),
    _rule(
        r"found (?P<found>.+?) at (?P<start>\d+):(?P<end>\d+) expected",
        "unexpected '{found}'",
        "syntax",
    ),
    _rule(r"found end of input expected", "the query ends too soon", "syntax"),
    _rule(
        r"aggregate.{0,60}(?:in|inside) (?:where|aggregate)|nested aggregate",
        "an aggregate stands where none may stand",
        "aggregate",
        "aggregate in a subquery first",
    ),
    _rule(
        r"panicked|internal error",
        "the engine failed internally on this query",
        "internal",
        "write the query in smaller steps, each with its own name",
    ),
)

_DDL_OF_ARROW = {
    "int8": "tinyint", "int16": "smallint", "int32": "int", "int64": "bigint",
    "float32": "float", "float64": "double", "utf8": "string", "largeutf8": "string",
    "utf8view": "string", "date32": "date", "list": "array", "null": "void",
}  # fmt: skip
_SPARK_NAMES = {
    "array_has": "array_contains", "array_concat": "concat",
    "approx_percentile_cont": "percentile_approx",
}  # fmt: skip
"""What the engine calls some functions inside."""

_ARROW_NAME = re.compile(r"\b(" + "|".join(_DDL_OF_ARROW) + r")\b", re.IGNORECASE)

_GONE = re.compile(
    r"StatusCode\.UNAVAILABLE|RETRIES_EXCEEDED|failed to connect to all addresses|Socket closed"
)
_CANCELLED = re.compile(r"operation not found: [0-9a-f-]{36}")
"""How Sail answers for a query that was interrupted: it no longer knows it."""


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
    for name, value in groups.items():
        if name.startswith("path"):
            groups[name] = ".".join(re.findall(r'"([^"]*)"', value))
        elif name.startswith(("type", "left", "right")):
            groups[name] = _as_ddl(value)
        elif name.startswith("name"):
            groups[name] = _SPARK_NAMES.get(value, value.removeprefix("spark_"))
    return " ".join(rule.message.format(**groups).replace("''", "it").split())


def _as_ddl(arrow: str) -> str:
    """Arrow's type names as Spark writes them: ``List(non-null Int32)`` is ``array<int>``."""
    text = re.sub(r"non-null |Dictionary\(\w+, |, field: 'item'", "", arrow)
    named = _ARROW_NAME.sub(lambda match: _DDL_OF_ARROW[match[0].lower()], text)
    return named.replace("(", "<").replace(")", ">").lower()


def _text(error: Exception) -> str:
    return str(getattr(error, "_message", None) or error)


def _first_sentence(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() else "no reason given"
    return line if len(line) <= 300 else line[:300] + "…"
