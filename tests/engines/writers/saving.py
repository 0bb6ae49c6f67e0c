"""Saves Arrow tables through the file writers, without an engine."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from headrace.engines.writers.delta import save_delta
from headrace.engines.writers.files import save_files
from headrace.engines.writers.places import find_place
from headrace.engines.writers.rows import Rows
from headrace.graph.protocols import SaveMode, SaveResult, SaveTarget
from headrace.graph.step import Json
from headrace.operators.formats import write_options
from headrace.operators.options import bind, given


def target_of(
    format_name: str,
    path: Path | str,
    mode: SaveMode = "errorIfExists",
    partition_by: tuple[str, ...] = (),
    **options: Json,
) -> SaveTarget:
    record = bind(write_options(format_name), given(options), format_name).unwrap()
    return SaveTarget(format_name, str(path), mode, record, partition_by)


def save(table: pa.Table, target: SaveTarget, root: Path, batch_rows: int = 1000) -> SaveResult:
    rows = Rows(table.schema, iter(table.to_batches(max_chunksize=batch_rows)))
    place = find_place(target.path, root)
    if target.format_name == "delta":
        return save_delta(rows, target, place)
    return save_files(rows, target, place, root)


def written(table: pa.Table, path: Path, format_name: str, **options: Json) -> bytes:
    """The bytes of the one file that a save makes."""
    save(
        table,
        target_of(format_name, path, "errorIfExists", (), single_file=True, **options),
        path.parent,
    )
    return path.read_bytes()


def visible(folder: Path) -> list[Path]:
    """The part files of a saved directory, as readers list them: hidden folders are not entered,
    for a save at work may remove them meanwhile."""
    found: list[Path] = []
    for path in folder.iterdir():
        if not path.name.startswith((".", "_")):
            found += visible(path) if path.is_dir() else [path]
    return sorted(found)
