"""``headrace models``: the versions in the project's model store."""

from __future__ import annotations

import click

from headrace.cli.options import project_option
from headrace.cli.output import print_json


@click.group()
def models() -> None:
    """List, show and remove trained models."""


@models.command("list")
@click.argument("name", required=False)
@project_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_models(name: str | None, project: str | None, as_json: bool) -> None:
    """List all versions, or those of one model."""
    from headrace.app import open_workspace

    with open_workspace(project) as workspace:
        stored = workspace.models.list(name)
        if name is not None and not stored:
            workspace.models.resolve(name)  # raises, with the nearest names
    if as_json:
        print_json(
            [
                {
                    "name": model.name,
                    "version": model.version,
                    "algorithm": model.algorithm,
                    "task": model.task,
                    "created": model.created,
                    "owner": model.owner,
                    "aliases": list(model.aliases),
                    "digest": model.digest,
                }
                for model in stored
            ]
        )
        return
    if not stored:
        click.echo("no models yet: train one, as in  train t as RandomForest.`name`;")
        return
    from headrace.cli.tables import print_rows

    print_rows(
        ("model", "algorithm", "task", "created", "aliases"),
        [(m.reference, m.algorithm, m.task, m.created, ", ".join(m.aliases)) for m in stored],
    )


@models.command()
@click.argument("reference")
@project_option
@click.option("--json", "as_json", is_flag=True, help="The whole model.json.")
def show(reference: str, project: str | None, as_json: bool) -> None:
    """Show one version: NAME, NAME@3 or NAME@alias."""
    from headrace.app import open_workspace
    from headrace.cli.tables import print_model

    with open_workspace(project) as workspace:
        description = workspace.models.show(reference)
    if as_json:
        print_json(description)
    else:
        print_model(description)


@models.command()
@click.argument("reference")
@project_option
@click.option("--all", "all_versions", is_flag=True, help="All versions of NAME.")
def rm(reference: str, project: str | None, all_versions: bool) -> None:
    """Remove one version: NAME@3. One that an alias points at is kept."""
    from headrace.app import open_workspace

    if "@" not in reference and not all_versions:
        raise click.UsageError(f"name a version, as in {reference}@1, or add --all")
    with open_workspace(project) as workspace:
        for model in workspace.models.remove(reference):
            click.echo(f"removed {model.reference}")
