"""Whether part files may join those of a directory that stands there.

Once they had, a partition of another depth or a column of another type would make the whole
table unreadable. New and missing columns are let in: ``mergeSchema`` reads them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import orc

from headrace.engines.readers.base import InputFile
from headrace.engines.readers.files import input_files
from headrace.engines.types import arrow_to_schema
from headrace.engines.writers.places import Place
from headrace.errors import DataError


def check_joins(
    place: Place, format_name: str, schema: pa.Schema, partition_by: Sequence[str]
) -> None:
    """Refuse to append where what stands there has other partitions or types.

    Parameters
    ----------
    place : an existing directory
    schema : the columns that the files will hold, without those of partitions
    partition_by : the columns that will be directories

    Raises
    ------
    DataError : see there
    """
    first = _first_file(place)
    if first is None:
        return
    standing = [name for name, _ in first.partition]
    if [name.casefold() for name in standing] != [name.casefold() for name in partition_by]:
        what = f"partitioned by {', '.join(standing)}" if standing else "not partitioned"
        clause = f"write 'partitionBy {', '.join(standing)}'" if standing else "leave it out"
        raise _refusal(place, f"it is {what}", clause)
    types = _types(first, format_name)
    for column in arrow_to_schema(schema):
        there = types.get(column.name.casefold(), column.type)
        if there != column.type:
            reason = f"its column '{column.name}' is {there}, not {column.type}"
            raise _refusal(place, reason, f"select cast({column.name} as {there})")


def _refusal(place: Place, reason: str, instead: str) -> DataError:
    return DataError(
        f"cannot append to '{place.written}': {reason}",
        hint=f"{instead}, or save to another path",
        code="columns-differ",
    )


def _first_file(place: Place) -> InputFile | None:
    if not any(place.path.iterdir()):
        return None
    try:
        return input_files(str(place.path), place.path.parent)[0]
    except DataError:  # it holds no data yet, such as a marker alone
        return None


def _types(file: InputFile, format_name: str) -> Mapping[str, str]:
    """The types of a file's columns by folded name; none for formats without types."""
    if file.path is None or not file.size:
        return {}
    schema = _schema_of(file.path, format_name)
    return {column.name.casefold(): column.type for column in arrow_to_schema(schema)}


def _schema_of(path: Path, format_name: str) -> pa.Schema:
    if format_name not in ("parquet", "orc"):
        return pa.schema([])
    try:
        return pq.read_schema(path) if format_name == "parquet" else orc.ORCFile(path).schema
    except pa.ArrowInvalid as error:
        raise DataError(
            f"cannot append beside '{path}': it is no {format_name} file",
            hint="save to another path",
        ) from error
