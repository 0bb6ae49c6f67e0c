"""From stored bytes to blocks of whole records in UTF-8, a bounded part at a time."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import pyarrow as pa

from headrace.engines.readers.base import InputFile
from headrace.errors import DataError

MAX_RECORD_BYTES = 64 << 20
"""A longer line or record is taken for damage: a quote left open, or a file of another kind."""

COMPRESSIONS = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\x28\xb5\x2f\xfd": "zstd"}
"""Leading bytes of what is unpacked on the way; the file's name does not matter."""

OTHER_KINDS = {
    b"PAR1": ("a Parquet file", "load it as parquet"),
    b"ORC": ("an ORC file", "load it as orc"),
    b"PK\x03\x04": ("a zip archive or a spreadsheet", "load a spreadsheet as excel; unzip others"),
    b"\xd0\xcf\x11\xe0": ("an old Office document", "load a spreadsheet as excel"),
    b"%PDF": ("a PDF", "export its table as CSV"),
    b"\x7fELF": ("a program", "load the data file instead"),
}


@dataclass(frozen=True, slots=True)
class Block:
    """Whole records; ``first_line`` counts from 1 in the file."""

    data: bytes
    first_line: int
    is_last: bool

    def line_at(self, offset: int) -> int:
        """The line of the byte at ``offset``."""
        return self.first_line + self.data.count(b"\n", 0, offset)


def text_chunks(file: InputFile, encoding: str, size: int) -> Iterator[bytes]:
    """The text in UTF-8, about ``size`` bytes at a time, without a byte-order mark.

    Raises
    ------
    DataError : the bytes are not of that encoding (with the offset), not text, or damaged
    """
    with file.open() as stored:
        raw = _unpacked_chunks(file, stored, size)
        chunks = _checked_utf8(file, raw) if encoding == "utf-8" else _decoded(file, raw, encoding)
        is_first = True
        for chunk in chunks:
            yield chunk.removeprefix(codecs.BOM_UTF8) if is_first else chunk
            is_first = is_first and not chunk


def _unpacked_chunks(file: InputFile, stored: BinaryIO, size: int) -> Iterator[bytes]:
    head = stored.read(6)
    stored.seek(0)
    for magic, (what, advice) in OTHER_KINDS.items():
        if head.startswith(magic):
            raise DataError(f"'{file.label}' is {what}, not text", hint=advice)
    packed = next((name for magic, name in COMPRESSIONS.items() if head.startswith(magic)), None)
    source = pa.CompressedInputStream(stored, packed) if packed else stored
    try:
        while chunk := source.read(size):
            yield chunk
    except OSError as error:
        raise DataError(
            f"'{file.label}' cannot be read to its end: {error}",
            hint=f"its {packed} data is cut off or damaged" if packed else None,
        ) from error


def _checked_utf8(file: InputFile, chunks: Iterable[bytes]) -> Iterator[bytes]:
    offset, pending = 0, b""
    for chunk in chunks:
        data = pending + chunk
        try:
            _, used = codecs.utf_8_decode(data, "strict", False)
        except UnicodeDecodeError as error:
            raise _not_encoded(file, "utf-8", offset + error.start, data) from error
        yield data[:used]
        offset, pending = offset + used, data[used:]
    if pending:
        raise _not_encoded(file, "utf-8", offset, pending)


def _decoded(file: InputFile, chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)()
    offset, chunk = 0, b""
    try:
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
            offset += len(chunk)
        chunk = b""
        yield decoder.decode(b"", final=True).encode()
    except UnicodeDecodeError as error:
        place = max(0, offset + len(chunk) - len(error.object) + error.start)
        raise _not_encoded(file, encoding, place, chunk) from error


def _not_encoded(file: InputFile, encoding: str, offset: int, data: bytes) -> DataError:
    return DataError(
        f"'{file.label}' is not {encoding}: byte {offset:,} cannot be decoded",
        hint=f'try encoding="{_likely_encoding(data, encoding)}"',
        code="encoding",
    )


def _likely_encoding(data: bytes, refused: str) -> str:
    """What text that is not of the ``refused`` encoding may be instead."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    candidates = {"utf-8": "utf-8", "gb18030": "gbk", "big5": "big5"}
    candidates.pop(refused, None)
    for codec, name in candidates.items():
        try:
            codecs.getincrementaldecoder(codec)().decode(data)
        except UnicodeDecodeError:
            continue
        return name
    return "iso-8859-1"


def with_line_feeds(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The text, with LF for CR where it has no LF, as old Mac files."""
    only_returns: bool | None = None
    for chunk in chunks:
        if only_returns is None and chunk:
            only_returns = b"\r" in chunk and b"\n" not in chunk
        yield chunk.replace(b"\r", b"\n") if only_returns else chunk


def without_first_lines(chunks: Iterable[bytes], count: int) -> Iterator[bytes]:
    """The text after its first ``count`` lines."""
    for chunk in chunks:
        start = 0
        while count and (found := chunk.find(b"\n", start)) >= 0:
            start, count = found + 1, count - 1
        if not count:
            yield chunk[start:]


def without_last_lines(chunks: Iterable[bytes], count: int) -> Iterator[bytes]:
    """The text before its last ``count`` lines; a last line needs no line break."""
    if not count:
        yield from chunks
        return
    held = b""
    for chunk in chunks:
        held += chunk
        cut = len(held)
        for _ in range(count + 1):
            cut = max(0, held.rfind(b"\n", 0, cut))
        yield held[: cut + 1] if cut else b""
        held = held[cut + 1 :] if cut else held
    yield b"".join(_lines(held)[:-count])


def _lines(text: bytes) -> list[bytes]:
    """Lines with their breaks; ``splitlines`` would also part at other control characters."""
    lines = [line + b"\n" for line in text.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def blocks_of(
    file: InputFile,
    chunks: Iterable[bytes],
    record_end: Callable[[bytes], int],
    first_line: int = 1,
) -> Iterator[Block]:
    """The text cut after whole records.

    Parameters
    ----------
    record_end : offset after the last whole record of a text that starts with one, or 0
    first_line : number of the line that the text starts in
    """
    held, line = b"", first_line
    for chunk, is_last in _with_last(chunks):
        held += chunk
        end = 0 if is_last else record_end(held)
        if end:
            yield Block(held[:end], line, is_last=False)
            line += held.count(b"\n", 0, end)
            held = held[end:]
        if len(held) > MAX_RECORD_BYTES:
            raise DataError(
                f"the record that begins in line {line} of '{file.label}' is longer than "
                f"{MAX_RECORD_BYTES >> 20} MB",
                hint="a quote may be left open there, or the file is of another format",
            )
    if held:
        yield Block(held, line, is_last=True)


def _with_last(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each chunk, and whether it is the last; one without text counts as none."""
    held: bytes | None = None
    for chunk in filter(None, chunks):
        if held is not None:
            yield held, False
        held = chunk
    if held is not None:
        yield held, True


def last_line_end(data: bytes) -> int:
    """The ``record_end`` of texts in which every line is a record."""
    return data.rfind(b"\n") + 1
