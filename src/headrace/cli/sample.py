"""``headrace sample``: data to try Headrace on."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def sample() -> None:
    """Write data to try Headrace on."""


@sample.command()
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="CSV file.")
@click.option("--rows", type=click.IntRange(min=1), default=30_000, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=2005, show_default=True)
def credit(output: Path, rows: int, seed: int) -> None:
    """Credit-card clients with the columns of the public default-of-credit-card table."""
    from headrace.samples.credit import write_credit_clients

    if output.is_dir():
        raise click.ClickException(f"{output} is a directory; name a file")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_credit_clients(output, rows, seed)
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}") from error
    click.echo(f"{rows:,} clients in {output}")
