"""``headrace check``: all problems of a script at once."""

from __future__ import annotations

import click

from headrace.cli.main import PROBLEM
from headrace.cli.options import project_option, set_option, settings
from headrace.cli.output import print_json, print_problems, problem_json, read_script


@click.command()
@click.argument("file")
@set_option
@project_option
@click.option("--offline", is_flag=True, help="Read no data; schemas of sources stay unknown.")
@click.option("--json", "as_json", is_flag=True, help="Problems for programs, on standard output.")
def check(
    file: str, variables: tuple[str, ...], project: str | None, offline: bool, as_json: bool
) -> int:
    """Find everything that is wrong with a script, without running it.

    Reads at most headers, footers and the first rows of sources. Exits with 1 where there are
    errors; warnings alone exit with 0.
    """
    from headrace.app import open_workspace

    source = read_script(file)
    with open_workspace(project) as workspace:
        result = workspace.check(source, settings(variables), offline=offline)
    if as_json:
        print_json({"problems": [problem_json(problem) for problem in result.problems]})
    else:
        print_problems(result.problems)
        _print_summary(len(result.errors), len(result.warnings))
    return PROBLEM if result.errors else 0


def _print_summary(errors: int, warnings: int) -> None:
    if not errors and not warnings:
        click.echo("no problems found")
        return
    counts = [_counted(errors, "error"), _counted(warnings, "warning")]
    click.echo(f"\n{' and '.join(count for count in counts if count)}", err=True)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}" if number else ""
