"""Problems in the terminal: coloured where it can show colours, plain text elsewhere."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from headrace.errors import HeadraceError, Problem
from headrace.graph.span import Source, Span
from headrace.graph.step import Json


def print_problems(problems: Iterable[Problem], err: bool = True) -> None:
    """Each problem with its place, an excerpt and a hint, a blank line between two."""
    texts = [_styled_problem(problem) for problem in problems]
    if texts:
        click.echo("\n\n".join(texts) + "\n", err=err)


def _styled_problem(problem: Problem) -> str:
    colour = "yellow" if problem.severity == "warning" else "red"
    first, *rest = problem.lines()
    place = first.removesuffix(problem.message)
    headline = click.style(place, bold=True) + click.style(problem.message, fg=colour, bold=True)
    return "\n".join([headline, *(_styled(line, colour) for line in rest)])


def _styled(line: str, colour: str) -> str:
    if line.startswith("hint: "):
        return click.style("hint: ", fg="cyan", bold=True) + line.removeprefix("hint: ")
    if line.strip("^ |") == "" and "^" in line:
        return click.style(line, fg=colour)
    return line


def problem_json(problem: Problem) -> Mapping[str, Json]:
    """A problem for programs; lines and columns count from 1."""
    span = problem.span
    place: dict[str, Json] = {}
    if span is not None:
        place = {"line": span.line, "column": span.column, "calls": list(span.call_chain())}
    if isinstance(span, Span):
        place["file"] = span.source.name
        place["text"] = span.text[:200]
    return {
        "severity": problem.severity,
        "code": problem.code,
        "message": problem.message,
        "hint": problem.hint,
        **place,
    }


def print_json(value: Json) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def read_script(path: str) -> Source:
    """The script of a file, or of standard input for ``-``.

    Raises
    ------
    HeadraceError : where it cannot be read, or is not UTF-8
    """
    if path == "-":
        return Source("<stdin>", sys.stdin.read())
    file = Path(path)
    try:
        return Source(path, file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise HeadraceError(
            f"{path} is not UTF-8 (byte {error.start})", hint="save the script as UTF-8"
        ) from error
    except OSError as error:
        raise HeadraceError(f"{path} cannot be read: {error.strerror}", hint=_near(file)) from error


def _near(path: Path) -> str | None:
    from headrace.errors import closest

    folder = path.parent if path.parent.is_dir() else Path()
    scripts = [file.name for file in folder.iterdir() if file.suffix in SCRIPT_ENDINGS]
    near = closest(path.name, scripts)
    return f"did you mean '{folder / near}'?" if near else None


SCRIPT_ENDINGS = (".mlsql", ".byzer", ".sql")
