"""Finding a format by its name. Only the formats that are asked for are imported."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from pathlib import Path
from typing import Any

from headrace.errors import OptionError, suggest
from headrace.operators.formats.base import Format
from headrace.operators.options import Options, fold

LATER = {
    "image": "read the files with binaryFile",
    "hive": "save the table as Parquet and load that",
    "mongo": "export the collection as JSON lines and load that",
    "es": "export the index as JSON lines and load that",
    "elasticsearch": "export the index as JSON lines and load that",
    "redis": "export the keys as CSV and load that",
    "hbase": "export the table as Parquet and load that",
    "solr": "export the collection as JSON lines and load that",
    "kafka": "load a file of the records",
    "adHocKafka": "load a file of the records",
    "kafka8": "load a file of the records",
    "kafka9": "load a file of the records",
    "mockStream": "load a file of the records",
    "webConsole": "save the table as a file",
}
"""Formats that parse and are not available in this version, each with what to do meanwhile."""

_OWN_MODULES = {"base", "registry"}


def find(name: str) -> Format:
    """The format called ``name``, whatever its case.

    Raises
    ------
    OptionError : unknown (``unknown-format``, with the nearest names), or one of a later
        version (``not-available``)
    """
    later = {fold(known): known for known in LATER}.get(fold(name))
    if later is not None:
        raise OptionError(
            f"format '{later}' is not available in this version",
            hint=LATER[later],
            code="not-available",
        )
    module = _modules().get(fold(name))
    if module is None:
        raise OptionError(
            f"unknown format '{name}'",
            hint=suggest(name, names(), "formats"),
            code="unknown-format",
        )
    return _load(module)


def read_options(name: str) -> type[Options]:
    """The record of options for loading a format.

    Raises
    ------
    OptionError : unknown, of a later version, or only written
    """
    found = find(name)
    if found.read is None:
        raise OptionError(
            f"format '{found.name}' cannot be loaded",
            hint=suggest(name, readable_names(), "formats"),
            code="unknown-format",
        )
    return found.read


def write_options(name: str) -> type[Options]:
    """The record of options for saving as a format.

    Raises
    ------
    OptionError : unknown, of a later version, or only read
    """
    found = find(name)
    if found.write is None:
        raise OptionError(
            f"a table cannot be saved as '{found.name}'",
            hint=suggest(name, writable_names(), "formats"),
            code="unknown-format",
        )
    return found.write


def names() -> tuple[str, ...]:
    """All formats of this version."""
    return tuple(sorted((_load(module).name for module in _modules().values()), key=str.casefold))


def is_readable(name: str) -> bool:
    return find(name).read is not None


def is_writable(name: str) -> bool:
    return find(name).write is not None


def readable_names() -> tuple[str, ...]:
    return tuple(name for name in names() if is_readable(name))


def writable_names() -> tuple[str, ...]:
    return tuple(name for name in names() if is_writable(name))


@cache
def _modules() -> dict[str, str]:
    """Folded format name → module; a module is called as its format, so none is imported."""
    here = str(Path(__file__).parent)
    found = (module.name for module in pkgutil.iter_modules([here]))
    return {fold(module): module for module in found if module not in _OWN_MODULES}


@cache
def _load(module: str) -> Format:
    loaded: Any = importlib.import_module(f"headrace.operators.formats.{module}")
    declared: Format = loaded.FORMAT
    return declared
