"""LIBSVM's sparse text: ``label index:value …``, indices from 1, noughts left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from headrace.engines.writers.base import FileFormat, Opening
from headrace.engines.writers.text_files import TextFile
from headrace.errors import DataError, suggest
from headrace.operators.formats.libsvm import LibsvmWrite


class LibsvmWriter:
    """One row a line; a vector is an array of numbers or the sparse struct."""

    def __init__(self, opening: Opening) -> None:
        self._options: LibsvmWrite = opening.options
        self._file = TextFile(opening.path, compression=self._options.compression)
        self._row = 0

    def write(self, batch: pa.RecordBatch) -> None:
        labels = _column(batch, self._options.label_col).to_pylist()
        vectors = _column(batch, self._options.features_col).to_pylist()
        lines = []
        for label, vector in zip(labels, vectors, strict=True):
            self._row += 1
            if label is None or vector is None:
                raise DataError(
                    f"libsvm has no null, and row {self._row} has one",
                    hint="filter such rows, or fill the value in, before saving",
                )
            lines.append(" ".join([_number(label), *_entries(vector)]))
        self._file.write("".join(f"{line}\n" for line in lines).encode())

    def close(self) -> None:
        self._file.close()


def _entries(vector: Any) -> Iterable[str]:
    if isinstance(vector, dict):
        pairs: Iterable[tuple[int, Any]] = sorted(
            zip(vector["indices"], vector["values"], strict=True)
        )
    else:
        pairs = enumerate(vector)
    return (f"{index + 1}:{_number(value)}" for index, value in pairs if value)


def _number(value: float) -> str:
    """Whole numbers without a fraction, others with all digits that matter."""
    number = float(value)
    return str(int(number)) if number.is_integer() else repr(number)


def _column(batch: pa.RecordBatch, name: str) -> pa.Array:
    return batch.column(_position(batch.schema, name))


def _position(schema: pa.Schema, name: str) -> int:
    folded = [known.casefold() for known in schema.names]
    if name.casefold() not in folded:
        raise DataError(
            f"libsvm needs a column '{name}'",
            hint=suggest(name, schema.names, "columns"),
            code="unknown-column",
        )
    return folded.index(name.casefold())


def _check(schema: pa.Schema, options: LibsvmWrite) -> None:
    label = schema.field(_position(schema, options.label_col))
    features = schema.field(_position(schema, options.features_col))
    if not _is_number(label.type):
        raise DataError(
            f"libsvm needs a number as the label, and '{label.name}' is {label.type}",
            hint="StringIndex makes numbers of texts",
            code="column-type",
        )
    if not _is_vector(features.type):
        raise DataError(
            f"libsvm needs a vector, and '{features.name}' is {features.type}",
            hint="array(a, b, …) makes a vector of number columns",
            code="column-type",
        )


def _is_number(type_: pa.DataType) -> bool:
    kinds = pa.types
    return any(
        is_kind(type_) for is_kind in (kinds.is_integer, kinds.is_floating, kinds.is_decimal)
    )


def _is_vector(type_: pa.DataType) -> bool:
    if pa.types.is_struct(type_):
        names = {type_.field(index).name for index in range(type_.num_fields)}
        return names >= {"indices", "values"}
    return bool(pa.types.is_list(type_)) and _is_number(type_.value_type)


FORMAT = FileFormat("libsvm", (".libsvm", ".svm"), LibsvmWriter, _check, lengthens=True)
