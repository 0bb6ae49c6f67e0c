"""StringIndex and StandardScaler: trained, kept and used like models."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pyarrow as pa
import pytest

from headrace.errors import FitError, ModelError
from headrace.graph.schema import Schema
from headrace.graph.signature import Signature
from headrace.models.protocols import OpenModel
from headrace.operators.options import GivenOption, given
from headrace.operators.train import train_operator
from headrace.operators.training import Train
from tests.operators.workbench import Desk, Workbench, codes

CITIES = pa.table({"city": ["Rome", "Oslo", "Lima", "Oslo", None, "Lima", "Oslo"]})


def train(name: str, path: str = "step", **options: Any) -> Train:
    return train_operator(name, given(options), GivenOption("path", path)).unwrap()


def fitted(bench: Workbench, name: str, **options: Any) -> OpenModel:
    return cast("OpenModel", bench.run(train(name, **options))["model"])


class TestStringIndex:
    def test_the_most_frequent_text_is_zero(self, bench: Workbench) -> None:
        model = fitted(bench.put(CITIES), "StringIndex", inputCol="city")

        table = model.predict(CITIES)

        assert table.to_pydict() == {"city_index": [2, 0, 1, 0, None, 1, 0]}

    def test_the_new_column_can_be_named(self, bench: Workbench) -> None:
        model = fitted(bench.put(CITIES), "StringIndex", inputCol="city", outputCol="c")

        assert model.signature.outputs == Schema.of(c="int")
        assert model.reference == "step@1"

    def test_several_columns(self, bench: Workbench) -> None:
        table = pa.table({"a": ["x", "y", "y"], "b": ["q", "q", "p"]})

        model = fitted(bench.put(table), "StringIndex", inputCols="a,b")

        assert model.predict(table).to_pydict() == {"a_index": [1, 0, 0], "b_index": [0, 0, 1]}

    def test_unseen_texts(self, bench: Workbench) -> None:
        bench.put(CITIES)
        other = pa.table({"city": ["Oslo", "Bonn"]})

        with pytest.raises(ModelError, match="'Bonn' in row 2"):
            fitted(bench, "StringIndex", inputCol="city").predict(other)
        keep = fitted(bench, "StringIndex", inputCol="city", handleInvalid="keep")
        skip = fitted(bench, "StringIndex", inputCol="city", unseen="skip")

        assert keep.predict(other)["city_index"].to_pylist() == [0, 3]
        assert skip.predict(other)["city_index"].to_pylist() == [0, None]

    def test_as_an_sql_function(self, bench: Workbench) -> None:
        made = fitted(bench.put(CITIES), "StringIndex", inputCol="city").function()
        bench.tables.register_function(
            "city_index", made.function, made.argument_types, made.return_type
        )

        frame = bench.tables.sql("select city_index('Lima') as i")

        assert (made.return_type, bench.tables.collect(frame)["i"].to_pylist()) == ("int", [1])

    def test_every_text_different_is_no_reason_to_refuse(self, bench: Workbench) -> None:
        table = pa.table({"city": [f"c{i}" for i in range(100)]})

        model = fitted(bench.put(table), "StringIndex", inputCol="city")

        assert sorted(model.predict(table)["city_index"].to_pylist()) == list(range(100))

    def test_numbers_are_refused_with_the_cast(self, bench: Workbench) -> None:
        bench.put({"n": [1, 2]})

        with pytest.raises(FitError, match="'n' is bigint") as caught:
            fitted(bench, "StringIndex", inputCol="n")

        assert caught.value.hint == "cast(n as string)"

    def test_the_columns_must_be_named(self) -> None:
        assert codes(train("StringIndex"), table=Schema.of(city="string")) == ["no-features"]

    def test_the_new_columns_are_known_before(self) -> None:
        desk = Desk({"table": Schema.of(city="string")})

        known = train("StringIndex", inputCol="city").knowledge(desk)["model"]

        assert isinstance(known, Signature)
        assert known.outputs == Schema.of(city_index="int")


class TestStandardScaler:
    def test_mean_and_deviation(self, bench: Workbench) -> None:
        rng = np.random.default_rng(0)
        table = pa.table({"a": rng.normal(5, 3, 50), "b": rng.integers(0, 9, 50)})

        model = fitted(bench.put(table), "StandardScaler", inputCols="a,b")

        scaled = np.array(model.predict(table)["scaled"].to_pylist())
        assert scaled.mean(axis=0) == pytest.approx([0, 0])
        assert scaled.std(axis=0) == pytest.approx([1, 1])

    def test_constants_and_missing_numbers(self, bench: Workbench) -> None:
        table = pa.table({"a": [1.0, None, 3.0], "b": [7, 7, 7]})

        model = fitted(bench.put(table), "StandardScaler", inputCols="a,b", outputCol="v")

        scaled = np.array(model.predict(table)["v"].to_pylist())
        assert scaled[1] == pytest.approx([0, 0])
        assert scaled[:, 1] == pytest.approx([0, 0, 0])

    def test_vectors(self, bench: Workbench) -> None:
        table = pa.table({"v": [[1.0, 5.0], [3.0, 9.0]]})

        model = fitted(bench.put(table), "StandardScaler", inputCol="v")

        assert model.predict(table)["scaled"].to_pylist() == [[-1, -1], [1, 1]]

    def test_texts_are_refused(self, bench: Workbench) -> None:
        with pytest.raises(FitError, match="'city' is string"):
            fitted(bench.put(CITIES), "StandardScaler", inputCol="city")
