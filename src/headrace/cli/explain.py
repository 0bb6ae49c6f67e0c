"""``headrace explain``: the plan of a script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from headrace.cli.main import PROBLEM
from headrace.cli.options import project_option, set_option, settings
from headrace.cli.output import print_json, print_problems, read_script

if TYPE_CHECKING:
    from headrace.planner import Plan


@click.command()
@click.argument("file")
@set_option
@project_option
@click.option("--json", "as_json", is_flag=True, help="The plan for programs.")
def explain(file: str, variables: tuple[str, ...], project: str | None, as_json: bool) -> int:
    """Show the plan of a script: what runs where, how big it is, and why.

    A script whose text depends on data (branches on results, loops over queries) has a plan for
    each block; those that depend on results are planned when they are reached.
    """
    from headrace.app import open_workspace

    source, given = read_script(file), settings(variables)
    with open_workspace(project) as workspace:
        checked = workspace.check(source, given)
        if checked.errors:
            print_problems(checked.errors)
            return PROBLEM
        print_plans(workspace.plans(checked), as_json)
    return 0


def print_plans(plans: Sequence[Plan], as_json: bool) -> None:
    """The plans of a script's blocks, one after another."""
    from headrace.planner import plan_text

    if as_json:
        print_json({"blocks": [plan.to_json() for plan in plans]})
        return
    for number, plan in enumerate(plans, 1):
        if len(plans) > 1:
            click.secho(f"block {number}", bold=True)
        click.echo(plan_text(plan))
