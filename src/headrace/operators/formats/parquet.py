"""Apache Parquet, which both engines read directly."""

from __future__ import annotations

from typing import Literal

from headrace.operators.formats.base import FileRead, FileWrite, Format
from headrace.operators.options import parameter


class ParquetRead(FileRead):
    """Options of ``load parquet``."""


class ParquetWrite(FileWrite):
    """Options of ``save … as parquet``."""

    compression: Literal["snappy", "gzip", "zstd", "lz4", "none"] = parameter(
        "snappy", "codec", title="how the column chunks are compressed"
    )


FORMAT = Format("parquet", "Apache Parquet", "files", ParquetRead, ParquetWrite)
