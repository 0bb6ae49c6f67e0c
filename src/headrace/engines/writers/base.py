"""What a file format does to be saved: open a file, take batches, close it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

MEMORY_BYTES = 64 << 20
"""How much one writer may hold back before it writes."""


class RowWriter(Protocol):
    """An open file. Nothing is promised of its content before ``close``."""

    def write(self, batch: pa.RecordBatch) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Opening:
    """What opening a file needs to know.

    ``options`` is the format's own record; ``continues`` says that the rows will be put
    behind those of a file with the same columns.
    """

    path: Path
    schema: pa.Schema
    options: Any
    memory_bytes: int = MEMORY_BYTES
    continues: bool = False


def _accept(schema: pa.Schema, options: Any) -> None:
    """Any columns will do."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """A format that saves files.

    ``endings`` are file endings that ask for one file, the first is used for parts of a
    directory; ``lengthens`` says that content may be put behind content; ``check`` raises
    ``DataError`` for columns that the format cannot hold.
    """

    name: str
    endings: tuple[str, ...]
    open: Callable[[Opening], RowWriter]
    check: Callable[[pa.Schema, Any], None] = _accept
    lengthens: bool = False
    only_one_file: bool = False
