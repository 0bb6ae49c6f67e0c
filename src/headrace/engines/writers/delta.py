"""Delta Lake tables: the library's own transaction log makes a save atomic."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from deltalake.exceptions import DeltaError

from headrace.engines.atomic import crash_point
from headrace.engines.writers.failures import already_exists
from headrace.engines.writers.flat_columns import check_no_intervals
from headrace.engines.writers.hive_layout import partition_columns
from headrace.engines.writers.places import Place
from headrace.engines.writers.rows import Rows
from headrace.errors import DataError
from headrace.graph.protocols import SaveResult, SaveTarget
from headrace.operators.formats.delta import DeltaWrite


def save_delta(rows: Rows, target: SaveTarget, place: Place) -> SaveResult:
    """Write all rows as one version of the table.

    Raises
    ------
    DataError : see ``check_delta``; or the columns do not fit those of the table
    """
    check_delta(target, place)
    if target.mode == "ignore" and place.exists:
        return SaveResult(str(place.path), 0, files=0, skipped=True)
    check_no_intervals(rows.schema)
    columns = partition_columns(rows.schema, target.partition_by)
    is_new = not place.exists
    before = _files(place.path)
    try:
        _commit(rows, target, place, columns)
    except BaseException:
        if is_new:
            shutil.rmtree(place.path, ignore_errors=True)
        raise
    added = {path: size for path, size in _files(place.path).items() if path not in before}
    return SaveResult(str(place.path), rows.count, len(added), sum(added.values()))


def check_delta(target: SaveTarget, place: Place) -> None:
    """Refuse what is certain to fail.

    Raises
    ------
    DataError : the table exists and may not, or something else stands there
    """
    if target.mode == "errorIfExists" and place.exists:
        raise already_exists(place.written)
    if target.mode == "ignore" or not place.exists or _is_empty_directory(place.path):
        return
    if not DeltaTable.is_deltatable(str(place.path)):
        raise DataError(
            f"'{place.written}' exists and is no Delta table",
            hint="save to another path, or remove it first",
            code="foreign-directory",
        )


def _commit(rows: Rows, target: SaveTarget, place: Place, columns: tuple[str, ...]) -> None:
    options = target.options
    if not isinstance(options, DeltaWrite):
        raise TypeError("delta needs its own record of options")
    stream = _Stream(rows)
    schema_mode: Literal["merge", "overwrite"] | None = None
    if target.mode == "overwrite" and options.overwrite_schema:
        schema_mode = "overwrite"
    elif target.mode == "append" and options.merge_schema:
        schema_mode = "merge"
    place.path.parent.mkdir(parents=True, exist_ok=True)
    try:
        write_deltalake(
            str(place.path),
            pa.RecordBatchReader.from_batches(rows.schema, stream),
            mode="append" if target.mode == "append" else "overwrite",
            partition_by=list(columns) or None,
            schema_mode=schema_mode,
        )
    except (DeltaError, pa.ArrowException, OSError, ValueError) as error:
        if stream.failure is not None:
            raise stream.failure from None
        raise _explained(error, place) from error
    crash_point("delta.committed")


class _Stream:
    """Remembers an error of the source, which does not survive the way through the library."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.failure: BaseException | None = None

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        try:
            for batch in self._rows:
                yield batch
                crash_point("save.batch")
        except BaseException as error:
            self.failure = error
            raise


def _explained(error: Exception, place: Place) -> DataError:
    text = str(error)
    if "schema" in text.casefold():
        return DataError(
            f"the columns do not fit the Delta table '{place.written}': {_first_line(text)}",
            hint="overwriteSchema=true replaces its columns, mergeSchema=true adds new ones",
            code="columns-differ",
        )
    if "No space left" in text:
        return DataError(f"cannot save to '{place.written}': the disk is full", code="save")
    return DataError(f"cannot save to '{place.written}': {_first_line(text)}", code="save")


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else "no reason given"


def _files(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_size for path in folder.rglob("*.parquet")}


def _is_empty_directory(path: Path) -> bool:
    return path.is_dir() and next(path.iterdir(), None) is None
