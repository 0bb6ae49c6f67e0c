"""Types keep their meaning between DDL strings, pyspark's objects and Arrow's."""

from __future__ import annotations

import doctest

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.engines import ddl
from headrace.engines.ddl import parse_type
from headrace.engines.types import (
    arrow_to_schema,
    ddl_to_arrow,
    ddl_to_type,
    schema_to_arrow,
    spark_table,
)
from headrace.graph import Schema
from headrace.graph.schema import SPARSE_VECTOR

SIMPLE = st.sampled_from(
    ["tinyint", "smallint", "int", "bigint", "float", "double", "string", "binary", "boolean",
     "date", "timestamp", "timestamp_ntz", "decimal(10,2)", "decimal(38,0)"]
)  # fmt: skip
NAMES = st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=6)


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    fields = st.dictionaries(NAMES, inner, min_size=1, max_size=3)
    return st.one_of(
        inner.map("array<{}>".format),
        st.tuples(SIMPLE, inner).map(lambda pair: f"map<{pair[0]},{pair[1]}>"),
        fields.map(lambda f: f"struct<{','.join(f'{n}:{t}' for n, t in f.items())}>"),
    )


TYPES = st.recursive(SIMPLE, _nested, max_leaves=6)


class TestDdl:
    @given(TYPES)
    def test_a_type_is_written_as_it_was_read(self, text: str) -> None:
        assert parse_type(text).simpleString() == text

    @pytest.mark.parametrize(
        ("text", "plain"),
        [
            ("INTEGER", "int"),
            ("numeric( 5 , 1 )", "decimal(5,1)"),
            ("struct<`a b`: long, c string>", "struct<a b:bigint,c:string>"),
            ("varchar(7)", "varchar(7)"),
            ("interval day to second", "interval day to second"),
            ("interval year", "interval year"),
            ("variant", "variant"),
            ("struct<>", "struct<>"),
        ],
    )
    def test_other_ways_to_write_a_type(self, text: str, plain: str) -> None:
        assert ddl_to_type(text).simpleString() == plain

    @pytest.mark.parametrize(
        "text", ["", "numbr", "array<int", "array<>", "map<int>", "int int", "struct<a>", "int>"]
    )
    def test_what_is_no_type_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match="is not a column type"):
            parse_type(text)

    def test_examples(self) -> None:
        assert doctest.testmod(ddl).failed == 0


class TestArrow:
    @given(TYPES)
    def test_a_type_survives_arrow(self, text: str) -> None:
        schema = Schema.of(column=text)

        assert arrow_to_schema(schema_to_arrow(schema)) == schema

    def test_a_sparse_vector_is_a_struct_of_lists(self) -> None:
        arrow = ddl_to_arrow(SPARSE_VECTOR)

        assert [arrow.field(i).name for i in range(3)] == ["size", "indices", "values"]
        assert arrow.field("values").type == pa.list_(pa.float64())

    @pytest.mark.parametrize(
        ("arrow", "expected"),
        [
            (pa.uint8(), "smallint"),
            (pa.uint64(), "decimal(20,0)"),
            (pa.float16(), "float"),
            (pa.large_string(), "string"),
            (pa.string_view(), "string"),
            (pa.binary(4), "binary"),
            (pa.dictionary(pa.int32(), pa.string()), "string"),
            (pa.timestamp("ns", "Asia/Shanghai"), "timestamp"),
            (pa.timestamp("s"), "timestamp_ntz"),
            (pa.date64(), "date"),
            (pa.time64("us"), "string"),
            (pa.large_list(pa.uint32()), "array<bigint>"),
            (pa.list_(pa.float32(), 3), "array<float>"),
            (pa.map_(pa.large_string(), pa.uint8()), "map<string,smallint>"),
            (pa.struct({"a": pa.uint16()}), "struct<a:int>"),
        ],
    )
    def test_what_spark_lacks_becomes_its_nearest(self, arrow: pa.DataType, expected: str) -> None:
        assert arrow_to_schema(pa.schema({"c": arrow})).columns[0].type == expected

    def test_values_follow_their_types(self) -> None:
        table = pa.table(
            {
                "n": pa.array([2**64 - 1, None], pa.uint64()),
                "s": pa.array(["a", None]).dictionary_encode(),
                "t": pa.array([1_000, None], pa.timestamp("ms", "Asia/Shanghai")),
                "v": pa.array([[1, 2], None], pa.list_(pa.uint8(), 2)),
            }
        )

        converted = spark_table(table)

        assert str(converted["n"][0].as_py()) == str(2**64 - 1)
        assert converted["s"].to_pylist() == ["a", None]
        assert converted["t"][0].as_py().timestamp() == 1
        assert converted["v"].to_pylist() == [[1, 2], None]

    def test_a_table_of_sparks_types_is_left_alone(self) -> None:
        table = pa.table({"a": pa.array([1], pa.int64())})

        assert spark_table(table) is table
