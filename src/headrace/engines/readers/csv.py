"""Comma-separated values: our own records and lines around pyarrow's parser."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.csv as pacsv

from headrace.engines.readers import bad_rows
from headrace.engines.readers.base import InputFile, Misfit, Reader, Reading
from headrace.engines.readers.inference import as_found, must_be_text
from headrace.engines.readers.names import header_names, nameless, positional
from headrace.engines.readers.quotes import (
    Dialect,
    first_broken_line,
    first_record_end,
    last_record_end,
    quoted_parts,
)
from headrace.engines.readers.streams import (
    Block,
    blocks_of,
    text_chunks,
    with_line_feeds,
    without_first_lines,
    without_last_lines,
)
from headrace.errors import DataError
from headrace.operators.formats.csv import CsvRead

MAX_COLUMNS = 20_000
"""A record of more fields is taken for a wrong delimiter or a file of another kind."""

OTHER_DELIMITERS = {";": ";", "\t": "\\t", "|": "|", ",": ",", "\x01": "\\x01"}
"""What else may part fields, and how an option writes it."""

TRUE = ["true", "True", "TRUE"]
FALSE = ["false", "False", "FALSE"]


class CsvReader(Reader):
    """Reads csv and csvStr. Types are found block by block, see ``lattice``."""

    typed = False
    open_columns = False

    def read(self, file: InputFile, reading: Reading) -> Iterator[pa.Table]:
        options: CsvRead = reading.options
        dialect = _dialect(options)
        blocks = blocks_of(
            file,
            _text(file, options, reading.block_bytes),
            lambda data: last_record_end(data, dialect),
            options.skip_first_n_lines + 1,
        )
        first = next((block for block in blocks if not _is_blank(block.data)), None)
        if first is None:
            raise DataError(
                f"'{file.label}' is empty: no columns can be known from it",
                hint="write a header line into it, or leave it out",
                code="empty-source",
            )
        names, rest = _header(file, first, options, dialect, reading)
        parser = _Parser(file, reading, options, dialect, tuple(names))
        yield from parser.tables(_chained(rest, blocks))
        parser.counts.warn(reading.warn, file.label)


@dataclass
class _Parser:
    """Parses the blocks of one file; learns which of its columns must be text."""

    file: InputFile
    reading: Reading
    options: CsvRead
    dialect: Dialect
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        self.counts = bad_rows.Counts()
        self.known = {n: t for n, t in self.reading.types.items() if n in set(self.names)}
        if not self.options.infer_schema:
            self.known = dict.fromkeys(self.names, pa.string())
        elif not self.reading.final:
            self.known = {n: t for n, t in self.known.items() if pa.types.is_string(t)}

    def tables(self, blocks: Iterable[Block]) -> Iterator[pa.Table]:
        for block in blocks:
            self._check_quotes(block)
            yield self._table(block)

    def _table(self, block: Block) -> pa.Table:
        table = self._parsed(block)
        if self.reading.final or not self.options.infer_schema:
            return table
        texts = [name for name in self.names if must_be_text(table.column(name))]
        if texts:
            self.known |= dict.fromkeys(texts, pa.string())
            table = self._parsed(block)
        found = as_found(table)
        self.known |= {f.name: f.type for f in found.schema if pa.types.is_string(f.type)}
        return found

    def _parsed(self, block: Block) -> pa.Table:
        try:
            return self._parse(block.data)
        except pa.ArrowInvalid as error:
            column = re.match(r"In CSV column #(\d+): CSV conversion error", str(error))
            if column and self.reading.final:
                raise Misfit(self.names[int(column[1])]) from error
            if "Expected" not in str(error):
                raise self._unreadable(block, error) from error
        try:
            return self._parse(self._mended(block))
        except pa.ArrowInvalid as error:
            raise self._unreadable(block, error) from error

    def _unreadable(self, block: Block, error: Exception) -> DataError:
        return DataError(
            f"'{self.file.label}' cannot be read as csv from line {block.first_line} on: {error}",
            hint="are delimiter, quote and escape right?",
        )

    def _mended(self, block: Block) -> bytes:
        """The block without its rows of a wrong length, or with these set right."""
        bad = bad_rows.find(lambda handler: self._parse(block.data, handler))
        if self.options.bad_rows == "fail":
            raise bad_rows.failure(bad[0], block, self.file.label, self.options.delimiter)
        self.counts.note(block, bad, self.options.bad_rows)
        keep = self.options.bad_rows == "null"
        return bad_rows.mended(block.data, bad, self.options, keep=keep)

    def _parse(self, data: bytes, handler: bad_rows.Handler | None = None) -> pa.Table:
        if _is_blank(data):
            types = [(name, self.known.get(name, pa.null())) for name in self.names]
            return pa.schema(types).empty_table()
        try:
            return self._read_csv(data, 1 << 20, handler)
        except pa.ArrowInvalid as error:
            if "straddling" not in str(error) and "block size" not in str(error):
                raise
        # One record is longer than the parser's own blocks.
        return self._read_csv(data, len(data) + 1, handler)

    def _read_csv(self, data: bytes, block_size: int, handler: bad_rows.Handler | None) -> pa.Table:
        options = self.options
        return pacsv.read_csv(
            pa.BufferReader(data),
            pacsv.ReadOptions(
                column_names=list(self.names), block_size=block_size, use_threads=handler is None
            ),
            pacsv.ParseOptions(
                delimiter=options.delimiter,
                quote_char=options.quote or False,
                escape_char=_escape(options) or False,
                newlines_in_values=self.dialect.quote in data if options.quote else False,
                invalid_row_handler=handler,
            ),
            _conversions(options, self.known),
        )

    def _check_quotes(self, block: Block) -> None:
        """Refuse quotes that are never closed; the parser would swallow all lines after them."""
        if not self.dialect.quote or self.dialect.quote not in block.data:
            return
        if not block.is_last and self.options.multi_line:
            return
        quoted = quoted_parts(block.data, self.dialect)
        if quoted.left_open is not None:
            line = block.line_at(quoted.left_open)
            raise DataError(
                f"'{self.file.label}', line {line}: a quoted field begins and is never closed",
                hint='close it, double quotes that are meant, or set quote="" to read them as text',
                code="open-quote",
            )
        broken = None if self.options.multi_line else first_broken_line(block.data, quoted)
        if broken is not None:
            raise DataError(
                f"'{self.file.label}', line {block.line_at(broken)}: a quoted field goes on "
                "in the next line",
                hint="set multiLine=true if it may",
                code="open-quote",
            )


def _is_blank(data: bytes) -> bool:
    """Whether there are line breaks at most; ``strip`` alone would copy megabytes."""
    return not data or (data.isspace() and not data.strip(b"\r\n"))


def _dialect(options: CsvRead) -> Dialect:
    return Dialect(options.delimiter.encode(), options.quote.encode(), _escape(options).encode())


def _escape(options: CsvRead) -> str:
    """A quote as its own escape means doubled quotes, which are always understood."""
    return "" if options.escape == options.quote else options.escape


def _text(file: InputFile, options: CsvRead, size: int) -> Iterator[bytes]:
    chunks = text_chunks(file, "utf-8" if file.path is None else options.encoding, size)
    chunks = without_first_lines(with_line_feeds(chunks), options.skip_first_n_lines)
    chunks = without_last_lines(chunks, options.skip_last_n_lines)
    return _without_comments(chunks, options.comment.encode()) if options.comment else chunks


def _without_comments(chunks: Iterable[bytes], mark: bytes) -> Iterator[bytes]:
    """Comment lines emptied, not removed, so that lines keep their numbers."""
    comment = re.compile(rb"^" + re.escape(mark) + rb"[^\n]*", re.MULTILINE)
    held = b""
    for chunk in chunks:
        held += chunk
        end = held.rfind(b"\n") + 1
        yield comment.sub(b"", held[:end])
        held = held[end:]
    yield comment.sub(b"", held)


def _header(
    file: InputFile, block: Block, options: CsvRead, dialect: Dialect, reading: Reading
) -> tuple[list[str], Block]:
    """The column names, and the first block without the line that held them."""
    start = len(block.data) - len(block.data.lstrip(b"\r\n"))
    end = start + first_record_end(block.data[start:], dialect)
    cells = _cells(file, block.data[start:end], block.line_at(start), options)
    if len(cells) == 1:
        _doubt_delimiter(file, cells[0] or "", options, reading)
    if not options.header:
        following = _cells_after(file, block, end, options, dialect)
        if _looks_like_header(cells, following):
            reading.warn(
                f"the first line of '{file.label}' looks like a header and is read as a row",
                "set header=true if it holds the column names",
            )
        return positional(len(cells)), block
    names = header_names(cells, file.label, rename=options.rename_duplicates)
    if unnamed := nameless(cells):
        reading.warn(
            f"'{file.label}' has {len(unnamed)} column{'s' * (len(unnamed) > 1)} without a name",
            f"called {', '.join(unnamed[:8])}, as in Spark",
        )
    return names, Block(block.data[end:], block.line_at(end), block.is_last)


def _cells(file: InputFile, record: bytes, line: int, options: CsvRead) -> list[str | None]:
    count = record.count(options.delimiter.encode()) + 1
    if count > MAX_COLUMNS:
        raise DataError(
            f"line {line} of '{file.label}' has about {count:,} fields, more than {MAX_COLUMNS:,}",
            hint="is it a csv with this delimiter, and does it have line breaks?",
        )
    try:
        table = pacsv.read_csv(
            pa.BufferReader(record + b"\n"),
            pacsv.ReadOptions(autogenerate_column_names=True, block_size=len(record) + 2),
            pacsv.ParseOptions(
                delimiter=options.delimiter,
                quote_char=options.quote or False,
                escape_char=_escape(options) or False,
                newlines_in_values=True,
            ),
            _conversions(options, {f"f{i}": pa.string() for i in range(count)}),
        )
    except pa.ArrowInvalid as error:
        raise DataError(f"'{file.label}', line {line}: not a line of csv: {error}") from error
    return [column[0].as_py() for column in table.columns]


def _cells_after(
    file: InputFile, block: Block, end: int, options: CsvRead, dialect: Dialect
) -> list[str | None]:
    """The cells of the record at ``end``; none where the block ends there."""
    rest = block.data[end:]
    record = rest[: first_record_end(rest, dialect)]
    return _cells(file, record, block.line_at(end), options) if record.strip(b"\r\n") else []


def _looks_like_header(first: list[str | None], second: list[str | None]) -> bool:
    """Names without a number in the first row, and numbers in the second."""
    are_names = all(cell and not _is_number(cell) for cell in first)
    return are_names and any(cell is not None and _is_number(cell) for cell in second)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _doubt_delimiter(file: InputFile, cell: str, options: CsvRead, reading: Reading) -> None:
    """One column only, and its name holds what parts fields elsewhere."""
    others = [c for c in OTHER_DELIMITERS if c != options.delimiter and c in cell]
    if not others:
        return
    likely = OTHER_DELIMITERS[max(others, key=cell.count)]
    message = f"'{file.label}' has one column only with the delimiter '{options.delimiter}'"
    hint = f"did you mean delimiter='{likely}'? The first line is: {cell[:80]}"
    if options.header and "delimiter" not in options.model_fields_set:
        raise DataError(message, hint=hint, code="delimiter")
    reading.warn(message, hint)


def _conversions(options: CsvRead, types: dict[str, pa.DataType]) -> pacsv.ConvertOptions:
    # Fewer spellings than pyarrow's: 0 and 1 are numbers, and NA is a text unless said otherwise.
    return pacsv.ConvertOptions(
        column_types=types,
        null_values=["", *options.null_value],
        true_values=TRUE,
        false_values=FALSE,
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )


def _chained(first: Block, rest: Iterable[Block]) -> Iterator[Block]:
    yield first
    yield from rest
