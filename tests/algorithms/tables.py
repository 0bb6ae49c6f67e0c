"""Arrow files and requests for fits, as the training operator writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from headrace.graph.step import Json
from headrace.models.protocols import FitRequest


def write(table: pa.Table, path: Path) -> Path:
    """The table as an Arrow IPC file."""
    with pa.ipc.new_file(str(path), table.schema) as file:
        file.write_table(table)
    return path


def request(
    algorithm: str, table: pa.Table, folder: Path, label: str | None = "label", **options: Any
) -> FitRequest:
    """A request over all columns of ``table``; options that no request has are parameters."""
    own = {k: options.pop(k) for k in list(options) if k in FitRequest.__dataclass_fields__}
    parameters: dict[str, Json] = options
    others = {label, own.get("weight")}
    folder.mkdir(parents=True, exist_ok=True)
    return FitRequest(
        algorithm=algorithm,
        parameters=parameters,
        table=write(table, folder / "table.arrow"),
        artifact=folder / "model",
        features=own.pop("features", tuple(n for n in table.column_names if n not in others)),
        label=label,
        seed=own.pop("seed", 42),
        **own,
    )
