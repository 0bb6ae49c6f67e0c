"""Titled cases in text files: tables, a query, and the faults that it must give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from headrace.graph import Column, Schema, Source
from headrace.queries import Fault, QuerySyntaxError, parse_query, resolve

FOLDER = Path(__file__).parent / "texts"


@dataclass(frozen=True, slots=True)
class Case:
    """One query over tables and functions; ``expected`` has a line for each fault."""

    title: str
    tables: dict[str, Schema | None]
    functions: dict[str, tuple[str, ...] | None]
    sql: str
    expected: str

    def found(self) -> str:
        """The faults, as the file writes them."""
        try:
            faults = resolve(parse_query(self.sql), self.tables, self.functions).faults
        except QuerySyntaxError as error:
            faults = (Fault("syntax", error.message, error.start, error.end, error.hint),)
        return "\n".join(self._line(fault) for fault in faults)

    def _line(self, fault: Fault) -> str:
        place = Source("query", self.sql).span(fault.start, fault.end)
        hint = f" | {fault.hint}" if fault.hint else ""
        return f"{place.line}:{place.column} {fault.kind}: {fault.message}{hint}"


def cases(folder: Path = FOLDER) -> Iterator[Case]:
    """All cases of a folder; a title names its file too."""
    for path in sorted(folder.glob("*.txt")):
        for text in path.read_text("utf-8").split("=== ")[1:]:
            head, sql, expected = re.split(r"^---\n?", text, maxsplit=2, flags=re.MULTILINE)
            title, *declared = head.strip().splitlines()
            yield Case(
                f"{path.stem}: {title}",
                dict(table(line) for line in declared if ":" in line),
                dict(function(line) for line in declared if ":" not in line),
                sql.strip(),
                expected.strip(),
            )


def table(line: str) -> tuple[str, Schema | None]:
    """``name: column type, column type``; ``?`` for columns that are not known."""
    name, _, columns = line.partition(":")
    if columns.strip() == "?":
        return name, None
    pairs = (part.strip().rpartition(" ") for part in re.split(r",\s(?![^<]*>)", columns))
    return name, Schema(tuple(Column(left.strip("`"), kind) for left, _, kind in pairs))


def function(line: str) -> tuple[str, tuple[str, ...] | None]:
    """``name(argument, argument)``; ``?`` for arguments that are not known."""
    name, _, arguments = line.rstrip(")").partition("(")
    return name, None if arguments == "?" else tuple(arguments.split(", "))
