"""Options of formats are read from what scripts write."""

from __future__ import annotations

from typing import Any

import pytest

from headrace.errors import OptionError
from headrace.operators import formats
from headrace.operators.options import bind, given


def read(name: str, **options: Any) -> Any:
    return bind(formats.read_options(name), given(options), name).unwrap()


class TestCsv:
    def test_texts_of_scripts_become_typed_values(self) -> None:
        options = read("csv", header="true", inferSchema="true", skipFirstNLines="2")

        assert (options.header, options.infer_schema, options.skip_first_n_lines) == (True, True, 2)

    def test_the_defaults_are_those_of_spark(self) -> None:
        options = read("csv")

        assert (options.header, options.delimiter, options.infer_schema) == (False, ",", False)

    @pytest.mark.parametrize("written", ["\t", "\\t", "tab"])
    def test_a_tab_may_be_written_in_three_ways(self, written: str) -> None:
        assert read("csv", sep=written).delimiter == "\t"

    @pytest.mark.parametrize(
        ("mode", "policy"), [("PERMISSIVE", "null"), ("dropMalformed", "drop"), ("fail", "fail")]
    )
    def test_modes_of_spark_are_policies(self, mode: str, policy: str) -> None:
        assert read("csv", mode=mode).bad_rows == policy

    @pytest.mark.parametrize("name", ["GBK", "gb2312", "cp936"])
    def test_gbk_means_its_superset(self, name: str) -> None:
        assert read("csv", encoding=name).encoding == "gb18030"

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"delimiter": "||"}, "one ASCII character"),
            ({"delimiter": ";", "comment": ";"}, "must be different"),
            ({"encoding": "utf-9"}, "unknown encoding"),
            ({"badRows": "ignore"}, "badRows"),
            ({"skipFirstNLines": "-1"}, "skipFirstNLines"),
            ({"delimeter": ";"}, "did you mean 'delimiter'"),
        ],
    )
    def test_wrong_values_are_refused(self, options: dict[str, str], message: str) -> None:
        with pytest.raises(OptionError) as caught:
            read("csv", **options)

        assert message in str(caught.value)


class TestExcel:
    @pytest.mark.parametrize("written", ["A1:C35", "B2", "'Sheet 1'!A1:B2", "Sales!$A$1:$B$2"])
    def test_ranges(self, written: str) -> None:
        assert read("excel", dataAddress=written).range == written

    def test_what_is_no_range_is_refused(self) -> None:
        with pytest.raises(OptionError, match="a range such as"):
            read("excel", range="everything")


class TestDelta:
    def test_one_point_in_time(self) -> None:
        with pytest.raises(OptionError, match="not both"):
            read("delta", versionAsOf="1", timestampAsOf="2024-01-01")
