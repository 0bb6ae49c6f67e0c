"""How big files are, read from footers and file sizes; nothing here reads the data itself."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path

import pyarrow.parquet as pq

from headrace.graph.facts import Facts

SAMPLE_BYTES = 1 << 20
"""How much of a text file is read to learn how long its lines are."""


def files_of(path: str | Path) -> tuple[Path, ...]:
    """The data files that a path means: itself, a directory's, or a glob's, sorted.

    Names that start with ``_`` or ``.`` (markers, logs, checksums) are no data.
    """
    place = Path(path)
    if place.is_file():
        return (place,)
    if place.is_dir():
        return tuple(sorted(file for file in place.rglob("*") if _is_data(file, place)))
    # ``Path.glob`` refuses absolute patterns, so the standard module it is.
    found = (Path(name) for name in glob.iglob(str(path), recursive=True))  # noqa: PTH207
    return tuple(sorted({file for entry in found for file in files_of(entry)}))


def _is_data(file: Path, folder: Path) -> bool:
    hidden = any(part.startswith(("_", ".")) for part in file.relative_to(folder).parts)
    return file.is_file() and not hidden


def parquet_facts(path: str | Path) -> Facts:
    """Rows, bytes and columns from the footers of a Parquet file, directory or glob.

    Raises
    ------
    OSError, pyarrow.ArrowInvalid : when a footer cannot be read
    """
    files = files_of(path)
    if not files:
        return Facts()
    footers = [pq.read_metadata(file) for file in files]
    return Facts(
        rows=sum(footer.num_rows for footer in footers),
        data_bytes=_bytes(files),
        columns=len(pq.read_schema(files[0])),
        source="parquet footer" if len(files) == 1 else f"{len(files)} parquet footers",
        measured=True,
    )


def text_facts(path: str | Path) -> Facts:
    """Bytes of a text file, directory or glob, and its rows as the length of lines suggests."""
    files = files_of(path)
    if not files:
        return Facts()
    size = _bytes(files)
    line_bytes = _mean_line_bytes(files[0])
    exact = len(files) == 1 and size <= SAMPLE_BYTES
    return Facts(
        rows=round(size / line_bytes) if line_bytes else 0,
        data_bytes=size,
        source="line count" if exact else f"file size and {line_bytes:.0f} bytes a line",
        measured=exact,
    )


def _mean_line_bytes(file: Path) -> float:
    """Mean length of the lines at the start of a file; 0 for an empty one."""
    with file.open("rb") as stream:
        sample = stream.read(SAMPLE_BYTES)
    lines = sample.count(b"\n") + (not sample.endswith(b"\n"))
    return len(sample) / lines if sample else 0.0


def _bytes(files: Iterable[Path]) -> int:
    return sum(file.stat().st_size for file in files)
