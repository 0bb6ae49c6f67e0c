"""Apache ORC."""

from __future__ import annotations

from typing import Literal

from headrace.operators.formats.base import FileRead, FileWrite, Format
from headrace.operators.options import parameter


class OrcRead(FileRead):
    """Options of ``load orc``."""


class OrcWrite(FileWrite):
    """Options of ``save … as orc``."""

    compression: Literal["none", "snappy", "zlib", "zstd", "lz4"] = parameter(
        "zstd", "codec", title="how the stripes are compressed"
    )


FORMAT = Format("orc", "Apache ORC", "files", OrcRead, OrcWrite)
