"""Tables of plain cells in the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text


def print_rows(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Rows under a header, as wide as the terminal; all of them where output is no terminal."""
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    console = Console()
    if not console.is_terminal:
        console = Console(width=1_000)
    console.print(table)


def print_model(description: Mapping[str, Any]) -> None:
    """What ``model.json`` says, the parts that a person wants first."""
    console = Console()
    signature = description["signature"]
    console.print(Text(f"{description['name']}@{description['version']}", style="bold"))
    facts = {
        "algorithm": description["algorithm"],
        "task": signature["task"],
        "created": description["created"],
        "label": signature["label"],
        "classes": _joined(signature["classes"]),
        "reads": _joined(f"{name} {kind}" for name, kind in signature["inputs"]),
        "gives": _joined(f"{name} {kind}" for name, kind in signature["outputs"]),
        "parameters": _pairs(description["parameters"]),
        "metrics": _pairs(description["metrics"]),
    }
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in facts.items():
        if value:
            table.add_row(Text(name, style="cyan"), Text(str(value)))
    console.print(table)


def _joined(values: Iterable[object] | None) -> str:
    return ", ".join(str(value) for value in values or ())


def _pairs(values: Mapping[str, object] | None) -> str:
    return ", ".join(f"{name} = {_short(value)}" for name, value in (values or {}).items())


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
