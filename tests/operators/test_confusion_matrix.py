"""Counts of true and predicted classes."""

from __future__ import annotations

from headrace.graph.schema import Schema
from headrace.operators.confusion_matrix import ConfusionMatrix
from headrace.operators.options import bind, given
from tests.operators.workbench import Desk, Workbench, codes

PETS = {"y": ["cat", "cat", "dog", "dog", "dog"], "p": ["cat", "dog", "dog", "dog", "cat"]}
OPTIONS = given({"actualCol": "y", "predictCol": "p"})


def matrix() -> ConfusionMatrix:
    return bind(ConfusionMatrix, OPTIONS, "ConfusionMatrix").unwrap()


class TestConfusionMatrix:
    def test_a_row_a_pair_that_occurs(self, bench: Workbench) -> None:
        table = bench.put(PETS).table(matrix())

        assert table.to_pylist() == [
            {"actual": "cat", "predicted": "cat", "count": 1},
            {"actual": "cat", "predicted": "dog", "count": 1},
            {"actual": "dog", "predicted": "cat", "count": 1},
            {"actual": "dog", "predicted": "dog", "count": 2},
        ]

    def test_the_report_shows_all_cells_and_metrics(self, bench: Workbench) -> None:
        bench.put(PETS).run(matrix())

        assert list(bench.chart("confusion").data["count"]) == [1, 1, 1, 2]
        assert bench.metrics()["accuracy"] == 0.6

    def test_the_schema_is_known(self) -> None:
        schema = Schema.of(y="int", p="double")

        known = matrix().knowledge(Desk({"table": schema}))["table"]

        assert isinstance(known, Schema)
        assert [c.type for c in known] == ["int", "double", "bigint"]
        assert codes(matrix(), table=Schema.of(y="int")) == ["unknown-column"]
