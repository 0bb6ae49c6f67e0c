"""What readers take and give: files in, Arrow tables out, a bounded part of the data at a time."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import pyarrow as pa

from headrace.errors import DataError

Warn = Callable[[str, str | None], None]
"""Receives a message and a hint."""

READ_BYTES = 16 << 20
"""How much of a text is parsed at a time; memory is a small multiple of it."""

SAMPLE_BYTES = 1 << 20
"""How much of a text is read to know its columns before a run."""


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file of a source, or the text of a variable in the place of one.

    ``partition`` holds the values that the folders above it give, as in ``day=2024-05-01``.
    """

    label: str
    size: int
    mtime_ns: int = 0
    path: Path | None = None
    text: bytes = b""
    partition: tuple[tuple[str, str | None], ...] = ()

    @classmethod
    def at(cls, path: Path, partition: tuple[tuple[str, str | None], ...] = ()) -> InputFile:
        """The file at ``path``, which exists."""
        status = path.stat()
        return cls(str(path), status.st_size, status.st_mtime_ns, path, b"", partition)

    @classmethod
    def of_text(cls, text: str, label: str) -> InputFile:
        data = text.encode(errors="replace")
        return cls(label, len(data), text=data)

    def open(self) -> BinaryIO:
        """The bytes as they are stored.

        Raises
        ------
        DataError : the file is gone or must not be read
        """
        if self.path is None:
            return io.BytesIO(self.text)
        try:
            return self.path.open("rb")
        except PermissionError as error:
            raise DataError(
                f"'{self.label}' must not be read by this user", hint="change its permissions"
            ) from error
        except OSError as error:
            raise DataError(f"'{self.label}' cannot be opened: {error.strerror}") from error

    @property
    def place(self) -> Path:
        """Where the file is, for libraries that open files themselves.

        Raises
        ------
        DataError : it must not be read
        """
        self.open().close()
        assert self.path is not None, "only files on disk are read by path"
        return self.path


@dataclass(frozen=True, slots=True)
class Reading:
    """One pass over the files of a source.

    ``types`` are what columns are known to need at least: texts must be kept as texts. In the
    ``final`` pass every column has exactly its type, since all values were seen before.
    """

    options: Any
    warn: Warn = lambda _message, _hint: None
    block_bytes: int = READ_BYTES
    types: Mapping[str, pa.DataType] = field(default_factory=dict)
    final: bool = False

    def knowing(self, types: Mapping[str, pa.DataType]) -> Reading:
        return replace(self, types=types)


class Misfit(Exception):  # noqa: N818 - a signal between a reader and the one who asked it
    """A value does not fit the type that a column was thought to have: it must become text."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


class Reader(Protocol):
    """Reads one format. Memory is bounded by ``Reading.block_bytes``, not by the file.

    ``typed`` formats store the types of their columns, so that types never become text to
    agree; ``open_columns`` formats have records with fields of their own, so that new columns
    are no fault.
    """

    typed: bool
    open_columns: bool

    def prepare(self, files: Sequence[InputFile], reading: Reading) -> Reading:
        """What must be known of all files before the first is read."""
        return reading

    def read(self, file: InputFile, reading: Reading) -> Iterator[pa.Table]:
        """The rows as tables, at least one (which may be without rows) and with columns.

        A column of nulls alone may have Arrow's null type, and types may differ from table
        to table until ``Reading.final``.

        Raises
        ------
        DataError : the file is not readable as this format, with the line where that is known
        Misfit : in the final pass only
        """
