"""Options that several commands share."""

from __future__ import annotations

import click

set_option = click.option(
    "--set",
    "variables",
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a variable before the first line; may be repeated.",
)
project_option = click.option(
    "--project",
    type=click.Path(exists=True, file_okay=False),
    help="The project's folder, from which paths are read; by default the current one.",
)


def settings(pairs: tuple[str, ...]) -> dict[str, str]:
    """``("a=1", "b=x=y")`` as ``{"a": "1", "b": "x=y"}``."""
    named: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise click.UsageError(f"--set takes NAME=VALUE, not '{pair}'")
        named[name] = value
    return named
