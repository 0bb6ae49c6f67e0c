"""``headrace fmt``: one canonical layout of scripts."""

from __future__ import annotations

from pathlib import Path

import click

from headrace.cli.main import PROBLEM
from headrace.cli.output import read_script


@click.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--check", is_flag=True, help="Change nothing; exit with 1 if a file would change.")
def fmt(files: tuple[str, ...], check: bool) -> int:
    """Lay out scripts in the one canonical way; - reads standard input and writes to output.

    Comments stay, and the SQL text of a select stays as its writer laid it out.
    """
    changed = [file for file in files if _format(file, check)]
    for file in changed:
        click.echo(f"{'would change' if check else 'changed'} {file}", err=True)
    return PROBLEM if check and changed else 0


def _format(file: str, check: bool) -> bool:
    """Format one file; whether it was, or would be, another text."""
    from headrace.language.formatter import format_script
    from headrace.operators.commands.files import write_whole

    source = read_script(file)
    text = format_script(source)
    if file == "-":
        click.echo(text, nl=False)
    elif text != source.text and not check:
        write_whole(Path(file), text.encode())
    return file != "-" and text != source.text
