"""What of Spark SQL Sail cannot do and no small rewrite gives: found before it runs, and placed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from headrace.errors import CheckError

if TYPE_CHECKING:
    from headrace.engines.embedded.rewrites.statement import Statement

Place = tuple[int, int]
"""The first and the last token of what is refused."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A feature that a text uses and the engine lacks, at the characters ``start`` to ``end``."""

    feature: str
    reason: str
    start: int
    end: int


class UnsupportedError(CheckError):
    """The embedded engine cannot do what the text asks; ``refusal`` says where it asks it."""

    code = "unsupported"

    def __init__(self, refusal: Refusal, hint: str) -> None:
        super().__init__(f"{refusal.feature}: {refusal.reason}", hint=hint)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class RefusedFeature:
    """A feature, why it is refused, what to write instead, and how to find it in a text."""

    feature: str
    reason: str
    hint: str
    trigger: str
    find: Callable[[Statement], Iterator[Place]]

    def check(self, statement: Statement) -> None:
        """Raise where the statement uses the feature.

        Raises
        ------
        UnsupportedError : at the first use
        """
        place = next(self.find(statement), None)
        if place is not None:
            part = statement.part(*place)
            raise UnsupportedError(
                Refusal(self.feature, self.reason, part.start, part.end), self.hint
            )


def _function(name: str, reason: str, hint: str) -> RefusedFeature:
    def find(statement: Statement) -> Iterator[Place]:
        return ((call.token, call.close) for call in statement.calls(name))

    return RefusedFeature(name, reason, hint, name, find)


def _clause(feature: str, reason: str, hint: str, *words: str) -> RefusedFeature:
    def find(statement: Statement) -> Iterator[Place]:
        return ((index, index + len(words) - 1) for index in statement.find(*words))

    return RefusedFeature(feature, reason, hint, r"\s+".join(words), find)


def _statement(feature: str, reason: str, hint: str, *words: str) -> RefusedFeature:
    def find(statement: Statement) -> Iterator[Place]:
        if statement.has(0, *words):
            yield 0, len(words) - 1

    return RefusedFeature(feature, reason, hint, words[0], find)


def _qualify(statement: Statement) -> Iterator[Place]:
    """The clause, and not a column of that name: an expression follows a complete ``from``."""
    for index in statement.find("qualify"):
        before = statement.words[index - 1] if index else ""
        after = statement.words[index + 1] if index + 1 < len(statement.words) else ""
        if before not in ("", "select", ",", ".", "as", "group by", "order by") and after not in (
            "",
            ",",
            "from",
            ".",
        ):
            yield index, index


def _row_sample(statement: Statement) -> Iterator[Place]:
    for call in statement.calls("tablesample"):
        if statement.words[call.close - 1] == "rows":
            yield call.token, call.close


def _file_table(statement: Statement) -> Iterator[Place]:
    for index in range(len(statement.words) - 3):
        read = statement.words[index] in ("from", "join")
        if read and statement.words[index + 1] in FILE_FORMATS and statement.has(index + 2, "."):
            yield index + 1, index + 3


def _hive_query(statement: Statement) -> Iterator[Place]:
    if statement.has(0, "from"):
        yield 0, 0


def _pipe(statement: Statement) -> Iterator[Place]:
    return ((index, index) for index in statement.find("|>"))


def _correlated_lateral(statement: Statement) -> Iterator[Place]:
    return ((index, index + 2) for index in statement.find("lateral", "(", "select"))


FILE_FORMATS = ("parquet", "csv", "json", "orc", "text", "delta", "avro", "binaryfile")

REFUSALS: tuple[RefusedFeature, ...] = (
    _function("bround", "the engine rounds halves up, not to even", "round(x, n) rounds halves up"),
    _function(
        "map_zip_with",
        "the engine has no such function",
        "join the maps' entries, or use map_from_arrays over map_keys",
    ),
    _function(
        "input_file_name",
        "the engine does not know which file a row came from",
        "load the files one by one and add a column",
    ),
    _function("collate", "the engine has no collations", "compare lower(a) with lower(b)"),
    RefusedFeature(
        "qualify",
        "the engine has no such clause",
        "filter the window function's column in an outer query",
        "qualify",
        _qualify,
    ),
    _clause("like any", "the engine misreads it", "write the patterns with or", "like", "any"),
    _clause("like all", "the engine has none", "write the patterns with and", "like", "all"),
    _clause(
        "with recursive",
        "the engine has no recursive queries",
        "use sequence and explode, or a loop of the script",
        "with",
        "recursive",
    ),
    RefusedFeature(
        "tablesample (n rows)",
        "the engine samples by percent only",
        "use limit n, or the RateSampler, which repeats",
        "tablesample",
        _row_sample,
    ),
    RefusedFeature(
        "a file as a table",
        "the engine reads a missing file as an empty table",
        "load it with a load statement, which checks it",
        rf"(?:from|join)\s+(?:{'|'.join(FILE_FORMATS)})",
        _file_table,
    ),
    RefusedFeature(
        "lateral subquery",
        "the engine cannot run a correlated subquery in from",
        "join with a grouped query instead",
        r"lateral\s*",
        _correlated_lateral,
    ),
    RefusedFeature(
        "from before select",
        "the engine wants select first",
        "write select … from …",
        r"\Afrom",
        _hive_query,
    ),
    RefusedFeature(
        "the |> operator", "the engine has no pipes", "use one select a step", r"\|>", _pipe
    ),
    _statement(
        "create function",
        "the engine has no SQL functions of users",
        "write the expression out, or keep it in a script variable",
        "create",
        "function",
    ),
    _statement(
        "create temporary function",
        "the engine has no SQL functions of users",
        "write the expression out, or keep it in a script variable",
        "create",
        "temporary",
        "function",
    ),
    _statement(
        "set",
        "the engine takes settings by another way",
        'in a script: set `key` = "value" where type="conf"',
        "set",
    ),
)
