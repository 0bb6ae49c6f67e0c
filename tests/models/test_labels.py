"""Class labels, their types and their order."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from headrace.errors import ModelError
from headrace.models.labels import Labels


class TestLabels:
    @pytest.mark.parametrize(
        ("array", "type_name", "classes"),
        [
            (pa.array(["yes", "no", "yes"]), "string", ("no", "yes")),
            (pa.array([2, 0, 1], pa.int32()), "int", (0, 1, 2)),
            (pa.array([True, False]), "boolean", (False, True)),
            (pa.array([1.0, 0.0]), "double", (0.0, 1.0)),
            (pa.array(["b", "a"]).dictionary_encode(), "string", ("a", "b")),
            (pa.array(["是", "否"], pa.large_string()), "string", ("否", "是")),
        ],
    )
    def test_are_sorted_and_come_back_in_their_type(
        self, array: pa.Array, type_name: str, classes: tuple[Any, ...]
    ) -> None:
        labels = Labels.fit("y", array)

        assert (labels.type, labels.classes) == (type_name, classes)
        assert labels.decode(labels.encode(array)).to_pylist() == array.to_pylist()

    def test_decimals_are_read_as_doubles(self) -> None:
        labels = Labels.fit("y", pa.array(["1", "0"]).cast(pa.decimal128(3, 0)))

        assert (labels.type, labels.classes) == ("double", (0.0, 1.0))

    def test_json_keeps_them(self) -> None:
        labels = Labels.fit("y", pa.array([1, 0]))

        assert Labels.from_json(json.loads(json.dumps(labels.to_json()))) == labels

    @pytest.mark.parametrize("missing", [pa.array(["a", None, "b"]), pa.array([0.0, 1.0, np.nan])])
    def test_a_missing_one_is_an_error(self, missing: pa.Array) -> None:
        with pytest.raises(ModelError, match="label 'y' is missing in 1 row"):
            Labels.fit("y", missing)

    def test_one_class_is_an_error(self) -> None:
        with pytest.raises(ModelError, match="label 'y' has only the class 'a'"):
            Labels.fit("y", pa.array(["a", "a"]))

    def test_both_zeros_are_one_class(self) -> None:
        labels = Labels.fit("y", pa.array([0.0, -0.0, 1.0]))

        assert labels.classes == (0.0, 1.0)
        assert labels.encode(pa.array([-0.0, 1.0])).tolist() == [0, 1]

    def test_a_vector_is_no_label(self) -> None:
        with pytest.raises(ModelError, match="array<bigint>, not text or a number"):
            Labels.fit("y", pa.array([[1], [2]]))

    def test_an_unknown_label_is_an_error_with_the_classes(self) -> None:
        labels = Labels.fit("y", pa.array(["a", "b"]))

        with pytest.raises(ModelError, match="'c', unknown to the model") as caught:
            labels.encode(pa.array(["a", "c"]))

        assert caught.value.hint == "classes: a, b"
