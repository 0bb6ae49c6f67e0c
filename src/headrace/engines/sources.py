"""Files and texts as tables of an engine session. Files mean the same on every engine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from headrace.engines.atomic import recover
from headrace.engines.readers import InputFile, Reading, Warn, reader_of
from headrace.engines.readers.base import SAMPLE_BYTES
from headrace.engines.readers.direct import DirectParquet, direct_delta, direct_parquet
from headrace.engines.readers.files import input_files, local_path
from headrace.engines.readers.merging import WARNINGS_KEY, Sample, sample, write_parquet
from headrace.engines.readers.staging import DEFAULT_LIMIT_BYTES, Staging
from headrace.engines.types import arrow_to_schema
from headrace.errors import DataError
from headrace.graph.facts import Facts
from headrace.graph.fingerprint import digest
from headrace.graph.protocols import OptionRecord, SourceInfo, Tables
from headrace.graph.step import Json
from headrace.operators import formats
from headrace.operators.formats.base import FileRead

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

READERS_VERSION = 1
"""Raised when a reader reads the same bytes differently, so that staged copies are made anew."""

PACKED_SUFFIXES = {".gz", ".bz2", ".zst", ".xlsx", ".xlsb", ".ods"}
"""Files whose size says little of how much they hold."""


def _ignore(_message: str, _hint: str | None) -> None:
    """The default receiver of warnings."""


@dataclass(frozen=True, slots=True)
class _Input:
    """A source, found: its files, and what identifies their content and the way to read it."""

    format_name: str
    files: tuple[InputFile, ...]
    options: Any
    fingerprint: Json

    @property
    def key(self) -> str:
        return digest(self.fingerprint)

    @property
    def merges(self) -> bool:
        """Whether files may lack columns; those of a Delta table may, after it was widened."""
        return not isinstance(self.options, FileRead) or self.options.merge_schema


class FileSources:
    """``graph.Sources`` for formats of files and for texts of variables.

    Text formats are read once into Parquet in the ``staging`` folder, keyed by path, size,
    modification time and options; engines read that. Parquet and Delta files are read where
    they are, unless their columns must be brought together or an engine would misread them.

    Parameters
    ----------
    root : where relative paths start
    staging : a folder for the copies; it may be shared by processes
    warn : receives what looks wrong while a source is opened, also from a staged copy
    limit_bytes : the size to which copies not in use are kept
    """

    def __init__(
        self,
        root: Path,
        staging: Path,
        *,
        warn: Warn = _ignore,
        limit_bytes: int = DEFAULT_LIMIT_BYTES,
    ) -> None:
        self._root = root.absolute()
        self._staging = Staging(staging.absolute(), limit_bytes)
        self._warn = warn

    def describe(self, format_name: str, path: str, options: OptionRecord) -> SourceInfo:
        """Columns and size from footers, a staged copy, or the first 1 MB of a text.

        Raises
        ------
        DataError : when the source is missing, unreadable or of another format
        """
        name = formats.find(format_name).name
        if formats.find(name).kind == "database":
            return self._describe_database(path, options)
        direct = self._direct(name, path, options)
        if direct is not None:
            return direct.info
        source = self._input(name, path, options)
        staged = self._staging.find(source.key)
        return _staged_info(source, staged) if staged else _sampled_info(source)

    def open(self, format_name: str, path: str, options: OptionRecord, tables: Tables) -> DataFrame:
        """The source as a frame of that engine session; the path of a text is the text itself.

        Raises
        ------
        DataError : as ``describe``, and for what only the whole of the data shows
        """
        name = formats.find(format_name).name
        if formats.find(name).kind == "database":
            return self._open_database(path, options, tables)
        direct = self._direct(name, path, options)
        if direct is not None and direct.is_readable:
            return direct.open(tables, self._staging)
        if direct is not None and not direct.files:
            assert direct.info.schema is not None, "footers and logs have schemas"
            return tables.from_rows((), direct.info.schema)
        source = self._input(name, path, options) if direct is None else _copied(direct, options)
        staged = self._staging.obtain(source.key, lambda target: _write(source, target))
        for message, hint in _warnings(pq.read_metadata(staged)):
            self._warn(message, hint)
        frame = tables.read_parquet([str(staged)])
        return direct.shaped(frame) if direct is not None else frame

    # SQLAlchemy is large, and few scripts read a database: both import on first use.

    def _describe_database(self, path: str, options: Any) -> SourceInfo:
        from headrace.engines.readers.jdbc import describe_database

        return describe_database(path, options, self._root)

    def _open_database(self, path: str, options: Any, tables: Tables) -> DataFrame:
        """A copy of the rows as they are now: nothing tells whether a database has changed."""
        from headrace.engines.readers.jdbc import stage_database

        def write(target: Path) -> None:
            stage_database(path, options, self._root, target)

        return tables.read_parquet([str(self._staging.once(write))])

    def _direct(self, name: str, path: str, options: Any) -> DirectParquet | None:
        if name == "parquet":
            return direct_parquet(path, self._files(path, options), options, self._root)
        if name == "delta":
            return direct_delta(self._delta_place(path), options)
        return None

    def _delta_place(self, path: str) -> Path:
        place = local_path(path, self._root)
        recover(place)
        if not place.is_dir():
            input_files(path, self._root)  # names what exists where nothing does
            raise DataError(f"'{path}' is a file, and a Delta table is a directory")
        return place

    def _input(self, name: str, path: str, options: Any) -> _Input:
        if formats.find(name).kind == "text":
            files: tuple[InputFile, ...] = (InputFile.of_text(path, name),)
            identity: Json = hashlib.sha256(files[0].text).hexdigest()
        else:
            files = self._files(path, options)
            identity = _identity(files)
        return _Input(name, files, options, _fingerprint(name, identity, options))

    def _files(self, path: str, options: Any) -> tuple[InputFile, ...]:
        return input_files(
            path,
            self._root,
            pattern=options.path_glob_filter,
            recursive=options.recursive_file_lookup,
        )


def _copied(direct: DirectParquet, options: Any) -> _Input:
    return _Input("parquet", direct.files, options, direct.info.fingerprint)


def _identity(files: Sequence[InputFile]) -> Json:
    return [[f.label, f.size, f.mtime_ns, [list(p) for p in f.partition]] for f in files]


def _fingerprint(name: str, identity: Json, options: Any) -> Json:
    given = options.model_dump(mode="json", exclude_defaults=True)
    return {"format": name, "data": identity, "options": given, "readers": READERS_VERSION}


def _write(source: _Input, target: Path) -> None:
    reading = Reading(source.options)
    reader = reader_of(source.format_name)
    write_parquet(source.files, reader, reading, target, merge=source.merges)
    for file in source.files:
        if file.path is not None and InputFile.at(file.path).mtime_ns != file.mtime_ns:
            raise DataError(
                f"'{file.label}' changed while it was read", hint="run again when it is complete"
            )


def _staged_info(source: _Input, staged: Path) -> SourceInfo:
    footer = pq.read_metadata(staged)
    schema = footer.schema.to_arrow_schema()
    facts = Facts(
        footer.num_rows, staged.stat().st_size, len(schema), "footer of the staged copy", True
    )
    return SourceInfo(
        arrow_to_schema(schema), facts, source.fingerprint, warnings=_warnings(footer)
    )


def _warnings(footer: pq.FileMetaData) -> tuple[tuple[str, str | None], ...]:
    kept = json.loads((footer.metadata or {}).get(WARNINGS_KEY.encode(), b"[]"))
    return tuple((message, hint) for message, hint in kept)


def _sampled_info(source: _Input) -> SourceInfo:
    reading = Reading(source.options, block_bytes=SAMPLE_BYTES)
    found = sample(source.files, reader_of(source.format_name), reading)
    schema = arrow_to_schema(found.schema)
    is_whole = _is_whole(source.files)
    facts = _estimate(source.files, found, is_whole=is_whole)
    return SourceInfo(schema, facts, source.fingerprint, not is_whole, found.warnings)


def _is_whole(files: Sequence[InputFile]) -> bool:
    """Whether the sample was all of the data."""
    return len(files) == 1 and files[0].size <= SAMPLE_BYTES and not _is_packed(files[0])


def _is_packed(file: InputFile) -> bool:
    return file.path is not None and file.path.suffix.casefold() in PACKED_SUFFIXES


def _estimate(files: Sequence[InputFile], found: Sample, *, is_whole: bool) -> Facts:
    total = sum(file.size for file in files)
    columns = len(found.schema)
    if is_whole:
        return Facts(found.rows, total, columns, "the whole text", measured=True)
    if any(_is_packed(file) for file in files):
        return Facts(None, total, columns, "file size")
    sampled = min(SAMPLE_BYTES, files[0].size) or 1
    return Facts(round(found.rows * total / sampled), total, columns, "file size and first rows")
