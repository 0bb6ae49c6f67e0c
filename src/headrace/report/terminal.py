"""Reports in the terminal."""

from __future__ import annotations

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from headrace.graph.report import MetricsItem, Report, TableItem, TextItem


def report_blocks(report: Report) -> list[RenderableType]:
    """What a report shows, one renderable an item."""
    blocks: list[RenderableType] = []
    for item in report.items:
        if isinstance(item, TextItem):
            blocks.append(Text(item.text))
        elif isinstance(item, TableItem):
            table = Table(*item.columns, title=item.title or None, box=None)
            for row in item.rows:
                table.add_row(*(str(cell) for cell in row))
            blocks.append(table)
        elif isinstance(item, MetricsItem):
            blocks.append(Text(", ".join(f"{n} {v:.4f}" for n, v in item.values.items())))
    return blocks
