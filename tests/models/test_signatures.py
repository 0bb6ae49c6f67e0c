"""What models take, add and return."""

from __future__ import annotations

import json

import pytest

from headrace.errors import ModelError
from headrace.graph.schema import Column, Schema
from headrace.graph.signature import FunctionOutput, Task
from headrace.models.signatures import (
    fits,
    make_signature,
    return_type,
    signature_from_json,
    signature_to_json,
)

INPUTS = Schema.of(age="int", city="string")


class TestOutputs:
    @pytest.mark.parametrize(
        ("task", "label", "outputs"),
        [
            ("classify", "string", {"prediction": "string", "probability": "array<double>"}),
            ("classify", "decimal(3,0)", {"prediction": "double", "probability": "array<double>"}),
            ("regress", "int", {"prediction": "double"}),
            ("cluster", None, {"prediction": "int", "distance": "double"}),
        ],
    )
    def test_depend_on_the_task(
        self, task: Task, label: str | None, outputs: dict[str, str]
    ) -> None:
        signature = make_signature(task, INPUTS, Column("y", label) if label else None)

        assert signature.outputs == Schema.of(**outputs)


class TestReturnType:
    @pytest.mark.parametrize(
        ("task", "output", "type_name"),
        [
            ("classify", "default", "array<double>"),
            ("classify", "probability", "array<double>"),
            ("classify", "positive", "double"),
            ("classify", "label", "string"),
            ("regress", "default", "double"),
            ("cluster", "default", "int"),
        ],
    )
    def test_depends_on_task_and_output(
        self, task: Task, output: FunctionOutput, type_name: str
    ) -> None:
        signature = make_signature(task, INPUTS, Column("y", "string"))

        assert return_type(signature, output) == type_name

    def test_a_regression_has_no_probability(self) -> None:
        with pytest.raises(ModelError, match=r"'positive' needs a classifier.*a regression"):
            return_type(make_signature("regress", INPUTS), "positive")


class TestFits:
    @pytest.mark.parametrize(
        ("given", "trained", "expected"),
        [
            ("int", "double", True),
            ("boolean", "int", True),
            ("decimal(10,2)", "bigint", True),
            ("void", "string", True),
            ("date", "timestamp", True),
            ("array<float>", "array<double>", True),
            ("string", "double", False),
            ("double", "string", False),
            ("double", "date", False),
            ("array<double>", "double", False),
        ],
    )
    def test_by_kind_of_type(self, given: str, trained: str, expected: bool) -> None:
        assert fits(given, trained) is expected


def test_json_keeps_a_signature() -> None:
    signature = make_signature("classify", INPUTS, Column("y", "int"), (0, 1), "RandomForest")

    assert signature_from_json(json.loads(json.dumps(signature_to_json(signature)))) == signature
