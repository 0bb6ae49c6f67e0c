"""A plan reads well, as rows and as text."""

from __future__ import annotations

from headrace.graph import Facts
from headrace.planner import Capabilities, explain, make_plan, plan_text
from tests.planner.steps import pipeline

PLAN = make_plan(
    pipeline(
        """
        orders: load.csv
        clean: select orders
        model: RandomForest clean
        out: save.parquet clean
        """
    ),
    {"embedded": Capabilities(memory_bytes=4_800_000_000)},
    {"orders": Facts(30_000, 4_000_000, 3, "line count", measured=True)},
)

TEXT = """\
stage 1 on embedded (only engine available), about 160 ms
├─ orders  load csv      30,000 rows, 4.0 MB    (line count)              40 ms  fits: ~12 MB of 4.8 GB
├─ clean   select        ~30,000 rows, ~4.0 MB  (as big as orders)  kept  40 ms  fits: ~12 MB of 4.8 GB
├─ model   RandomForest  ~30,000 rows, ~4.0 MB  (as big as clean)         40 ms  fits: ~12 MB of 4.8 GB
└─ out     save parquet                                                   40 ms  fits: ~12 MB of 4.8 GB"""


def test_a_row_tells_all_of_a_step() -> None:
    row = explain(PLAN)[1]

    assert (row.step, row.operator, row.engine) == ("clean", "select", "embedded")
    assert (row.rows, row.size, row.size_from) == ("~30,000", "~4.0 MB", "as big as orders")
    assert (row.kept, row.cost, row.why) == ("kept", "40 ms", "fits: ~12 MB of 4.8 GB")


def test_the_text_is_a_tree_of_stages_and_steps() -> None:
    assert plan_text(PLAN) == TEXT


def test_unknown_numbers_are_question_marks() -> None:
    plan = make_plan(pipeline("t: load.jdbc"), {"embedded": Capabilities()}, {})

    row = explain(plan)[0]

    assert (row.rows, row.size, row.cost) == ("?", "?", "?")
