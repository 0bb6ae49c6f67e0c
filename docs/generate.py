"""Writes the manual's reference pages from the declarations: ``python docs/generate.py``.

The pages go to ``docs/reference``, which is not kept in the repository.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from headrace.cli.main import COMMANDS, cli
from headrace.engines.embedded.capabilities import capabilities
from headrace.engines.memory import budget
from headrace.operators.catalog import LATER_COMMANDS, LATER_OPERATORS
from headrace.operators.reference import Entry, ParameterEntry, entries, parameters_of
from headrace.runtime.configuration import ENVIRONMENT_PREFIX, FILE_NAME, Configuration

FOLDER = Path(__file__).resolve().parent / "reference"

TASKS = {
    "classify": "Classes",
    "regress": "Numbers",
    "cluster": "Clusters",
    "transform": "Features",
}
"""The headings of the algorithms' page; tasks that are not named come last, by their own name."""


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, text in reference_pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


def reference_pages() -> Mapping[str, str]:
    """Every generated page by its file's name."""
    known = entries()
    return {
        "algorithms.md": _text(algorithms_page(known)),
        "operators.md": _text(operators_page(known)),
        "commands.md": _text(commands_page(known)),
        "formats.md": _text(formats_page(known)),
        "engine.md": _text(engine_page()),
        "settings.md": _text(settings_page()),
        "cli.md": _text(cli_page()),
    }


def algorithms_page(known: Iterable[Entry]) -> Iterator[str]:
    """All algorithms by what they predict."""
    known = tuple(known)
    algorithms = [entry for entry in known if entry.kind == "algorithm"]
    shared = _shared(algorithms)
    yield "# Algorithms"
    yield (
        "What `train` fits, and `predict` and `register` apply. Case and underscores do not count "
        "in the name of an option: `max_depth` is also `maxDepth`. `headrace operators NAME` "
        "prints the same in the terminal."
    )
    yield "## Options of every algorithm"
    yield _table(shared)
    for task in dict.fromkeys([*TASKS, *(entry.category for entry in algorithms)]):
        of_task = [entry for entry in algorithms if entry.category == task]
        if of_task:
            yield f"## {TASKS.get(task, task)}"
        for entry in of_task:
            own = tuple(p for p in entry.parameters if p.name not in {s.name for s in shared})
            yield from _section(replace(entry, parameters=own), heading="###")
    later = [f"`{name}`" for name in LATER_OPERATORS if not _has(known, name)]
    yield "## In later versions"
    yield "The check names them as such: " + ", ".join(later) + "."


def _shared(algorithms: Sequence[Entry]) -> tuple[ParameterEntry, ...]:
    """The options that all have with one meaning, and ``fitParam``, whose type alone differs."""
    others = [{parameter.name for parameter in entry.parameters} for entry in algorithms]
    return tuple(
        replace(parameter, type="object" if parameter.name == "fit_param" else parameter.type)
        for parameter in algorithms[0].parameters
        if all(parameter.name in names for names in others)
    )


def operators_page(known: Iterable[Entry]) -> Iterator[str]:
    """What ``run`` may name, algorithms apart."""
    yield "# Operators"
    yield "What `run` does with a table, beside fitting models."
    for entry in known:
        if entry.kind == "operator":
            yield from _section(entry)


def commands_page(known: Iterable[Entry]) -> Iterator[str]:
    """The ``!`` commands, those that are the same under two names together."""
    known = tuple(known)
    yield "# Commands"
    yield (
        "Statements that begin with `!`. The four rules on tables, `assertCondition`, "
        "`assertNotNull`, `assertUniqueKey` and `assertUniqueKeys`, give a table of outcomes; "
        "with `Throw` after their name (`!assertNotNullThrow`) a broken rule ends the run. "
        "`!lastTableName;` puts the name of the last table into `${__last_table_name__}`, and "
        "`!lastCommand named t;` calls it `t`."
    )
    seen: set[str] = set()
    for entry in known:
        if entry.kind == "command" and entry.example not in seen:
            same = [e.name for e in known if e.kind == "command" and e.example == entry.example]
            yield from _section(entry, name=", ".join(f"!{name}" for name in same))
            seen.add(entry.example)
    yield "## In later versions"
    yield (
        "The check names them as such: " + ", ".join(f"`!{name}`" for name in LATER_COMMANDS) + "."
    )


