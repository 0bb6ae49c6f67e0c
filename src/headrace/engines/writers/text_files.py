"""Text on its way into a file: encoded, compressed."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from headrace.errors import DataError

COMPRESSIONS = {"gzip": ".gz", "bz2": ".bz2", "zstd": ".zst"}
"""Compressions of whole files and the ending that each adds to a file's name."""


class _Bytes(Protocol):
    def write(self, data: bytes, /) -> object: ...

    def close(self) -> None: ...


class TextFile:
    """A file that takes UTF-8 text as bytes and stores it in another encoding.

    Parameters
    ----------
    path : the file; it may exist, and is emptied
    encoding : a codec's name
    compression : a key of ``COMPRESSIONS``, or ``none``

    Raises
    ------
    DataError : by ``write``, where the encoding lacks a character
    """

    def __init__(self, path: Path, encoding: str = "utf-8", compression: str = "none") -> None:
        self._encoding = encoding
        self._encoder = codecs.getincrementalencoder(encoding)()
        self._file: _Bytes = (
            path.open("wb", buffering=1 << 20)
            if compression == "none"
            else pa.CompressedOutputStream(pa.OSFile(str(path), "wb"), compression)
        )

    def write(self, text: bytes) -> None:
        self._file.write(text if self._encoding == "utf-8" else self._encoded(text))

    def close(self) -> None:
        self._file.close()

    def _encoded(self, text: bytes) -> bytes:
        try:
            return self._encoder.encode(text.decode())
        except UnicodeEncodeError as error:
            character = error.object[error.start]
            raise DataError(
                f"the character '{character}' (U+{ord(character):04X}) does not exist in "
                f"the encoding {self._encoding}",
                hint='save with encoding="utf-8"',
            ) from error
