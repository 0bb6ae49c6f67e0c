"""Delta Lake: the log says which Parquet files a version has; those are read as such."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError, TableNotFoundError

from headrace.engines.readers.base import InputFile
from headrace.errors import DataError
from headrace.operators.formats.delta import DeltaRead

UNREADABLE_FEATURES = {"columnMapping", "deletionVectors", "typeWidening"}
"""Features of a table whose Parquet files alone do not say what its rows are."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The files of one version of a table, and its columns."""

    version: int
    files: tuple[InputFile, ...]
    schema: pa.Schema
    rows: int | None
    partition_columns: tuple[str, ...]


def snapshot(place: Path, options: DeltaRead) -> Snapshot:
    """The version that the options mean.

    Raises
    ------
    DataError : no Delta table is there, it has no such version, or it needs unknown features
    """
    try:
        table = DeltaTable(str(place), version=options.version_as_of)
        if options.timestamp_as_of is not None:
            table.load_as_version(options.timestamp_as_of)
    except TableNotFoundError as error:
        raise DataError(
            f"'{place}' is no Delta table", hint="it has no _delta_log; load it as parquet?"
        ) from error
    except (DeltaError, ValueError) as error:
        raise _no_version(place, options) from error
    _check_features(place, table)
    actions = pa.table(table.get_add_actions())
    schema = pa.schema(table.schema().to_arrow())
    columns = tuple(table.metadata().partition_columns)
    files = tuple(_input_file(place, row, columns) for row in actions.to_pylist())
    counts = (
        actions.column("num_records").to_pylist()
        if "num_records" in actions.schema.names
        else [None]
    )
    rows = sum(counts) if all(count is not None for count in counts) else None
    return Snapshot(table.version(), files, schema, rows, columns)


def _input_file(place: Path, action: dict[str, Any], columns: tuple[str, ...]) -> InputFile:
    values = action.get("partition") or {}
    partition = tuple((name, _text(values[name])) for name in columns)
    return InputFile.at(place / unquote(action["path"]), partition)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _check_features(place: Path, table: DeltaTable) -> None:
    needed = set(table.protocol().reader_features or ()) & UNREADABLE_FEATURES
    if needed:
        raise DataError(
            f"the Delta table '{place}' uses {', '.join(sorted(needed))}, which are not "
            "available in this version",
            hint="save a copy of it without these features, or as Parquet",
            code="not-available",
        )


def _no_version(place: Path, options: DeltaRead) -> DataError:
    wanted = options.timestamp_as_of if options.version_as_of is None else options.version_as_of
    try:
        newest = DeltaTable(str(place)).version()
    except DeltaError as error:
        return DataError(f"the log of the Delta table '{place}' is damaged: {error}")
    return DataError(
        f"the Delta table '{place}' has no version {wanted}",
        hint=f"its newest version is {newest}; older ones may have been removed by a vacuum",
        code="missing-version",
    )
