"""Saving rows as files: one file, or a directory of part files, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import pyarrow as pa

from headrace.engines.atomic import (
    appended_files,
    crash_point,
    lengthened_file,
    new_directory,
    new_file,
)
from headrace.engines.atomic.staging import token
from headrace.engines.writers import columnar, csv, excel, json, libsvm, text
from headrace.engines.writers.base import FileFormat, Opening, RowWriter
from headrace.engines.writers.failures import already_exists
from headrace.engines.writers.flat_columns import check_no_intervals
from headrace.engines.writers.hive_layout import partition_columns
from headrace.engines.writers.lengthening import check_same_columns
from headrace.engines.writers.parts import Opener, PartFiles, PartitionedFiles
from headrace.engines.writers.places import Place, asks_for_file, check_replaceable
from headrace.engines.writers.rows import Rows
from headrace.engines.writers.standing_parts import check_joins
from headrace.engines.writers.text_files import COMPRESSIONS
from headrace.errors import DataError, OptionError
from headrace.graph.protocols import SaveResult, SaveTarget
from headrace.operators.formats import FileWrite

FORMATS: Mapping[str, FileFormat] = {
    made.name: made
    for made in (
        columnar.PARQUET, columnar.ORC, csv.FORMAT, json.FORMAT, text.FORMAT, libsvm.FORMAT,
        excel.FORMAT,
    )
}  # fmt: skip


def save_files(rows: Rows, target: SaveTarget, place: Place, root: Path) -> SaveResult:
    """Write all rows; see ``docs/saving.md`` for what each mode promises.

    Raises
    ------
    DataError, OptionError : before anything is written where possible; the old content stands
    OSError : from the system, to be explained by the caller
    """
    check_files(target, place, root)
    if target.mode == "ignore" and place.exists:
        return SaveResult(str(place.path), 0, files=0, skipped=True)
    check_no_intervals(rows.schema)
    if is_one_file(target, place):
        return _save_file(rows, target, place)
    return _save_directory(rows, target, place)


def check_files(target: SaveTarget, place: Place, root: Path) -> None:
    """Refuse what is certain to fail, without looking at rows.

    Raises
    ------
    DataError, OptionError : see there
    """
    if target.mode == "errorIfExists" and place.exists:
        raise already_exists(place.written)
    if target.mode == "ignore" and place.exists:
        return
    one_file = is_one_file(target, place)
    if one_file and target.partition_by:
        raise OptionError(
            "partitionBy makes a directory, and this save makes one file",
            hint="leave partitionBy out, or save to a path without a file's ending",
        )
    _check_shape(place, one_file)
    _check_parent(place)
    if target.mode == "overwrite":
        check_replaceable(place, root)
    elif target.mode == "append" and one_file and not FORMATS[target.format_name].lengthens:
        raise DataError(
            f"rows cannot be appended to the {target.format_name} file '{place.written}'",
            hint="append to a directory: give a path that does not exist yet, without an ending",
        )


def is_one_file(target: SaveTarget, place: Place) -> bool:
    """What stands there decides first, then the option, then the path's ending."""
    form, options = FORMATS[target.format_name], _options(target)
    if form.only_one_file or options.single_file is not None:
        return form.only_one_file or bool(options.single_file)
    if place.exists:
        return not place.path.is_dir()
    if target.partition_by or options.file_num is not None:
        return False
    if target.mode == "append" and not form.lengthens:
        return False
    return asks_for_file(place, form.endings)


def _options(target: SaveTarget) -> FileWrite:
    if not isinstance(target.options, FileWrite):
        raise TypeError(f"{target.format_name} needs its own record of options")
    return target.options


def _check_shape(place: Place, one_file: bool) -> None:
    if not place.exists or one_file != place.path.is_dir():
        return
    stands, wanted = ("directory", "file") if one_file else ("file", "directory")
    raise DataError(
        f"'{place.written}' is a {stands}, and this save makes a {wanted}",
        hint=f"remove it, choose another path, or set singleFile={'false' if one_file else 'true'}",
        code="exists",
    )


def _check_parent(place: Place) -> None:
    above = (folder for folder in place.path.parents if os.path.lexists(folder))
    standing = next(above, place.path)
    if not standing.is_dir():
        raise DataError(
            f"cannot save to '{place.written}': {standing} is a file, not a directory",
            hint="choose another path",
        )
    if not os.access(standing, os.W_OK | os.X_OK):
        raise DataError(
            f"cannot save to '{place.written}': {standing} may not be written to",
            hint="save to a directory that you may write to",
        )


def _save_file(rows: Rows, target: SaveTarget, place: Place) -> SaveResult:
    form = FORMATS[target.format_name]
    options = _with_compression_of(place, _options(target))
    form.check(rows.schema, options)
    lengthens = target.mode == "append" and place.exists
    if lengthens:
        check_same_columns(place, form.name, rows.schema, options)
    finished = (
        lengthened_file(place.path)
        if lengthens
        else new_file(place.path, replace=target.mode == "overwrite")
    )
    with finished as staged:
        opening = Opening(staged, rows.schema, options, continues=lengthens)
        _write_all(rows, form.open(opening))
        size = staged.stat().st_size
    return SaveResult(str(place.path), rows.count, 1, size)


def _save_directory(rows: Rows, target: SaveTarget, place: Place) -> SaveResult:
    form, options = FORMATS[target.format_name], _options(target)
    columns = partition_columns(rows.schema, target.partition_by)
    schema = pa.schema([field for field in rows.schema if field.name not in columns])
    form.check(schema, options)
    if target.mode == "append" and place.exists:
        check_joins(place, form.name, schema, columns)

    def open_part(path: Path, memory_bytes: int) -> RowWriter:
        return form.open(Opening(path, schema, options, memory_bytes))

    with _finished_directory(target, place) as staged:
        _write_all(rows, _parts(staged, columns, form, options, open_part))
        sizes = [path.stat().st_size for path in staged.rglob("*") if path.is_file()]
    return SaveResult(str(place.path), rows.count, len(sizes), sum(sizes))


@contextmanager
def _finished_directory(target: SaveTarget, place: Place) -> Iterator[Path]:
    if target.mode == "append" and place.exists:
        with appended_files(place.path) as staged:
            yield staged
    else:
        with new_directory(place.path, replace=target.mode == "overwrite") as staged:
            yield staged


def _parts(
    folder: Path,
    columns: tuple[str, ...],
    form: FileFormat,
    options: FileWrite,
    open_part: Opener,
) -> PartFiles | PartitionedFiles:
    unique = token()
    ending = COMPRESSIONS.get(_whole_file_compression(form, options), "")

    def name(number: int) -> str:
        return f"part-{number:05}-{unique}{form.endings[0]}{ending}"

    if columns:
        return PartitionedFiles(folder, columns, name, open_part)
    return PartFiles(folder, name, open_part, options.file_num)


def _write_all(rows: Rows, writer: RowWriter) -> None:
    with closing(writer):
        for batch in rows:
            writer.write(batch)
            crash_point("save.batch")


def _whole_file_compression(form: FileFormat, options: FileWrite) -> str:
    """Formats that cannot be lengthened compress inside the file, and their name says nothing."""
    return str(getattr(options, "compression", "none")) if form.lengthens else "none"


def _with_compression_of(place: Place, options: FileWrite) -> FileWrite:
    """``out/t.csv.gz`` is compressed, or its name would lie to the next reader."""
    if getattr(options, "compression", None) != "none":
        return options
    for compression, ending in COMPRESSIONS.items():
        if place.path.name.casefold().endswith(ending):
            return options.model_copy(update={"compression": compression})
    return options
