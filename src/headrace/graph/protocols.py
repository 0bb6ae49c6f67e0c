"""The ports that other rooms fill: engines, sources and sinks. Models' are in ``models``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from headrace.graph.facts import Facts
from headrace.graph.schema import Schema
from headrace.graph.step import Json

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

SaveMode = Literal["overwrite", "append", "errorIfExists", "ignore"]


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What is known of a source before it is read.

    ``schema`` is None where it cannot be known without reading everything; ``sampled`` says
    that its types are those of the first rows, and that later ones may need wider types.
    ``fingerprint`` identifies the data (path, size, mtime, options); ``warnings`` are messages
    with hints on what looks wrong.
    """

    schema: Schema | None
    facts: Facts = field(default_factory=Facts)
    fingerprint: Json = None
    sampled: bool = False
    warnings: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class SaveResult:
    """What a save wrote: where, how many rows, files and bytes."""

    path: str
    rows: int
    files: int = 1
    data_bytes: int | None = None
    skipped: bool = False


class OptionRecord(Protocol):
    """Typed options of a format, as ``operators.formats`` declares them."""

    def model_dump(self) -> dict[str, object]: ...


@dataclass(frozen=True, slots=True)
class SaveTarget:
    """Where and how a table is saved."""

    format_name: str
    path: str
    mode: SaveMode
    options: OptionRecord
    partition_by: tuple[str, ...] = ()


class Analyzer(Protocol):
    """Gives the types of an SQL query without running it."""

    def query_schema(self, sql: str, tables: Mapping[str, Schema]) -> Schema:
        """The columns of ``sql`` over tables of these schemas.

        Raises
        ------
        CheckError : where the engine refuses the query; the message is ours, never the engine's
        """


class Tables(Protocol):
    """One session of an engine: isolated views, functions and settings.

    A frame is lazy; only ``collect``, ``batches``, ``write_*``, ``command`` and ``stage`` work.
    Every method raises ``RunError`` or ``Cancelled`` with a message of ours.
    """

    @property
    def engine(self) -> str:
        """``embedded`` or ``spark``."""

    def sql(self, text: str) -> DataFrame:
        """A query over the session's views."""

    def table(self, view: str) -> DataFrame: ...

    def from_arrow(self, table: pa.Table) -> DataFrame:
        """A small table that lives in the client (at most some megabytes)."""

    def from_rows(self, rows: Sequence[Mapping[str, Json]], schema: Schema) -> DataFrame:
        """A small table of plain values; it may be empty."""

    def read_parquet(self, paths: Sequence[str]) -> DataFrame: ...

    def schema(self, frame: DataFrame) -> Schema: ...

    def create_view(self, name: str, frame: DataFrame) -> None:
        """Name a frame for later SQL; what ``frame`` means is fixed now."""

    def drop_view(self, name: str) -> None: ...

    def collect(self, frame: DataFrame, limit: int | None = None) -> pa.Table:
        """All rows (or the first ``limit``) as one Arrow table."""

    def batches(self, frame: DataFrame) -> Iterator[pa.RecordBatch]:
        """The rows as they come, without holding them all."""

    def write_arrow(self, frame: DataFrame, path: Path) -> int:
        """Stream the rows into one Arrow IPC file that can be memory-mapped; the row count."""

    def stage(self, frame: DataFrame, name: str) -> DataFrame:
        """Compute a frame once into the session's staging place, and read it from there."""

    def staged_facts(self, name: str) -> Facts | None:
        """The measured size of a table that ``stage`` wrote; None where it wrote none."""

    def command(self, sql: str) -> None:
        """Run a statement for its effect (insert, create, drop, refresh)."""

    def register_function(
        self,
        name: str,
        function: Callable[..., pa.Array],
        argument_types: Sequence[str],
        return_type: str,
    ) -> None:
        """Make a vectorised function usable in SQL: Arrow arrays in, one Arrow array out."""

    def set_conf(self, key: str, value: str) -> None: ...

    def cancel(self) -> None:
        """Stop whatever runs in this session; callable from another thread."""

    def close(self) -> None: ...


class Sources(Protocol):
    """Where tables come from. Formats and their options are declared in ``operators.formats``."""

    def describe(self, format_name: str, path: str, options: OptionRecord) -> SourceInfo:
        """What can be known without reading more than a header (DESIGN 1.2).

        Raises
        ------
        DataError : when the source is missing, unreadable or of another format
        """

    def open(self, format_name: str, path: str, options: OptionRecord, tables: Tables) -> DataFrame:
        """The source as a frame of that engine session."""


class Sinks(Protocol):
    """Where tables go. A save is seen whole or not at all."""

    def save(self, frame: DataFrame, target: SaveTarget, tables: Tables) -> SaveResult:
        """Write all rows of ``frame``.

        Raises
        ------
        DataError : where the target exists and the mode forbids it, or writing failed; then
            what stood there before still stands
        """

    def check(self, target: SaveTarget) -> None:
        """Refuse what will certainly fail: a place that exists, cannot be written, is unknown.

        Raises
        ------
        DataError : with what exists and what to do
        """

    def execute(self, statements: Sequence[str], options: OptionRecord) -> tuple[int, ...]:
        """Run statements in a database's own SQL, in one transaction; the rows each changed.

        Raises
        ------
        DataError : no connection, or a refused statement
        """
