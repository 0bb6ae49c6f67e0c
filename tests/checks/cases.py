"""Titled scripts in text files: tables, statements, and the problems that they must give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from headrace.checks import CheckResult, check_pipeline
from headrace.errors import Problem
from headrace.graph import (
    Link,
    MappedText,
    OperatorRecord,
    Origin,
    Pipeline,
    Schema,
    Source,
    Step,
)
from headrace.graph.ports import MODEL, Port
from headrace.graph.protocols import Analyzer, SaveMode, Sinks, Sources
from headrace.graph.signature import Signature
from headrace.models.protocols import Models
from headrace.operators.base import Context, Inputs, Knowledge, Operator, Site, Value
from headrace.operators.inline_table import InlineTable
from headrace.operators.options import Options
from headrace.operators.save import Save
from headrace.operators.sql import SqlQuery
from tests.queries.cases import function, table

FOLDER = Path(__file__).parent / "texts"
QUERY = re.compile(r"(?P<sql>.*)\s+as\s+(?P<name>\w+)\s*\Z", re.DOTALL)
SAVE = re.compile(
    r"save\s+((?P<mode>\w+)\s+)?(?P<table>\w+)\s+as\s+(?P<format>\w+)\.`(?P<path>.*)`"
)


class KnownFunction(Operator):
    """A registered model, of which the check knows the signature, or nothing."""

    operator_name = "register"
    arguments: tuple[str, ...] | None

    def inputs(self) -> tuple[Port, ...]:
        return ()

    def outputs(self) -> tuple[Port, ...]:
        return (Port("model", MODEL),)

    def knowledge(self, site: Site) -> dict[str, Knowledge]:
        if self.arguments is None:
            return {"model": None}
        inputs = Schema.of(**dict.fromkeys(self.arguments, "double"))
        return {"model": Signature("classify", inputs, Schema.of(p="array<double>"))}

    def run(self, inputs: Inputs, context: Context) -> dict[str, Value]:
        raise NotImplementedError


class UnknownTable(Operator):
    """A table whose columns depend on data."""

    operator_name = "unknown"

    def inputs(self) -> tuple[Port, ...]:
        return ()

    def run(self, inputs: Inputs, context: Context) -> dict[str, Value]:
        raise NotImplementedError


@dataclass
class ScriptReader:
    """Reads the few statements that these cases need into a pipeline."""

    source: Source
    steps: dict[str, Step] = field(default_factory=dict)
    functions: list[str] = field(default_factory=list)

    def declare(self, line: str) -> None:
        if ":" in line:
            name, schema = table(line)
            columns = tuple((c.name, c.type) for c in schema.columns) if schema else ()
            self.add(name, InlineTable(columns=columns) if schema else UnknownTable())
        else:
            name, arguments = function(line)
            self.functions.append(name)
            self.add(name, KnownFunction(arguments=arguments))

    def read(self) -> Pipeline:
        for match in re.finditer(r"[^;]*[^;\s]", self.source.text):
            start = match.start() + len(match[0]) - len(match[0].lstrip())
            self.statement(match[0].strip(), start)
        return Pipeline(tuple(self.steps.values()))

    def statement(self, text: str, start: int) -> None:
        save = SAVE.fullmatch(text)
        if save:
            mode = cast("SaveMode", save["mode"] or "errorIfExists")
            path = self.part(start + save.start("path"), save["path"])
            saving = Save(format=save["format"], path=save["path"], mode=mode, options=Options())
            self.add(f"save_{start}", saving, {"table": save["table"]}, start, text, path=path)
            return
        query = QUERY.fullmatch(text)
        assert query, text
        operator = SqlQuery.reading(query["sql"], self.functions)
        links = {name: name for name in operator.tables}
        links |= {operator.function_port(name): name for name in operator.functions}
        self.add(query["name"], operator, links, start, text, sql=self.part(start, query["sql"]))

    def part(self, start: int, text: str) -> MappedText:
        return MappedText.copy_of(self.source.span(start, start + len(text)))

    def add(
        self,
        name: str,
        operator: OperatorRecord,
        links: dict[str, str] | None = None,
        start: int = 0,
        text: str = "",
        **parameters: MappedText,
    ) -> None:
        steps = {known.casefold(): step for known, step in self.steps.items()}
        inputs = tuple(
            Link(port, steps[made].id, steps[made].operator.outputs()[0].name)
            for port, named in (links or {}).items()
            if (made := named.casefold()) in steps
        )
        origin = Origin(self.source.span(start, start + len(text)), parameters)
        self.steps[name] = Step(name, operator, inputs, origin=origin)


@dataclass(frozen=True, slots=True)
class Offline:
    """The services of a check that may look at nothing but the engine's types."""

    analyzer: Analyzer
    sources: Sources = field(default=cast("Sources", None))
    sinks: Sinks = field(default=cast("Sinks", None))
    models: Models = field(default=cast("Models", None))
    offline: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """A script; ``expected`` has a line for each problem, up to a ``*`` where words are the engine's."""

    title: str
    pipeline: Pipeline
    expected: str

    def check(self, analyzer: Analyzer) -> CheckResult:
        return check_pipeline(self.pipeline, Offline(analyzer))

    def found(self, analyzer: Analyzer) -> str:
        """The problems as the file writes them."""
        lines = [line(problem) for problem in self.check(analyzer).problems]
        wanted = [
            line.partition("*")[0] for line in self.expected.splitlines() if line.endswith("*")
        ]
        starts = {found: start for found in lines for start in wanted if found.startswith(start)}
        return "\n".join(f"{starts[text]}*" if text in starts else text for text in lines)


def line(problem: Problem) -> str:
    """A problem as the files write it."""
    assert problem.span is not None
    hint = f" | {problem.hint}" if problem.hint else ""
    mark = "warning " if problem.severity == "warning" else ""
    place = f"{problem.span.line}:{problem.span.column}"
    return f"{place} {mark}{problem.code}: {problem.message}{hint}"


def script(declared: str, text: str) -> Pipeline:
    """The pipeline of some declarations and statements."""
    reader = ScriptReader(Source("script", text))
    for declaration in declared.strip().splitlines():
        reader.declare(declaration)
    return reader.read()


def cases(folder: Path = FOLDER) -> Iterator[Case]:
    """All cases of a folder; a title names its file too."""
    for path in sorted(folder.glob("*.txt")):
        for text in path.read_text("utf-8").split("=== ")[1:]:
            head, body, expected = re.split(r"^---\n?", text, maxsplit=2, flags=re.MULTILINE)
            title, _, declared = head.partition("\n")
            yield Case(f"{path.stem}: {title}", script(declared, body.rstrip()), expected.strip())