def formats_page(known: Iterable[Entry]) -> Iterator[str]:
    """The formats, each with its options for reading and for writing."""
    yield "# Formats"
    yield "The options of `load` and `save`, by format."
    formats = [entry for entry in known if entry.kind == "format"]
    for name in dict.fromkeys(entry.name for entry in formats):
        yield f"## {name}"
        for entry in formats:
            if entry.name == name:
                yield from _section(entry, name=entry.category, heading="###")


def engine_page() -> Iterator[str]:
    """What the embedded engine rewrites, refuses and does in its own way."""
    engine = capabilities(budget())
    yield "# The embedded engine"
    yield (
        "The engine speaks Spark SQL. Where it lacks something, Headrace rewrites the statement "
        "or refuses it with a reason; the places where results differ are listed too."
    )
    for title, facts in (
        ("Rewritten", engine.lowered),
        ("Refused", engine.refused),
        ("Different from Spark", engine.differs),
    ):
        yield f"## {title}"
        rows = (f"| {_code(feature)} | {_cell(text)} |" for feature, text in facts.items())
        yield "\n".join(["| SQL | what happens |", "|---|---|", *rows])


def settings_page() -> Iterator[str]:
    """``headrace.toml``."""
    yield "# Settings"
    yield (
        f"`{FILE_NAME}` in the project's folder. In the environment each name is written in "
        f"capitals after `{ENVIRONMENT_PREFIX}`, as in `{ENVIRONMENT_PREFIX}MEMORY=4GB`; the "
        "environment goes before the file."
    )
    yield _table(parameters_of(Configuration))
    yield '```toml\nmemory = "4GB"\npreview_rows = 50\n```'


def cli_page() -> Iterator[str]:
    """What ``--help`` says of every command."""
    yield "# Command line"
    yield inspect.cleandoc(
        """
        | exit code | means |
        |---|---|
        | 0 | fine, also with warnings |
        | 1 | a problem of the script or its data, told on standard error |
        | 2 | a wrong call |
        | 130 | interrupted |

        `FILE` may be `-` for standard input. Tables go to standard output, progress and problems
        to standard error.
        """
    )
    context = click.Context(cli, info_name="headrace")
    for name in COMMANDS:
        command = cli.get_command(context, name)
        if command is not None:
            yield from _command_help(command, click.Context(command, context, info_name=name))


def _command_help(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"## {context.command_path}"
    yield f"```text\n{command.get_help(context)}\n```"
    for name, inner in getattr(command, "commands", {}).items():
        below = click.Context(inner, context, info_name=name)
        yield f"```text\n{inner.get_help(below)}\n```"


def _section(entry: Entry, name: str = "", heading: str = "##") -> Iterator[str]:
    also = "".join(f", `{alias}`" for alias in entry.aliases)
    yield f"{heading} {name or entry.name}"
    if also:
        yield f"Also called {also[2:]}."
    yield _prose(entry.description or entry.title)
    if entry.source:
        yield f"*Source:* {entry.source}."
    if entry.parameters:
        yield _table(entry.parameters)
    if entry.example:
        yield f"```mlsql\n{entry.example}\n```"


def _prose(text: str) -> str:
    """A docstring's text as Markdown: its literals have two back-quotes there too."""
    return text if text.endswith((".", ":")) else f"{text}."


def _table(parameters: Iterable[ParameterEntry]) -> str:
    rows = ["| option | type | default | meaning |", "|---|---|---|---|"]
    for parameter in parameters:
        default = "required" if parameter.required else _code(parameter.default)
        also = ", ".join(_code(alias) for alias in parameter.aliases)
        meaning = _cell(parameter.title) + (f"; also {also}" if also else "")
        rows.append(
            f"| {_code(parameter.name)} | {_cell(parameter.type)} | {default} | {meaning} |"
        )
    return "\n".join(rows)


def _code(text: str) -> str:
    return f"`{_cell(text)}`" if text else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _has(known: Iterable[Entry], name: str) -> bool:
    return any(entry.is_called(name) for entry in known)


def _text(blocks: Iterable[str]) -> str:
    return "\n\n".join(blocks) + "\n"


if __name__ == "__main__":
    main()
