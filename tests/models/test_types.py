"""Arrow types in Spark SQL's words, and back."""

from __future__ import annotations

import pyarrow as pa
import pytest

from headrace.graph.schema import SPARSE_VECTOR
from headrace.models.types import arrow_type, is_number, is_text, is_vector, spark_type

SPARSE = pa.struct(
    [("size", pa.int32()), ("indices", pa.list_(pa.int32())), ("values", pa.list_(pa.float64()))]
)


class TestSparkType:
    @pytest.mark.parametrize(
        ("arrow", "spark"),
        [
            (pa.int64(), "bigint"),
            (pa.uint16(), "int"),
            (pa.string_view(), "string"),
            (pa.dictionary(pa.int8(), pa.large_string()), "string"),
            (pa.decimal128(10, 2), "decimal(10,2)"),
            (pa.timestamp("ns", "Asia/Shanghai"), "timestamp"),
            (pa.timestamp("us"), "timestamp_ntz"),
            (pa.list_(pa.float32(), 3), "array<float>"),
            (pa.large_list(pa.float64()), "array<double>"),
            (SPARSE, SPARSE_VECTOR),
            (pa.null(), "void"),
        ],
    )
    def test_holds_what_the_arrow_type_holds(self, arrow: pa.DataType, spark: str) -> None:
        assert spark_type(arrow) == spark


class TestArrowType:
    @pytest.mark.parametrize(
        "spark", ["boolean", "int", "bigint", "double", "string", "date", "decimal(7,3)"]
    )
    def test_is_the_way_back(self, spark: str) -> None:
        assert spark_type(arrow_type(spark)) == spark

    def test_a_type_that_no_label_has_is_a_key_error(self) -> None:
        with pytest.raises(KeyError):
            arrow_type("map<int,int>")


class TestKinds:
    @pytest.mark.parametrize(
        ("arrow", "kinds"),
        [
            (pa.bool_(), {"number"}),
            (pa.decimal256(40, 2), {"number"}),
            (pa.dictionary(pa.int8(), pa.string()), {"text"}),
            (pa.dictionary(pa.int8(), pa.int64()), set()),
            (pa.list_(pa.int32()), {"vector"}),
            (SPARSE, {"vector"}),
            (pa.list_(pa.string()), set()),
            (pa.date32(), set()),
        ],
    )
    def test_are_told_apart(self, arrow: pa.DataType, kinds: set[str]) -> None:
        tests = {"number": is_number, "text": is_text, "vector": is_vector}

        assert {name for name, test in tests.items() if test(arrow)} == kinds
