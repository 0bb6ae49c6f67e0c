from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import pytest

from headrace.graph.report import Cell, ChartItem, ChartKind
from headrace.report.charts import CHARTS, chart
from headrace.report.themes import DARK, LIGHT, Theme, vega_config
from tests.report import examples

Columns = Mapping[str, Sequence[Cell]]

KINDS: tuple[ChartKind, ...] = get_args(ChartKind)


def specification(item: ChartItem) -> dict[str, Any]:
    """The chart as Vega-Lite; Altair raises where its schema forbids something."""
    return dict(chart(item).to_dict(validate=True))


def datasets(spec: dict[str, Any]) -> str:
    return json.dumps(spec, ensure_ascii=False)


class TestEveryKind:
    def test_each_kind_that_operators_may_show_has_a_chart(self) -> None:
        assert set(CHARTS) == set(KINDS)

    @pytest.mark.parametrize("kind", KINDS)
    def test_is_a_valid_specification_as_wide_as_its_place(self, kind: ChartKind) -> None:
        spec = specification(examples.CHARTS[kind])

        assert spec["width"] == "container"
        assert "vega-lite" in spec["$schema"]

    @pytest.mark.parametrize("kind", KINDS)
    def test_explains_itself_under_the_pointer(self, kind: ChartKind) -> None:
        assert '"tooltip"' in datasets(specification(examples.CHARTS[kind]))

    @pytest.mark.parametrize("kind", KINDS)
    def test_names_no_colours_so_that_they_follow_the_theme(self, kind: ChartKind) -> None:
        item = examples.CHARTS[kind]
        spec = chart(item).to_dict(validate=True)
        spec.pop("config")

        assert "#" not in json.dumps(spec).replace("#/", "")

    @pytest.mark.parametrize("kind", KINDS)
    def test_without_rows_is_still_a_chart(self, kind: ChartKind) -> None:
        item = examples.CHARTS[kind]
        empty = ChartItem(kind, {name: [] for name in item.data}, item.title)

        assert specification(empty)


class TestData:
    def test_what_is_no_number_is_a_gap_not_a_word(self) -> None:
        data: Columns = {"predicted": [math.nan, 2.0], "residual": [0.5, math.inf]}

        text = datasets(specification(ChartItem("residuals", data)))

        assert "nan" not in text
        assert "inf" not in text.lower().replace("infer", "")

    def test_names_with_commas_and_quotes_stay_whole(self) -> None:
        data: Columns = {"feature": ['a,"b"\nc'], "importance": [0.5]}

        text = datasets(specification(ChartItem("importance", data)))

        assert json.dumps('"a,""b""\nc",0.5')[1:-1] in text

    def test_numbers_lose_the_digits_that_no_screen_shows(self) -> None:
        data: Columns = {"predicted": [1 / 3], "residual": [2 / 3]}

        assert "0.33333,0.66667" in datasets(specification(ChartItem("residuals", data)))


class TestKinds:
    def test_models_in_one_chart_are_told_apart_by_colour(self) -> None:
        data: Columns = {"fpr": [0, 1] * 2, "tpr": [0, 1] * 2, "series": ["a", "a", "b", "b"]}

        spec = datasets(specification(ChartItem("roc", data)))

        assert '"field": "series"' in spec

    def test_a_confusion_cell_shows_its_share_of_the_actual_class(self) -> None:
        text = datasets(specification(examples.CHARTS["confusion"]))

        assert "12345,12,345" not in text
        assert '12345,\\"12,345\\",0.9946' in text

    def test_many_classes_are_shaded_without_texts(self) -> None:
        classes = [str(n) for n in range(20)]
        data: Columns = {
            "actual": [a for a in classes for _ in classes],
            "predicted": classes * 20,
            "count": [1.0] * 400,
        }

        assert '"text"' not in datasets(specification(ChartItem("confusion", data)))

    def test_negative_bars_have_a_colour_of_their_own(self) -> None:
        text = datasets(specification(examples.CHARTS["coefficients"]))

        assert "balance,-1.5,negative" in text
        assert "年龄,0.75,positive" in text


class TestThemes:
    @pytest.mark.parametrize("theme", [LIGHT, DARK])
    def test_a_chart_with_a_themes_configuration_is_valid(self, theme: Theme) -> None:
        spec = chart(examples.CHARTS["roc"]).configure(**vega_config(theme)).to_dict(validate=True)

        assert spec["config"]["range"]["category"] == list(theme.series)

    @pytest.mark.parametrize("theme", [LIGHT, DARK])
    def test_text_can_be_read_on_its_ground(self, theme: Theme) -> None:
        for colour in (theme.ink, theme.muted, theme.accent, theme.good, theme.caution, theme.bad):
            assert contrast(colour, theme.card) >= 4.5
            assert contrast(colour, theme.paper) >= 4.5

    @pytest.mark.parametrize("theme", [LIGHT, DARK])
    def test_series_stand_out_from_the_card(self, theme: Theme) -> None:
        assert min(contrast(colour, theme.card) for colour in theme.series) >= 2


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2, "relative luminance")."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
