"""``headrace completion``: what makes a shell complete our commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    For bash: headrace completion bash > ~/.local/share/bash-completion/completions/headrace
    """
    found = get_completion_class(shell)
    assert found is not None  # click knows these three
    root = ctx.find_root()
    click.echo(found(root.command, {}, "headrace", "_HEADRACE_COMPLETE").source())
