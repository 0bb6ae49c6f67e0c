"""Parquet that engines read where it is: plain files, Hive folders, Delta tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from headrace.engines.readers.base import InputFile
from headrace.engines.readers.files import NULL_PARTITION, local_path
from headrace.engines.readers.lattice import fields_of
from headrace.engines.readers.merging import partition_type
from headrace.engines.readers.parquet import common_schema, footer
from headrace.engines.readers.staging import Staging
from headrace.engines.types import arrow_to_schema
from headrace.graph.facts import Facts
from headrace.graph.fingerprint import digest
from headrace.graph.protocols import SourceInfo, Tables
from headrace.graph.schema import Schema
from headrace.graph.step import Json
from headrace.operators.formats.base import FileRead
from headrace.operators.formats.delta import DeltaRead

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

kinds = pa.types

_MISREAD_IN_NAMES = re.compile(r"[*?\[\]{}\x00-\x1f\x7f\\]")
"""Characters that make an engine read other files than the named one, or none (Sail 0.7)."""

Shape = Callable[["DataFrame"], "DataFrame"]


def _as_it_is(frame: DataFrame) -> DataFrame:
    return frame


@dataclass(frozen=True, slots=True)
class DirectParquet:
    """Parquet files whose footers were read.

    ``is_readable`` is false where engines would misread them, and a copy is needed; ``folder``
    is what to read instead of single files when the folders' names give columns.
    """

    files: tuple[InputFile, ...]
    info: SourceInfo
    is_readable: bool
    folder: Path | None = None
    shaped: Shape = field(default=_as_it_is)

    def open(self, tables: Tables, staging: Staging) -> DataFrame:
        if self.folder is not None:
            return self.shaped(tables.read_parquet([str(self.folder)]))
        return self.shaped(tables.read_parquet([_safe(file, staging) for file in self.files]))


def direct_parquet(
    path: str, files: tuple[InputFile, ...], options: FileRead, root: Path
) -> DirectParquet:
    """Parquet files as their footers describe them.

    Raises
    ------
    DataError : a file is no Parquet file, or its columns are not those of the others
    """
    footers = [footer(file) for file in files]
    schema, is_same = common_schema(files, footers, merge=options.merge_schema)
    rows = sum(f.num_rows for f in footers)
    partitions = _partition_schema(files)
    whole = pa.schema([*schema, *partitions])
    info = _info(arrow_to_schema(whole), rows, files, ["parquet", options.merge_schema])
    readable = is_same and not any(_is_misread(field.type) for field in schema)
    if not partitions:
        return DirectParquet(files, info, readable)
    folder = _hive_folder(path, files, options, root)
    shape = _typed_partitions(partitions)
    return DirectParquet(files, info, readable and folder is not None, folder, shape)


def direct_delta(place: Path, options: DeltaRead) -> DirectParquet:
    """A version of a Delta table.

    Raises
    ------
    DataError : no Delta table is there, it has no such version, or a file of it is damaged
    """
    # The library is large, and few scripts read Delta.
    from headrace.engines.readers.delta import snapshot

    found = snapshot(place, options)
    schema = arrow_to_schema(found.schema)
    info = _info(schema, found.rows, found.files, ["delta", str(place), found.version])
    readable = bool(found.files) and not found.partition_columns
    if readable:
        footers = [footer(file) for file in found.files]
        stored, is_same = common_schema(found.files, footers, merge=True)
        readable = is_same and arrow_to_schema(stored).names == schema.names
    return DirectParquet(found.files, info, readable, shaped=_selected(schema))


def _info(
    schema: Schema, rows: int | None, files: Sequence[InputFile], identity: list[Json]
) -> SourceInfo:
    size = sum(file.size for file in files)
    source = "parquet footer" if len(files) == 1 else f"{len(files)} parquet footers"
    facts = Facts(rows, size, len(schema), source, measured=rows is not None)
    data: Json = [[file.label, file.size, file.mtime_ns] for file in files]
    return SourceInfo(schema, facts, {"kind": identity, "data": data})


def _partition_schema(files: Sequence[InputFile]) -> list[pa.Field]:
    names = dict.fromkeys(name for file in files for name, _ in file.partition)
    return [pa.field(name, partition_type(_values(files, name))) for name in names]


def _values(files: Iterable[InputFile], name: str) -> list[str]:
    found = (dict(file.partition).get(name) for file in files)
    return [value for value in found if value is not None]


def _hive_folder(
    path: str, files: Sequence[InputFile], options: FileRead, root: Path
) -> Path | None:
    """The folder that an engine reads with its partitions; None where it would see other files
    or values than we do."""
    place = local_path(path, root)
    texts = [file.label for file in files]
    is_plain = place.is_dir() and options.path_glob_filter is None
    is_safe = not any(_MISREAD_IN_NAMES.search(text) or "%" in text for text in texts)
    same_columns = len({tuple(name for name, _ in file.partition) for file in files}) == 1
    return place if is_plain and is_safe and same_columns else None


def _typed_partitions(partitions: Sequence[pa.Field]) -> Shape:
    """Engines differ on the types of partition values: ours are the columns' types."""
    types = arrow_to_schema(pa.schema(list(partitions)))

    def shape(frame: DataFrame) -> DataFrame:
        from pyspark.sql import functions as sf

        for column in types:
            text = sf.col(_quoted(column.name)).cast("string")
            value = sf.nullif(text, sf.lit(NULL_PARTITION)).cast(column.type)
            frame = frame.withColumn(column.name, value)
        return frame

    return shape


def _selected(schema: Schema) -> Shape:
    """The columns of a Delta table in its order and with its types; its files may lack some."""

    def shape(frame: DataFrame) -> DataFrame:
        from pyspark.sql import functions as sf

        there = {name.casefold() for name in frame.columns}
        return frame.select(
            *(
                (sf.col(_quoted(c.name)) if c.name.casefold() in there else sf.lit(None))
                .cast(c.type)
                .alias(c.name)
                for c in schema
            )
        )

    return shape


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def _is_misread(arrow: pa.DataType) -> bool:
    """Types that engines read differently from each other, or wrongly."""
    if kinds.is_nested(arrow):
        if kinds.is_struct(arrow):
            return any(_is_misread(f.type) for f in fields_of(arrow))
        if kinds.is_map(arrow):
            return _is_misread(arrow.key_type) or _is_misread(arrow.item_type)
        return _is_misread(arrow.value_type)
    is_nanoseconds = kinds.is_timestamp(arrow) and arrow.unit == "ns"
    return bool(
        kinds.is_unsigned_integer(arrow)
        or kinds.is_time(arrow)
        or kinds.is_float16(arrow)
        or kinds.is_duration(arrow)
        or is_nanoseconds
    )


def _safe(file: InputFile, staging: Staging) -> str:
    assert file.path is not None, "Parquet is read from disk"
    if not _MISREAD_IN_NAMES.search(file.label):
        return file.label
    return str(staging.link(file.path.resolve(), digest([file.label])))
