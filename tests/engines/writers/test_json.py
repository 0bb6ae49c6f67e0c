from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engines.writers.saving import written

MOMENT = datetime(2024, 1, 1, 12, tzinfo=UTC)
NESTED = pa.struct(
    [
        ("tags", pa.list_(pa.string())),
        ("prices", pa.map_(pa.string(), pa.decimal128(4, 2))),
        ("at", pa.timestamp("us", "UTC")),
        ("raw", pa.binary()),
        ("missing", pa.int64()),
    ]
)


def objects(table: pa.Table, folder: Path, **options: bool) -> list[dict[str, object]]:
    saved = written(table, folder / "t.json", "json", **options).decode()
    return [json.loads(line) for line in saved.split("\n")[:-1]]


class TestValues:
    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            pytest.param(pa.array([2**62, -1]), [2**62, -1], id="integers"),
            pytest.param(
                pa.array([0.1, 1.0, float("nan"), float("inf")]),
                [0.1, 1.0, "NaN", "Infinity"],
                id="floats",
            ),
            pytest.param(
                pa.array([Decimal("1.20")]), [Decimal("1.20")], id="decimals, digit by digit"
            ),
            pytest.param(pa.array([True]), [True], id="booleans"),
            pytest.param(pa.array(['\\ " /', "a\nb", "中\x7f"]), ['\\ " /', "a\nb", "中\x7f"]),
            pytest.param(
                pa.array([MOMENT], pa.timestamp("us", "UTC")),
                ["2024-01-01T12:00:00Z"],
                id="timestamps",
            ),
            pytest.param(pa.array([[1.5, None], []]), [[1.5, None], []], id="lists"),
            pytest.param(
                pa.array(
                    [
                        {
                            "tags": ["a"],
                            "prices": [("x", Decimal("1.50"))],
                            "at": MOMENT,
                            "raw": b"a",
                        }
                    ],
                    NESTED,
                ),
                [
                    {
                        "tags": ["a"],
                        "prices": {"x": 1.5},
                        "at": "2024-01-01T12:00:00Z",
                        "raw": "YQ==",
                    }
                ],
                id="nested",
            ),
        ],
    )
    def test_are_json(self, tmp_path: Path, values: pa.Array, expected: list[object]) -> None:
        saved = written(pa.table({"a": values}), tmp_path / "t.json", "json").decode()

        read = [json.loads(line)["a"] for line in saved.splitlines()]
        if isinstance(expected[0], Decimal):
            read = [json.loads(line, parse_float=Decimal)["a"] for line in saved.splitlines()]
        assert read == expected

    @given(st.lists(st.tuples(st.text(st.characters(codec="utf-8")), st.floats()), max_size=20))
    @settings(
        max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def test_any_text_and_number_comes_back(
        self, tmp_path: Path, rows: list[tuple[str, float]]
    ) -> None:
        (tmp_path / "t.json").unlink(missing_ok=True)
        texts, numbers = [text for text, _ in rows], [number for _, number in rows]
        table = pa.table({"t": pa.array(texts, pa.string()), "n": pa.array(numbers, pa.float64())})

        read = objects(table, tmp_path)

        assert [row["t"] for row in read] == texts
        assert [repr(float(str(row["n"]))) for row in read] == [repr(n) for n in numbers]


class TestNulls:
    def test_are_left_out(self, tmp_path: Path) -> None:
        table = pa.table({"a": [None, 1], "b": [None, "x"]})

        assert objects(table, tmp_path) == [{}, {"a": 1, "b": "x"}]

    def test_are_written_if_wanted(self, tmp_path: Path) -> None:
        table = pa.table({'na"me': [None, 1]})

        assert objects(table, tmp_path, ignore_null_fields=False) == [{'na"me': None}, {'na"me': 1}]
