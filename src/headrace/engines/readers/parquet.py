"""Apache Parquet: footers are checked here; engines read the files themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from headrace.engines.readers.base import InputFile, Reader, Reading
from headrace.engines.readers.lattice import TypesDiffer, join
from headrace.engines.readers.merging import check_columns, types_differ
from headrace.engines.types import spark_table
from headrace.errors import DataError


class ParquetReader(Reader):
    """For files whose columns must be brought together; others are not copied."""

    typed = True
    open_columns = False

    def read(self, file: InputFile, reading: Reading) -> Iterator[pa.Table]:
        try:
            with pq.ParquetFile(file.place) as source:
                yield spark_table(source.schema_arrow.empty_table())
                for batch in source.iter_batches():
                    yield spark_table(pa.Table.from_batches([batch]))
        except (pa.ArrowInvalid, OSError) as error:
            raise _not_parquet(file, error) from error


def footer(file: InputFile) -> pq.FileMetaData:
    """The footer of a file.

    Raises
    ------
    DataError : it is no Parquet file, or not a whole one
    """
    try:
        return pq.read_metadata(file.place)
    except (pa.ArrowInvalid, OSError) as error:
        raise _not_parquet(file, error) from error


def common_schema(
    files: Sequence[InputFile], footers: Sequence[pq.FileMetaData], *, merge: bool
) -> tuple[pa.Schema, bool]:
    """The columns of all files together, and whether every file has exactly those.

    Raises
    ------
    DataError : a file lacks a column or has another (unless ``merge``), or types differ
    """
    schemas = [footer.schema.to_arrow_schema().remove_metadata() for footer in footers]
    known = {field.name: field.type for field in schemas[0]}
    for file, schema in zip(files, schemas, strict=True):
        if not merge:
            check_columns(list(known), schema.names, file.label)
        for field in schema:
            before = known.get(field.name, pa.null())
            try:
                known[field.name] = join(before, field.type, typed=True)
            except TypesDiffer as error:
                raise types_differ(field.name, file.label, field.type, before) from error
    common = pa.schema(list(known.items()))
    # Order counts too: an engine may match the columns of several files by position.
    return common, all(_same(schema, common) for schema in schemas)


def _same(schema: pa.Schema, common: pa.Schema) -> bool:
    return bool(schema.names == common.names and schema.types == common.types)


def _not_parquet(file: InputFile, error: Exception) -> DataError:
    reason = "it is empty" if not file.size else str(error).splitlines()[0]
    return DataError(
        f"'{file.label}' is not a whole Parquet file: {reason}",
        hint="is it of another format, or was its writing cut off?",
        code="not-parquet",
    )
