"""What a format declares, and the options that several formats share."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator

from headrace.operators.options import Options, parameter

Kind = Literal["files", "text", "database"]


class NoOptions(Options):
    """The record of a format that takes no options."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, what its paths mean, and its records of options.

    ``kind`` says what a path is: ``files`` on a file system, ``text`` for the text of a
    variable, ``database`` for a table or a connection. ``read`` or ``write`` is None where
    the format can only be written or only be read.
    """

    name: str
    title: str
    kind: Kind
    read: type[Options] | None = None
    write: type[Options] | None = None


class FileRead(Options):
    """What every format that reads files understands."""

    path_glob_filter: str | None = parameter(
        None, title="keep only files whose name matches this pattern, such as *.csv"
    )
    recursive_file_lookup: bool = parameter(
        False, "recursive", title="also read the folders below, without partition columns"
    )
    merge_schema: bool = parameter(
        False, title="allow files to lack columns that others have; they are null there"
    )


class FileWrite(Options):
    """What every format that writes files understands."""

    file_num: int | None = parameter(
        None,
        "numFiles",
        ge=1,
        title="how many files to write in a directory; None lets the engine choose",
    )
    single_file: bool | None = parameter(
        None,
        "oneFile",
        title="write one file instead of a directory; None: if the path ends as such a file does",
    )


class CompressedWrite(FileWrite):
    """Text formats, which a whole-file compression may wrap."""

    compression: Literal["none", "gzip", "bz2", "zstd"] = parameter(
        "none", "codec", title="how the files are compressed"
    )


def _read_encoding(name: str) -> str:
    """The codec's own name. GB2312 and GBK mean GB18030, their superset, as in browsers:
    files that are called GBK hold characters of the larger set often enough."""
    try:
        known = codecs.lookup(name).name
    except LookupError:
        raise ValueError(
            "unknown encoding; common ones: utf-8, gbk, gb18030, big5, utf-16, iso-8859-1"
        ) from None
    return "gb18030" if known in {"gb2312", "gbk"} else known


def _read_character(value: object) -> object:
    r"""``\t`` and ``tab`` as the character that they name; text blocks know no escapes."""
    if not isinstance(value, str):
        return value
    return {r"\t": "\t", "tab": "\t", r"\u0001": "\x01", r"\x01": "\x01"}.get(value, value)


def _is_one_character(value: str) -> str:
    if len(value) != 1 or ord(value) > 127 or value in "\r\n":
        raise ValueError("one ASCII character is needed")
    return value


def _is_at_most_one(value: str) -> str:
    return value if value == "" else _is_one_character(value)


Encoding = Annotated[str, AfterValidator(_read_encoding)]
"""A character encoding by any of its names."""

Character = Annotated[str, BeforeValidator(_read_character), AfterValidator(_is_one_character)]
"""One ASCII character."""

OptionalCharacter = Annotated[
    str, BeforeValidator(_read_character), AfterValidator(_is_at_most_one)
]
"""One ASCII character, or an empty text for none."""
