"""Many tables, whose types and columns may differ, as one Parquet file.

The types of a text are known for certain only at its end. So the tables are written with the
types known so far; at the first that needs wider ones writing stops, the rest is read for its
types only, and a second pass writes everything. Most sources need one pass.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from headrace.engines.readers.base import InputFile, Misfit, Reader, Reading
from headrace.engines.readers.lattice import TypesDiffer, as_types, join, loses_text, stored
from headrace.errors import DataError, suggest

WARNINGS_KEY = "headrace.warnings"

ROW_GROUP_ROWS = 128 * 1024
"""Small enough for an engine's cores to share one file."""

Types = dict[str, pa.DataType]
Chunks = Iterator[tuple[InputFile, pa.Table]]
Warning = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """What may differ between tables."""

    typed: bool
    open_columns: bool


def write_parquet(
    files: Sequence[InputFile], reader: Reader, reading: Reading, target: Path, *, merge: bool
) -> None:
    """Read all files into one Parquet file at ``target``; warnings are kept in its footer.

    Raises
    ------
    DataError : a file is not readable, or the files have different columns
    """
    rule = Rule(reader.typed, reader.open_columns or merge)
    reading = reader.prepare(files, reading)
    known: Types = {}
    partitions = _partition_types(files)
    is_final = False
    while True:
        warnings: list[Warning] = []
        one_pass = _Pass(files, reader, reading, rule, partitions, warnings)
        try:
            done = one_pass.write(known, target, final=is_final)
        except Misfit as misfit:
            known[misfit.column] = pa.string()
            done = False
        if done:
            return
        is_final = True


@dataclass(frozen=True, slots=True)
class Sample:
    """The first rows of a source: its columns as they would be stored, as far as these tell."""

    schema: pa.Schema
    rows: int
    warnings: tuple[Warning, ...]


def sample(files: Sequence[InputFile], reader: Reader, reading: Reading) -> Sample:
    """What the first ``reading.block_bytes`` of the first file show.

    Raises
    ------
    DataError : as ``write_parquet``, where the start of the first file is enough to know it
    """
    warnings: list[Warning] = []
    rule = Rule(reader.typed, reader.open_columns)
    one_pass = _Pass(files[:1], reader, reading, rule, _partition_types(files), warnings)
    found: Types = {}
    rows = 0
    for _, table in one_pass.chunks({}, final=False):
        found, rows = dict(as_types(table.schema)), len(table)
        if rows:
            break
    return Sample(storable(found, typed=reader.typed), rows, tuple(warnings))


@dataclass
class _Pass:
    files: Sequence[InputFile]
    reader: Reader
    reading: Reading
    rule: Rule
    partitions: Types
    warnings: list[Warning]

    def write(self, known: Types, target: Path, *, final: bool) -> bool:
        """Write while the types hold; ``known`` learns. False where another pass is needed."""
        writer: pq.ParquetWriter | None = None
        schema: pa.Schema | None = None
        whole = True
        try:
            for file, table in _ahead(self.chunks(known, final=final)):
                before = dict(known)
                self._learn(known, file, table)
                if writer is None or schema is None:
                    schema = storable(known, typed=self.rule.typed)
                    # Dictionaries of numbers cost more time than they save in a copy.
                    texts = [f.name for f in schema if pa.types.is_string(f.type)]
                    writer = pq.ParquetWriter(target, schema, use_dictionary=texts)
                elif known != before or _loses_text(table, known):
                    whole = False
                if whole:
                    writer.write_table(conformed(table, schema), ROW_GROUP_ROWS)
            if writer is not None:
                writer.add_key_value_metadata({WARNINGS_KEY: json.dumps(self.warnings)})
        finally:
            if writer is not None:
                writer.close()
        return whole

    def chunks(self, known: Types, *, final: bool) -> Chunks:
        reading = Reading(
            self.reading.options,
            lambda message, hint: self.warnings.append((message, hint)),
            self.reading.block_bytes,
            {},
            final,
        )
        for file in self.files:
            for table in self.reader.read(file, reading.knowing(dict(known))):
                yield file, self._with_partition(file, table)

    def _with_partition(self, file: InputFile, table: pa.Table) -> pa.Table:
        for name, value in file.partition:
            column = pa.repeat(pa.scalar(value, pa.string()), len(table))
            wanted = self.partitions[name]
            table = table.append_column(name, column.cast(wanted))
        return table

    def _learn(self, known: Types, file: InputFile, table: pa.Table) -> None:
        found = as_types(table.schema)
        if known and not self.rule.open_columns:
            check_columns(list(known), list(found), file.label)
        for name, arrow in found.items():
            try:
                known[name] = join(known.get(name, pa.null()), arrow, typed=self.rule.typed)
            except TypesDiffer as error:
                raise types_differ(name, file.label, arrow, known[name]) from error


