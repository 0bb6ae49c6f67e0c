"""Reading a text or a file to one table, as the tests of readers do it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from headrace.engines.readers import InputFile, Reading, reader_of
from headrace.engines.readers.merging import write_parquet
from headrace.operators import formats
from headrace.operators.options import bind, given


def options_of(format_name: str, options: dict[str, Any]) -> Any:
    return bind(formats.read_options(format_name), given(options), format_name).unwrap()


@dataclass
class Loaded:
    """What a source gave."""

    table: pa.Table
    warnings: list[str] = field(default_factory=list)

    @property
    def types(self) -> dict[str, str]:
        return {f.name: str(f.type) for f in self.table.schema}

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in self.table.to_pylist()]

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.rows)


def load_files(
    format_name: str, *paths: Path, block_bytes: int = 1 << 20, **options: Any
) -> Loaded:
    """Files through the reader and its merging, from a small block size where wanted."""
    files = [InputFile.at(path) for path in paths]
    return _load(format_name, files, paths[0].parent / "staged.parquet", block_bytes, options)


def load_text(
    format_name: str, text: str, folder: Path, *, block_bytes: int = 1 << 20, **options: Any
) -> Loaded:
    """A text as the variable of a script holds it."""
    files = [InputFile.of_text(text, "text")]
    return _load(format_name, files, folder / "staged.parquet", block_bytes, options)


def _load(
    format_name: str, files: list[InputFile], target: Path, size: int, options: dict[str, Any]
) -> Loaded:
    merge = options.get("mergeSchema", False)
    reading = Reading(options_of(format_name, options), block_bytes=size)
    write_parquet(files, reader_of(format_name), reading, target, merge=merge)
    footer = pq.read_metadata(target)
    kept = footer.metadata[b"headrace.warnings"].decode()
    table = pq.read_table(target)
    target.unlink()
    return Loaded(table, [message for message, _ in json.loads(kept)])
