"""Raw columns to a matrix, and back from JSON."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.errors import ModelError
from headrace.models.preparation import Preparation, Treatment

NAN = float("nan")


def prepare(treatment: Treatment | None = None, **columns: Any) -> tuple[Preparation, np.ndarray]:
    """Fit columns and transform the same rows."""
    table = pa.table(columns)
    preparation = Preparation.fit(table, table.column_names, treatment or Treatment())
    return preparation, preparation.transform(table.columns)


class TestNumbers:
    def test_stay_as_they_are_whatever_their_type(self) -> None:
        _, matrix = prepare(
            a=pa.array([1, 2], pa.int8()),
            b=pa.array([0.5, 1.5], pa.float32()),
            c=pa.array(["1.25", "2.50"]).cast(pa.decimal128(5, 2)),
        )

        assert matrix.tolist() == [[1, 0.5, 1.25], [2, 1.5, 2.5]]

    def test_booleans_count_as_zero_and_one(self) -> None:
        _, matrix = prepare(a=[True, False])

        assert matrix.tolist() == [[1], [0]]

    @pytest.mark.parametrize(("missing", "filled"), [("mean", 3.0), ("median", 2.0)])
    def test_a_missing_one_becomes_the_mean_or_median(self, missing: Any, filled: float) -> None:
        preparation, matrix = prepare(Treatment(missing=missing), a=[1, 2, None, 6])

        assert matrix[2, 0] == filled
        assert f"a: 1 missing value, replaced by the {missing}, {filled:g}" in preparation.choices

    def test_nan_counts_as_missing(self) -> None:
        _, matrix = prepare(a=[1.0, NAN, 3.0])

        assert matrix[1, 0] == 2

    def test_a_native_treatment_leaves_nan(self) -> None:
        _, matrix = prepare(Treatment(missing="native"), a=[1, None])

        assert np.isnan(matrix[1, 0])

    def test_a_value_that_only_scoring_misses_is_filled_too(self) -> None:
        preparation, _ = prepare(a=[1, 3])

        assert preparation.transform([pa.array([None], pa.int64())])[0, 0] == 2

    def test_a_column_of_nothing_is_zero_and_said(self) -> None:
        preparation, matrix = prepare(a=pa.nulls(2), b=[1, 2])

        assert matrix[:, 0].tolist() == [0, 0]
        assert "a: every value is missing, 0 is used" in preparation.choices

    def test_a_column_of_nothing_is_zero_for_a_native_treatment_too(self) -> None:
        _, matrix = prepare(
            Treatment("native", "native"),
            a=pa.nulls(2), b=pa.nulls(2, pa.string()), c=pa.nulls(2, pa.date32()), d=[NAN, NAN],
        )  # fmt: skip

        assert not matrix.any()

    def test_infinities_are_refused_with_their_row(self) -> None:
        with pytest.raises(ModelError, match="'a' holds 2 infinite values"):
            prepare(a=[1.0, np.inf, -np.inf])

    def test_scaling_gives_mean_zero_and_deviation_one(self) -> None:
        _, matrix = prepare(Treatment(scale=True), a=[1, 2, 3], b=["x", "y", "x"], c=[5, 5, 5])

        assert matrix[:, 0].mean() == pytest.approx(0)
        assert matrix[:, 0].std() == pytest.approx(1)
        assert matrix[:, 1:3].tolist() == [[1, 0], [0, 1], [1, 0]]
        assert matrix[:, 3].tolist() == [0, 0, 0]

    def test_a_constant_fraction_has_no_deviation(self) -> None:
        preparation, matrix = prepare(Treatment(scale=True), a=[0.1] * 1000)

        later = preparation.transform([pa.array([0.2])])

        assert abs(matrix).max() < 1e-12
        assert later[0, 0] == pytest.approx(0.1)

    def test_what_a_float32_cannot_tell_apart_is_counted_from_the_least(self) -> None:
        seconds = [1_600_000_000, 1_600_000_001, None, 1_600_000_003]
        preparation, _ = prepare(Treatment(missing="native", single=True), at=seconds)

        matrix = preparation.transform([pa.array(seconds)], dtype=np.float32)

        np.testing.assert_array_equal(matrix[:, 0], [0, 1, NAN, 3])
        assert "at: counted from 1,600,000,000" in preparation.choices

    def test_single_numbers_that_differ_enough_stay_as_they_are(self) -> None:
        _, matrix = prepare(Treatment(missing="native", single=True), a=[10, 20], b=[-0.5, 7.0])

        assert matrix.tolist() == [[10, -0.5], [20, 7]]

    @pytest.mark.parametrize("column", [[1e39, 0.0], [[1e39, 0.0], [0.0, 0.0]]])
    def test_numbers_beyond_float32_are_refused_where_it_is_read(self, column: Any) -> None:
        with pytest.raises(ModelError, match=r"column 'a' holds numbers of 1e.39"):
            prepare(Treatment(missing="native", single=True), a=column)


class TestTexts:
    def test_become_a_column_a_category_by_frequency(self) -> None:
        preparation, matrix = prepare(city=["Rome", "Oslo", "Rome", "Bonn"])

        assert preparation.feature_names == ("city=Rome", "city=Bonn", "city=Oslo")
        assert matrix.tolist() == [[1, 0, 0], [0, 0, 1], [1, 0, 0], [0, 1, 0]]

    def test_a_missing_one_is_a_category_where_training_had_it(self) -> None:
        preparation, matrix = prepare(city=["Rome", None])

        assert preparation.feature_names[-1] == "city is missing"
        assert matrix.tolist() == [[1, 0], [0, 1]]

    def test_rare_ones_share_a_category_with_unseen_ones(self) -> None:
        preparation, _ = prepare(Treatment(max_categories=1), city=["Rome", "Rome", "Oslo"])

        matrix = preparation.transform([pa.array(["Rome", "Oslo", "Paris"])])

        assert preparation.feature_names == ("city=Rome", "city is another")
        assert matrix.tolist() == [[1, 0], [0, 1], [0, 1]]

    def test_an_unseen_one_is_no_category_by_default(self) -> None:
        preparation, _ = prepare(city=["Rome", "Oslo"])

        assert preparation.transform([pa.array(["Paris", None])]).tolist() == [[0, 0], [0, 0]]

    def test_an_unseen_one_may_be_an_error_with_its_row(self) -> None:
        preparation, _ = prepare(Treatment(unseen="error"), city=["Rome", "Oslo"])

        with pytest.raises(ModelError, match="'city' holds 'Paris' in row 2"):
            preparation.transform([pa.array(["Rome", "Paris"])])

    def test_rows_with_an_unseen_one_may_be_skipped(self) -> None:
        preparation, _ = prepare(Treatment(unseen="skip"), city=["Rome", "Oslo"])

        skipped = preparation.skipped([pa.array(["Rome", "Paris", None])])

        assert skipped is not None
        assert skipped.tolist() == [False, True, False]
        assert preparation.skipped([pa.array(["Rome"])]) is None

    def test_too_many_for_a_strict_policy_are_refused(self) -> None:
        with pytest.raises(ModelError, match="3 different texts, more than 2"):
            prepare(Treatment(unseen="error", max_categories=2), city=["a", "b", "c"])

    def test_ordinal_codes_are_ranks_by_frequency(self) -> None:
        preparation, matrix = prepare(Treatment(text="ordinal"), city=["Rome", "Oslo", "Rome"])

        assert matrix[:, 0].tolist() == [0, 1, 0]
        assert preparation.transform([pa.array(["Paris", None])])[:, 0].tolist() == [2, -1]

    def test_native_codes_say_so_and_leave_unknown_ones_missing(self) -> None:
        preparation, _ = prepare(Treatment("native", "native"), city=["Rome", "Oslo"], age=[1, 2])

        matrix = preparation.transform([pa.array(["Rome", "Paris", None]), pa.array([1, 2, 3])])

        assert preparation.categorical == (True, False)
        assert np.isnan(matrix[1:, 0]).all()

    @pytest.mark.parametrize(
        "type_",
        [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())],
    )
    def test_come_in_every_arrow_type(self, type_: pa.DataType) -> None:
        _, matrix = prepare(city=pa.array(["Rome", "Oslo", None]).cast(type_))

        assert matrix.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 1]]


class TestDates:
    def test_become_parts(self) -> None:
        preparation, matrix = prepare(day=[dt.date(2026, 3, 5), dt.date(1970, 1, 1)])

        assert preparation.feature_names == (
            "day.year", "day.month", "day.day", "day.weekday", "day.epoch_days",
        )  # fmt: skip
        assert matrix.tolist() == [[2026, 3, 5, 3, 20517], [1970, 1, 1, 3, 0]]

    def test_timestamps_have_hours_too_in_utc(self) -> None:
        berlin = dt.timezone(dt.timedelta(hours=2))
        moments = [dt.datetime(2026, 1, 1, 1, 30, tzinfo=berlin)]

        preparation, matrix = prepare(t=pa.array(moments, pa.timestamp("us", "Europe/Berlin")))

        parts = dict(zip(preparation.feature_names, matrix[0], strict=True))
        assert (parts["t.year"], parts["t.hour"], parts["t.minute"]) == (2025, 23, 30)

    def test_a_missing_one_is_filled_part_by_part(self) -> None:
        _, matrix = prepare(day=[dt.date(2020, 1, 1), None, dt.date(2022, 3, 1)])

        assert matrix[1, :2].tolist() == [2021, 2]


class TestVectors:
    @pytest.mark.parametrize("type_", [pa.list_(pa.float64()), pa.list_(pa.float32(), 2)])
    def test_spread_over_columns(self, type_: pa.DataType) -> None:
        preparation, matrix = prepare(v=pa.array([[1.0, 2.0], [3.0, 4.0]], type_))

        assert preparation.feature_names == ("v[0]", "v[1]")
        assert matrix.tolist() == [[1, 2], [3, 4]]

    def test_sparse_ones_become_dense(self) -> None:
        sparse = pa.struct(
            [
                ("size", pa.int32()),
                ("indices", pa.list_(pa.int32())),
                ("values", pa.list_(pa.float64())),
            ]
        )
        rows = [
            {"size": 3, "indices": [1], "values": [5.0]},
            {"size": 3, "indices": [], "values": []},
            {"size": 3, "indices": [0, 2], "values": [1.0, 2.0]},
        ]

        _, matrix = prepare(v=pa.array(rows, sparse))

        assert matrix.tolist() == [[0, 5, 0], [0, 0, 0], [1, 0, 2]]

    def test_a_missing_one_is_the_mean_vector(self) -> None:
        _, matrix = prepare(v=[[1.0, 2.0], None, [3.0, 6.0]])

        assert matrix[1].tolist() == [2, 4]

    def test_differing_lengths_are_refused_with_the_row(self) -> None:
        with pytest.raises(ModelError, match="'v' holds a vector of 3 numbers in row 2"):
            prepare(v=[[1.0, 2.0], [1.0, 2.0, 3.0]])

    def test_another_length_at_scoring_is_refused(self) -> None:
        preparation, _ = prepare(v=[[1.0, 2.0]])

        with pytest.raises(ModelError, match="vector of 1 numbers in row 1"):
            preparation.transform([pa.array([[1.0]])])

    def test_a_slice_is_read_at_its_place(self) -> None:
        preparation, _ = prepare(v=[[1.0, 2.0]])

        matrix = preparation.transform([pa.array([[9.0, 9.0], [1.0, 2.0], [3.0, 4.0]])[1:]])

        assert matrix.tolist() == [[1, 2], [3, 4]]

    @pytest.mark.parametrize(
        ("indices", "values", "fault"),
        [
            ([3], [1.0], "an index that is not from 0 to 2"),
            ([-1], [1.0], "an index that is not from 0 to 2"),
            ([0, 1], [1.0], "more or fewer indices than values"),
            ([None], [1.0], "a missing index"),
            (None, None, "without indices or values"),
        ],
    )
    def test_a_damaged_sparse_one_is_refused(self, indices: Any, values: Any, fault: str) -> None:
        vector = {"size": 3, "indices": indices, "values": values}

        with pytest.raises(ModelError, match=f"column 'v' holds a sparse vector .*{fault}"):
            prepare(v=[vector])

    def test_one_of_no_numbers_is_refused(self) -> None:
        with pytest.raises(ModelError, match="vectors of no numbers"):
            prepare(v=pa.array([[], []], pa.list_(pa.float64())))


class TestRefusals:
    def test_a_type_that_cannot_become_numbers(self) -> None:
        with pytest.raises(ModelError, match=r"'m' is .*, which no model can use"):
            prepare(m=pa.array([b"x"]))

    def test_an_absent_column_with_the_nearest_name(self) -> None:
        with pytest.raises(ModelError, match="no column 'agee'") as caught:
            Preparation.fit(pa.table({"age": [1]}), ["agee"], Treatment())

        assert caught.value.hint == "did you mean 'age'? Columns: age"

    def test_no_rows(self) -> None:
        with pytest.raises(ModelError, match="no rows"):
            Preparation.fit(pa.table({"a": pa.array([], pa.int64())}), ["a"], Treatment())

    @pytest.mark.parametrize(
        ("trained", "given"),
        [([1, 2], ["x"]), (["x", "y"], [1]), ([dt.date(2020, 1, 1)], [1]), ([[1.0]], [1.0])],
    )
    def test_another_type_than_in_training(self, trained: Any, given: Any) -> None:
        preparation, _ = prepare(a=trained)

        with pytest.raises(ModelError, match=r"column 'a' is .* was trained on"):
            preparation.transform([pa.array(given)])

    def test_another_number_of_columns(self) -> None:
        preparation, _ = prepare(a=[1], b=[2])

        with pytest.raises(ModelError, match="takes 2 columns, and 1 were given"):
            preparation.transform([pa.array([1])])


COLUMNS = {
    "n": st.one_of(st.none(), st.integers(-1000, 1000)),
    "f": st.one_of(st.none(), st.just(NAN), st.floats(-1e6, 1e6)),
    "b": st.one_of(st.none(), st.booleans()),
    "t": st.one_of(st.none(), st.text(max_size=3)),
    "d": st.one_of(st.none(), st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))),
    "v": st.one_of(st.none(), st.lists(st.floats(-10, 10), min_size=2, max_size=2)),
}
TYPES = {
    "n": pa.int64(), "f": pa.float64(), "b": pa.bool_(), "t": pa.string(), "d": pa.date32(),
    "v": pa.list_(pa.float64()),
}  # fmt: skip
TABLES = st.lists(st.fixed_dictionaries(COLUMNS), min_size=1, max_size=12).map(
    lambda rows: pa.table({name: pa.array([r[name] for r in rows], t) for name, t in TYPES.items()})
)
TREATMENTS = st.builds(
    Treatment,
    text=st.sampled_from(["onehot", "ordinal", "native"]),
    missing=st.sampled_from(["native", "mean", "median"]),
    scale=st.booleans(),
    max_categories=st.integers(1, 5),
)


class TestProperties:
    @settings(max_examples=60, deadline=None)
    @given(TABLES, TREATMENTS)
    def test_json_keeps_everything(self, table: pa.Table, treatment: Treatment) -> None:
        columns = [c for c in table.column_names if c != "v" or table["v"].null_count < len(table)]
        made = Preparation.fit(table, columns, treatment)

        again = Preparation.from_json(json.loads(json.dumps(made.to_json())))

        assert again == made
        arrays = [table[name] for name in columns]
        np.testing.assert_array_equal(again.transform(arrays), made.transform(arrays))

    @settings(max_examples=60, deadline=None)
    @given(TABLES, TREATMENTS)
    def test_row_by_row_equals_all_at_once(self, table: pa.Table, treatment: Treatment) -> None:
        columns = [c for c in table.column_names if c != "v" or table["v"].null_count < len(table)]
        made = Preparation.fit(table, columns, treatment)

        rows = [made.transform([table[c].slice(i, 1) for c in columns]) for i in range(len(table))]
        chunked = pa.concat_tables([table.slice(0, 1), table.slice(1)])

        whole = made.transform([table[c].combine_chunks() for c in columns])
        np.testing.assert_array_equal(np.vstack(rows), whole)
        np.testing.assert_array_equal(made.transform([chunked[c] for c in columns]), whole)
        if treatment.missing != "native" and treatment.text != "native":
            assert not np.isnan(whole).any()