def _ahead(chunks: Chunks) -> Chunks:
    """The same chunks, each read while the one before is worked on."""
    with ThreadPoolExecutor(1, thread_name_prefix="headrace-reader") as pool:
        pending = pool.submit(next, chunks, None)
        while (chunk := pending.result()) is not None:
            pending = pool.submit(next, chunks, None)
            yield chunk


def check_columns(known: Sequence[str], found: Sequence[str], label: str) -> None:
    """Refuse a file whose columns are not those of the files before it, in whatever order.

    Raises
    ------
    DataError : naming the file and the column
    """
    extra = [name for name in found if name not in known]
    missing = [name for name in known if name not in found]
    if not extra and not missing:
        return
    if missing and (not extra or len(known) != len(found)):
        message, hint = f"'{label}' lacks the column '{missing[0]}' of the files before it", ""
    else:
        message = f"'{label}' has a column '{extra[0]}' that the files before it lack"
        hint = suggest(extra[0], missing, "columns that it lacks") + "; " if missing else ""
    raise DataError(
        message,
        hint=f"{hint}set mergeSchema=true to fill such columns with nulls",
        code="different-columns",
    )


def types_differ(name: str, label: str, found: pa.DataType, known: pa.DataType) -> DataError:
    """The error of two files that store one column with types that do not agree."""
    return DataError(
        f"column '{name}' is {found} in '{label}' and {known} in the files before it",
        hint="load the files apart and cast the column in a select",
        code="different-types",
    )


def storable(types: Mapping[str, pa.DataType], *, typed: bool) -> pa.Schema:
    """The columns as Parquet keeps them.

    Raises
    ------
    DataError : two names are equal but for case, so that SQL could not tell them apart
    """
    by_folded: dict[str, str] = {}
    for name in types:
        other = by_folded.setdefault(name.casefold(), name)
        if other != name:
            raise DataError(
                f"the columns '{other}' and '{name}' differ in case only",
                hint="rename one of them in the source",
                code="duplicate-column",
            )
    return pa.schema([(name, stored(arrow, typed=typed)) for name, arrow in types.items()])


def conformed(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with exactly these columns; those that it lacks are null."""
    if table.schema.equals(schema):
        return table
    columns = []
    for field in schema:
        index = table.schema.get_field_index(field.name)
        if index < 0:
            columns.append(pa.nulls(len(table), field.type))
        else:
            columns.append(_cast(table.column(index), field.type))
    return pa.table(columns, schema=schema)


def _cast(column: pa.ChunkedArray, wanted: pa.DataType) -> pa.ChunkedArray:
    return column if column.type.equals(wanted) else column.cast(wanted, safe=False)


def _loses_text(table: pa.Table, known: Types) -> bool:
    return any(loses_text(field.type, known[field.name]) for field in table.schema)


def _partition_types(files: Sequence[InputFile]) -> Types:
    """Types of the values in folder names: bigint, date, else string, as in Spark."""
    values: dict[str, list[str]] = {}
    for file in files:
        for name, value in file.partition:
            values.setdefault(name, []).extend([value] if value is not None else [])
    return {name: partition_type(texts) for name, texts in values.items()}


def partition_type(texts: Sequence[str]) -> pa.DataType:
    """The narrowest type that reads all of the texts and writes them the same again."""
    column = pa.array(texts, pa.string())
    for candidate in (pa.int64(), pa.date32()):
        try:
            if column.cast(candidate).cast(pa.string()).equals(column):
                return candidate
        except pa.ArrowInvalid:
            continue
    return pa.string()
