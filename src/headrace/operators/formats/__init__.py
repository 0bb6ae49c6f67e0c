"""File formats, inline texts and databases: the typed options of each, one file a format."""

from headrace.operators.formats.base import (
    CompressedWrite,
    FileRead,
    FileWrite,
    Format,
    NoOptions,
)
from headrace.operators.formats.registry import (
    LATER,
    find,
    is_readable,
    is_writable,
    names,
    read_options,
    readable_names,
    writable_names,
    write_options,
)

__all__ = [
    "LATER", "CompressedWrite", "FileRead", "FileWrite", "Format", "NoOptions",
    "find", "is_readable", "is_writable", "names", "read_options", "readable_names",
    "writable_names", "write_options",
]  # fmt: skip
