"""``headrace operators``: what scripts can name, from the declarations themselves."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from headrace.cli.output import print_json
from headrace.errors import CheckError, suggest

if TYPE_CHECKING:
    from headrace.operators.reference import Entry, ParameterEntry


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="For programs: a JSON Schema each.")
def operators(name: str | None, as_json: bool) -> None:
    """What train, run, load and ! commands know; with NAME, its parameters and an example."""
    from headrace.operators.reference import entries

    known = entries()
    if name is None:
        if as_json:
            print_json([_plain(entry) for entry in known])
        else:
            _print_list(known)
        return
    found = [entry for entry in known if entry.is_called(name)]
    if not found:
        names = [entry.name for entry in known]
        raise CheckError(f"no operator '{name}'", hint=suggest(name, names, "operators"))
    if as_json:
        print_json([_plain(entry) for entry in found])
        return
    for entry in found:
        _print_entry(entry)


def _plain(entry: Entry) -> dict[str, Any]:
    return asdict(entry)


def _print_list(known: tuple[Entry, ...]) -> None:
    from headrace.cli.tables import print_rows

    for kind in dict.fromkeys(entry.kind for entry in known):
        click.secho(f"{kind}s", bold=True)
        named = {e.name: e.title for e in known if e.kind == kind}
        print_rows(("", ""), [(f"  {name}", title) for name, title in named.items()])
        click.echo()


def _print_entry(entry: Entry) -> None:
    from headrace.cli.tables import print_rows

    also = f" (also {', '.join(entry.aliases)})" if entry.aliases else ""
    click.secho(f"{entry.name}{also}: {entry.title}", bold=True)
    for text in (entry.description, f"Source: {entry.source}" if entry.source else ""):
        if text:
            click.echo(f"\n{text}")
    if entry.parameters:
        click.echo()
        rows = [
            (p.name, p.type, "required" if p.required else p.default, _meaning(p))
            for p in entry.parameters
        ]
        print_rows(("parameter", "type", "default", "meaning"), rows)
    if entry.example:
        click.echo(f"\n{entry.example}\n")


def _meaning(parameter: ParameterEntry) -> str:
    also = f" [also {', '.join(parameter.aliases)}]" if parameter.aliases else ""
    return parameter.title + also
