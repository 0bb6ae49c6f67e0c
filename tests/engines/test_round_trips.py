"""What is saved reads back equal: every format of files, any values of the types that it holds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.engines.sessions import ConnectTables
from headrace.engines.sources import FileSources
from headrace.graph.step import Json
from headrace.operators import formats
from headrace.operators.options import bind
from headrace.operators.options import given as options_given
from tests.engines.writers.saving import save, target_of

Values = Mapping[str, tuple[pa.DataType, st.SearchStrategy[Any]]]

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
FLAT: Values = {
    "whole": (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "share": (pa.float64(), st.floats()),
    "flag": (pa.bool_(), st.booleans()),
    "text": (pa.string(), TEXTS),
    "day": (pa.date32(), st.dates(date(1600, 1, 1), date(9999, 12, 31))),
    "moment": (
        pa.timestamp("us", "UTC"),
        st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),
    ),
    "price": (pa.decimal128(12, 2), st.decimals(-(10**9), 10**9, places=2)),
}
NESTED: Values = {
    "short": (pa.int16(), st.integers(-(2**15), 2**15 - 1)),
    "single": (pa.float32(), st.floats(width=32)),
    "wall": (pa.timestamp("us"), st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1))),
    "list": (pa.list_(pa.int64()), st.lists(st.integers(0, 9) | st.none(), max_size=3)),
    "pair": (
        pa.struct([("a", pa.int32()), ("b", pa.string())]),
        st.fixed_dictionaries({"a": st.integers(0, 9), "b": TEXTS}),
    ),
    "map": (
        pa.map_(pa.string(), pa.int64()),
        st.dictionaries(TEXTS, st.integers(0, 9), max_size=3).map(lambda d: list(d.items())),
    ),
}
CSV_TEXTS: Values = {"text": (pa.string(), TEXTS), "other": (pa.string(), TEXTS)}

FORMATS: Mapping[str, tuple[Values, Mapping[str, Json], Mapping[str, Json]]] = {
    "parquet": ({**FLAT, **NESTED}, {}, {}),
    "orc": ({**FLAT, **NESTED}, {}, {}),
    "delta": ({**FLAT, **NESTED}, {}, {}),
    "csv": (CSV_TEXTS, {"header": True}, {"header": True}),
    "json": ({n: FLAT[n] for n in ("whole", "flag", "text")}, {}, {}),
}
"""By format: the columns that it can hold, and the options of its save and of its load."""


@st.composite
def tables_of(draw: st.DrawFn, columns: Values) -> pa.Table:
    """A few rows; the first column is never null, so that no record is empty."""
    size = draw(st.integers(1, 4))
    arrays = {}
    for number, (name, (kind, values)) in enumerate(columns.items()):
        cells = values if number == 0 else values | st.none()
        drawn = draw(st.lists(cells, min_size=size, max_size=size))
        # A column of nulls alone has no type in a text.
        arrays[name] = pa.array([*drawn[:-1], draw(values)], kind)
    return pa.table(arrays)


def comparable(value: object) -> object:
    """Values by their writing, so that a NaN equals a NaN, and -0.0 is not 0.0."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else repr(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat() if value.tzinfo else value.isoformat()
    return value


def rows(table: pa.Table) -> list[dict[str, object]]:
    return [{n: comparable(v) for n, v in row.items()} for row in table.to_pylist()]


@pytest.mark.parametrize("format_name", FORMATS)
def test_what_is_saved_reads_back_equal(format_name: str, tables: ConnectTables) -> None:
    columns, saving, loading = FORMATS[format_name]
    options = bind(formats.read_options(format_name), options_given(loading), format_name).unwrap()

    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(tables_of(columns))
    def check(table: pa.Table) -> None:
        with TemporaryDirectory() as folder:
            target = target_of(format_name, Path(folder, "t"), "errorIfExists", (), **saving)
            save(table, target, Path(folder))
            sources = FileSources(Path(folder), Path(folder, "staging"))
            found = tables.collect(sources.open(format_name, "t", options, tables))

        assert {f.name: f.type for f in found.schema} == {f.name: f.type for f in table.schema}
        assert rows(found.select(table.column_names)) == rows(table)

    check()
