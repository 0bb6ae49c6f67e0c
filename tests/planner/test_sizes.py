"""Estimates follow from what is measured, and say so."""

from __future__ import annotations

from headrace.graph import Facts
from headrace.planner import estimated_facts
from tests.planner.steps import pipeline

JOIN = pipeline("a: load.csv\nb: load.csv\nc: select a b\nd: save c")
BIG = Facts(1000, 9000, 3, "parquet footer", measured=True)
SMALL = Facts(10, 90, 3, "parquet footer", measured=True)


def test_what_is_measured_stays() -> None:
    assert estimated_facts(JOIN, {"a": BIG, "b": SMALL})["a"] == BIG


def test_a_table_is_taken_to_be_as_big_as_its_biggest_input() -> None:
    facts = estimated_facts(JOIN, {"a": BIG, "b": SMALL})["c"]

    assert facts == Facts(1000, 9000, source="as big as a")


def test_nothing_is_known_of_tables_of_unknown_ones() -> None:
    assert estimated_facts(JOIN, {})["c"] == Facts()


def test_a_step_without_a_table_has_no_facts() -> None:
    assert "d" not in estimated_facts(JOIN, {"a": BIG, "b": SMALL})
