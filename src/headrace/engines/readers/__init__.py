"""Readers of formats, one file each; only those that are asked for are imported."""

from __future__ import annotations

import importlib

from headrace.engines.readers.base import InputFile, Reader, Reading, Warn

__all__ = ["InputFile", "Reader", "Reading", "Warn", "reader_of"]

_READERS = {
    "binaryFile": ("binary_file", "BinaryFileReader"),
    "csv": ("csv", "CsvReader"),
    "csvStr": ("csv", "CsvReader"),
    "delta": ("parquet", "ParquetReader"),
    "excel": ("excel", "ExcelReader"),
    "json": ("json", "JsonReader"),
    "jsonStr": ("json", "JsonReader"),
    "libsvm": ("libsvm", "LibsvmReader"),
    "orc": ("orc", "OrcReader"),
    "parquet": ("parquet", "ParquetReader"),
    "script": ("script", "ScriptReader"),
    "text": ("text", "TextReader"),
}


def reader_of(format_name: str) -> Reader:
    """The reader of a format, which is declared in ``operators.formats``."""
    module, name = _READERS[format_name]
    loaded = importlib.import_module(f"headrace.engines.readers.{module}")
    made: Reader = getattr(loaded, name)()
    return made
