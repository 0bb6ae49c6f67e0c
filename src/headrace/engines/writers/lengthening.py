"""Whether rows may be put behind those of a file that stands there."""

from __future__ import annotations

import os

import pyarrow as pa

from headrace.engines.writers.csv import header_line
from headrace.engines.writers.places import Place
from headrace.errors import DataError
from headrace.operators.formats import CompressedWrite, FileWrite
from headrace.operators.formats.csv import CsvWrite


def check_same_columns(
    place: Place, format_name: str, schema: pa.Schema, options: FileWrite
) -> None:
    """Refuse to append where lines would run together or columns would differ.

    A compressed file is taken as it is: to look into it would mean to read it all.

    Raises
    ------
    DataError : see there
    """
    is_compressed = isinstance(options, CompressedWrite) and options.compression != "none"
    if is_compressed or not place.path.stat().st_size:
        return
    if not _ends_with_line_feed(place):
        raise DataError(
            f"cannot append to '{place.written}': its last line has no end",
            hint="add a line feed at its end, or save to another path",
        )
    if isinstance(options, CsvWrite) and options.header:
        _check_header(place, schema, options)


def _ends_with_line_feed(place: Place) -> bool:
    with place.path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() == b"\n"


def _check_header(place: Place, schema: pa.Schema, options: CsvWrite) -> None:
    with place.path.open(encoding=options.encoding, errors="replace") as file:
        standing = file.readline().rstrip("\n")
    ours = header_line(schema, options).decode().rstrip("\n")
    if standing != ours:
        raise DataError(
            f"cannot append to '{place.written}': its columns are {standing}, not {ours}",
            hint="select the columns in that order, or save to another path",
            code="columns-differ",
        )
