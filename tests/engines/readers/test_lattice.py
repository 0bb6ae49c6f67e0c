"""Types join to the narrowest that holds both, whatever the order."""

from __future__ import annotations

from itertools import product

import pyarrow as pa
import pytest

from headrace.engines.readers.lattice import TypesDiffer, join, loses_text, stored

DAY, TIME = pa.date32(), pa.timestamp("us")
TYPES = [
    pa.null(), pa.int64(), pa.float64(), pa.bool_(), DAY, TIME, pa.timestamp("us", "UTC"),
    pa.string(), pa.list_(pa.int64()), pa.struct([("a", pa.int64())]),
]  # fmt: skip


class TestJoin:
    @pytest.mark.parametrize(
        ("first", "second", "wider"),
        [
            (pa.null(), DAY, DAY),
            (pa.int64(), pa.float64(), pa.float64()),
            (pa.int32(), pa.int64(), pa.int64()),
            (DAY, TIME, TIME),
            (TIME, pa.timestamp("us", "UTC"), pa.string()),
            (pa.bool_(), pa.int64(), pa.string()),
            (pa.list_(pa.null()), pa.list_(DAY), pa.list_(DAY)),
            (pa.list_(DAY), DAY, pa.string()),
        ],
    )
    def test_pairs(self, first: pa.DataType, second: pa.DataType, wider: pa.DataType) -> None:
        assert join(first, second).equals(wider)
        assert join(second, first).equals(wider)

    def test_structs_join_field_by_field(self) -> None:
        first = pa.struct([("a", pa.int64()), ("b", DAY)])
        second = pa.struct([("a", pa.string()), ("c", DAY)])

        wider = pa.struct([("a", pa.string()), ("b", DAY), ("c", DAY)])
        assert join(first, second).equals(wider)

    def test_the_order_of_three_does_not_count(self) -> None:
        for a, b, c in product(TYPES, TYPES, TYPES):
            assert join(join(a, b), c).equals(join(a, join(b, c))), (a, b, c)

    def test_stored_types_never_become_text(self) -> None:
        with pytest.raises(TypesDiffer):
            join(pa.int64(), pa.string(), typed=True)


class TestLosesText:
    def test_only_what_was_read_as_something_else(self) -> None:
        assert loses_text(pa.int64(), pa.string())
        assert loses_text(pa.list_(pa.int64()), pa.list_(pa.string()))
        assert not loses_text(pa.null(), pa.string())
        assert not loses_text(pa.int64(), pa.float64())


class TestStored:
    def test_clock_times_of_texts_are_utc_and_those_of_files_stay_local(self) -> None:
        assert stored(TIME, typed=False).tz == "UTC"
        assert stored(TIME, typed=True).tz is None

    def test_nulls_alone_are_strings_at_every_level(self) -> None:
        assert stored(pa.list_(pa.null()), typed=False).equals(pa.list_(pa.string()))
        assert stored(pa.struct([]), typed=False).equals(pa.string())
