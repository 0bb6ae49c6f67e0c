"""Splits: disjoint, complete, repeatable, and as large as asked."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from headrace.engines.sessions import ConnectTables
from headrace.errors import OptionError
from headrace.graph.schema import Schema
from headrace.operators.options import bind, given
from headrace.operators.rate_sampler import RateSampler
from tests.operators.workbench import Desk, Workbench, codes


def sampler(**options: Any) -> RateSampler:
    return bind(RateSampler, given(options), "RateSampler").unwrap()


def numbered(rows: int) -> pa.Table:
    rng = np.random.default_rng(0)
    return pa.table({"id": np.arange(rows), "label": rng.choice(["a", "b"], rows, p=[0.9, 0.1])})


def parts(table: pa.Table) -> dict[object, int]:
    return dict(zip(table["id"].to_pylist(), table["__split__"].to_pylist(), strict=True))


class TestOptions:
    def test_mlsqls_spelling(self) -> None:
        operator = sampler(labelCol="y", sampleRate="0.8,0.2", isSplitWithSubLabel="true", seed=7)

        assert operator.shares == (0.8, 0.2)
        assert operator.stratified

    def test_shares_are_divided_by_their_sum(self) -> None:
        assert sampler(sampleRate="3,1").shares == (0.75, 0.25)

    @pytest.mark.parametrize("rates", ["1", "0.5,-0.5", "0,1", "nan,1", "inf,1", ""])
    def test_shares_that_make_no_parts_are_refused(self, rates: str) -> None:
        with pytest.raises(OptionError, match="each above 0"):
            sampler(sampleRate=rates)


class TestCheck:
    def test_unknown_columns(self) -> None:
        schema = Schema.of(id="bigint", y="int")

        assert codes(sampler(labelCol="z", keyCol="idd"), table=schema) == ["unknown-column"] * 2

    def test_a_stratified_split_needs_a_label(self) -> None:
        assert codes(sampler(isSplitWithSubLabel=True), table=Schema.of(y="int")) == ["no-label"]

    def test_the_new_column_is_known(self) -> None:
        known = sampler().knowledge(Desk({"table": Schema.of(id="bigint")}))["table"]

        assert isinstance(known, Schema)
        assert [(c.name, c.type) for c in known] == [("id", "bigint"), ("__split__", "int")]


class TestByHash:
    def test_every_row_is_in_one_part_of_about_its_share(self, bench: Workbench) -> None:
        found = parts(bench.put(numbered(20_000)).table(sampler(sampleRate="0.7,0.2,0.1")))

        counts = Counter(found.values())
        assert len(found) == 20_000
        assert [counts[part] / 20_000 for part in range(3)] == pytest.approx(
            [0.7, 0.2, 0.1], abs=0.01
        )

    def test_the_order_of_the_rows_does_not_matter(self, bench: Workbench) -> None:
        rows = numbered(1000)
        shuffled = rows.take(np.random.default_rng(1).permutation(1000))

        first = parts(bench.put(rows).table(sampler()))
        second = parts(bench.put(shuffled).table(sampler()))

        assert first == second

    def test_another_seed_gives_another_split(self, bench: Workbench) -> None:
        bench.put(numbered(1000))

        assert parts(bench.table(sampler(seed=1))) != parts(bench.table(sampler(seed=2)))

    def test_rows_of_one_key_stay_together(self, bench: Workbench) -> None:
        rows = pa.table({"client": np.arange(3000) % 500, "visit": np.arange(3000)})

        table = bench.put(rows).table(sampler(keyCol="client"))

        seen = table.group_by("client").aggregate([("__split__", "count_distinct")])
        assert pc.max(seen["__split___count_distinct"]).as_py() == 1

    def test_a_row_keeps_its_part_when_columns_come_to_a_keyed_split(
        self, bench: Workbench
    ) -> None:
        rows = numbered(500)
        wider = rows.append_column("x", pa.array(np.arange(500.0)))

        first = parts(bench.put(rows).table(sampler(keyCol="id")))
        second = parts(bench.put(wider).table(sampler(keyCol="id")))

        assert first == second

    def test_equal_numbers_are_equal_rows(self, bench: Workbench) -> None:
        negative_nan = np.frombuffer(np.uint64(0xFFF8000000000000).tobytes())[0]
        pairs = [(0.0, -0.0), (float("nan"), negative_nan)]

        for one, other in pairs:
            table = bench.put({"x": [one, other] * 20}).table(sampler(sampleRate="1,1"))
            assert len(set(table["__split__"].to_pylist())) == 1

    def test_where_a_null_stands_makes_a_difference(self, bench: Workbench) -> None:
        numbers = list(range(64))
        nothing: list[int | None] = [None] * 64
        rows = {
            "a": pa.array(numbers + nothing, pa.int64()),
            "b": pa.array(nothing + numbers, pa.int64()),
        }

        found = bench.put(rows).table(sampler(sampleRate="1,1"))["__split__"].to_pylist()

        assert found[:64] != found[64:]

    def test_every_type_can_be_hashed(self, bench: Workbench) -> None:
        rows = pa.table(
            {
                "v": pa.array([[1.0, 2.0], None]),
                "s": pa.array([{"a": 1}, {"a": 2}]),
                "t": pa.array([0, 1], pa.timestamp("us", "UTC")),
                "d": pa.array([1, 2], pa.date32()),
                "n": pa.array([Decimal("1.50"), None]),
                "b": [b"x", b"y"],
                "f": pa.array([1.5, None], pa.float32()),
                "o": [True, None],
            }
        )

        assert bench.put(rows).table(sampler()).num_rows == 2

    def test_an_earlier_split_is_replaced(self, bench: Workbench) -> None:
        rows = pa.table({"id": [1, 2], "__split__": [7, 8]})

        table = bench.put(rows).table(sampler())

        assert table.column_names == ["id", "__split__"]
        assert set(table["__split__"].to_pylist()) <= {0, 1}


class TestByLabel:
    def test_each_part_has_its_share_of_every_label_to_within_a_row(self, bench: Workbench) -> None:
        rows = numbered(5003)
        operator = sampler(labelCol="label", sampleRate="0.7,0.2,0.1")

        table = bench.put(rows).table(operator)

        for label in ("a", "b"):
            of_label = table.filter(pc.equal(table["label"], label))
            counts = Counter(of_label["__split__"].to_pylist())
            for part, share in enumerate(operator.shares):
                assert abs(counts[part] - share * of_label.num_rows) <= 1

    def test_rows_without_a_label_are_split_too(self, bench: Workbench) -> None:
        rows = pa.table({"id": range(100), "label": pa.array([None] * 100, pa.int32())})

        counts = Counter(bench.put(rows).table(sampler(labelCol="label"))["__split__"].to_pylist())

        assert counts == {0: 90, 1: 10}

    def test_the_order_of_the_rows_does_not_matter(self, bench: Workbench) -> None:
        rows = numbered(1000)
        shuffled = rows.take(np.random.default_rng(1).permutation(1000))
        operator = sampler(labelCol="label")

        assert parts(bench.put(rows).table(operator)) == parts(bench.put(shuffled).table(operator))

    def test_rows_of_one_key_stay_together(self, bench: Workbench) -> None:
        rows = pa.table({"client": np.arange(600) // 6, "label": ["a"] * 600})

        table = bench.put(rows).table(sampler(labelCol="label", keyCol="client"))

        seen = table.group_by("client").aggregate([("__split__", "count_distinct")])
        assert pc.max(seen["__split___count_distinct"]).as_py() == 1

    def test_a_label_can_be_ignored(self, bench: Workbench) -> None:
        operator = sampler(labelCol="label", isSplitWithSubLabel="false")

        assert "row_number" not in operator.query(Schema.of(id="bigint", label="string"), "t")


class TestManyFiles:
    def test_six_files_split_the_same_five_times(
        self, tables: ConnectTables, tmp_path: Path
    ) -> None:
        rows = 1_200_000
        values = np.random.default_rng(0).normal(size=rows)
        for part in range(6):
            ids = np.arange(part, rows, 6)
            pq.write_table(pa.table({"id": ids, "x": values[ids]}), tmp_path / f"{part}.parquet")
        frame = tables.read_parquet([str(tmp_path / f"{part}.parquet") for part in range(6)])
        tables.create_view("many", frame)
        query = sampler(sampleRate="0.8,0.2", seed=7).query(tables.schema(frame), "many")

        runs = [_sorted_parts(tables.collect(tables.sql(query))) for _ in range(5)]

        assert np.array_equal(runs[0][0], np.arange(rows))
        assert all(np.array_equal(runs[0][1], run[1]) for run in runs[1:])
        assert runs[0][1].mean() == pytest.approx(0.2, abs=0.002)


def _sorted_parts(table: pa.Table) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    ids, part = table["id"].to_numpy(), table["__split__"].to_numpy()
    order = np.argsort(ids)
    return ids[order], part[order]
