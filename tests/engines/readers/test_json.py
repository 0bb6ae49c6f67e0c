"""JSON: types over all records, other shapes, dirt by policy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from headrace.errors import DataError
from tests.engines.readers.reading import Loaded, load_text


def load(text: str, folder: Path, **options: Any) -> Loaded:
    return load_text("jsonStr", text, folder, **options)


class TestTypes:
    @pytest.mark.parametrize(
        ("lines", "type_name", "values"),
        [
            (['{"a": 1}', '{"a": 2.5}'], "double", [1.0, 2.5]),
            (['{"a": true}', '{"a": null}'], "bool", [True, None]),
            (['{"a": "2024-05-01"}'], "string", ["2024-05-01"]),
            (['{"a": 1}', '{"a": "x"}'], "string", ["1", "x"]),
            (['{"a": {"b": 1}}', '{"a": 2}'], "string", ['{"b":1}', "2"]),
            (['{"a": [1]}', '{"a": [2.5, null]}'], "list<element: double>", [[1.0], [2.5, None]]),
            (['{"a": [1, "x"]}'], "list<element: string>", [["1", "x"]]),
            (['{"a": 12345678901234567890}'], "string", ["12345678901234567890"]),
            (['{"a": []}'], "list<element: string>", [[]]),
            (['{"a": null}'], "string", [None]),
        ],
    )
    def test_the_narrowest_type_that_holds_all(
        self, lines: list[str], type_name: str, values: list[Any], tmp_path: Path
    ) -> None:
        loaded = load("\n".join(lines), tmp_path)

        assert loaded.types["a"].replace("item", "element") == type_name
        assert [row[0] for row in loaded.rows] == values

    def test_records_need_not_have_the_same_fields(self, tmp_path: Path) -> None:
        loaded = load('{"a": 1}\n{"b": {"c": "x"}}\n{"b": {"d": [1]}}', tmp_path)

        assert loaded.rows == [
            (1, None),
            (None, {"c": "x", "d": None}),
            (None, {"c": None, "d": [1]}),
        ]

    def test_columns_stand_as_in_the_records_whatever_their_texts_look_like(
        self, tmp_path: Path
    ) -> None:
        loaded = load('{"n": 1, "t": "2024-01-01T10:00:00Z", "m": {"k": 2}}', tmp_path)

        assert loaded.types == {"n": "int64", "t": "string", "m": "struct<k: int64>"}

    @pytest.mark.parametrize("late", ['{"a": "x"}', '{"a": 2.5}', '{"b": 1}', '{"a": {"c": 1}}'])
    def test_types_do_not_depend_on_where_blocks_end(self, late: str, tmp_path: Path) -> None:
        text = '{"a": 1}\n' * 50 + late + "\n" + '{"a": 3}\n' * 50

        in_blocks = load(text, tmp_path, block_bytes=32)

        at_once = load(text, tmp_path)
        assert in_blocks.types == at_once.types
        assert in_blocks.rows == at_once.rows

    def test_names_that_differ_in_case_only_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="differ in case only"):
            load('{"a": 1, "A": 2}', tmp_path)


class TestDocuments:
    @pytest.mark.parametrize("size", [5, 1 << 20])
    def test_an_array_of_objects(self, size: int, tmp_path: Path) -> None:
        text = '[\n  {"a": 1,\n   "b": "x]"},\n  {"a": 2}\n]\n'

        loaded = load(text, tmp_path, multiLine=True, block_bytes=size)

        assert loaded.rows == [(1, "x]"), (2, None)]

    def test_one_object(self, tmp_path: Path) -> None:
        assert load('{"a":\n 1}', tmp_path, multiLine=True).rows == [(1,)]

    def test_one_cut_off_is_refused_with_its_line(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="line 3"):
            load('[\n{"a": 1},\n{"a": ', tmp_path, multiLine=True)

    def test_one_read_as_lines_says_what_to_do(self, tmp_path: Path) -> None:
        with pytest.raises(DataError) as caught:
            load('[\n{"a": 1}\n]', tmp_path)

        assert "multiLine=true" in str(caught.value)


class TestBadRecords:
    TEXT = '{"a": 1}\n\n{"a": \n7\n{"a": 2}\n'

    def test_fail_names_the_line(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="line 3: not a JSON object"):
            load(self.TEXT, tmp_path)

    def test_drop_counts(self, tmp_path: Path) -> None:
        loaded = load(self.TEXT, tmp_path, badRows="drop")

        assert loaded.rows == [(1,), (2,)]
        assert loaded.warnings == ["'text': 2 bad records left out"]

    def test_null_keeps_the_row(self, tmp_path: Path) -> None:
        loaded = load(self.TEXT, tmp_path, mode="PERMISSIVE")

        assert loaded.rows == [(1,), (None,), (None,), (2,)]

    def test_nothing_at_all_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="is empty"):
            load("\n \n", tmp_path)

    @pytest.mark.parametrize("text", ["null", ' \nnull\n{"a": 1}', '{"a": 1} null', "null{}"])
    def test_a_null_for_a_record_does_not_end_the_process(self, text: str, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="not a JSON object"):
            load(text, tmp_path)

    @pytest.mark.parametrize("text", ['{"a": 1} {"a": 2}', '{"a":\n1}'])
    def test_a_line_is_a_record(self, text: str, tmp_path: Path) -> None:
        with pytest.raises(DataError, match="line 1"):
            load(text, tmp_path)

    def test_deep_nesting_ends_in_an_error(self, tmp_path: Path) -> None:
        for deep in ("[" * 200_000, '{"a":' * 200_000):
            with pytest.raises(DataError):
                load(f'{{"a":{deep}', tmp_path)

    def test_a_long_record(self, tmp_path: Path) -> None:
        text = '{"a": 1}\n' * 9 + f'{{"a": 2, "b": "{"x" * 10_000_000}"}}\n'

        assert len(load(text, tmp_path).rows[-1][1]) == 10_000_000
