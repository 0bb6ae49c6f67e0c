from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from headrace.errors import DataError, FitError
from headrace.graph.report import ChartItem, MetricsItem, Report, TableItem, TextItem
from headrace.graph.span import Source
from headrace.report.html import html_report, write_html
from headrace.runtime.history import History
from tests.report import examples
from tests.report.examples import SCRIPT, evaluation, history, warned

HOSTILE = "</script><img src=x onerror=alert(1)><!--\"'&"


class Page(HTMLParser):
    """What a browser finds: elements with their attributes, and text outside of scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self._inside: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.words.append(data)
        elif self._inside[-1] == "script":
            self.scripts.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.elements)

    def ids(self) -> set[str | None]:
        return {attributes.get("id") for _, attributes in self.elements}


@pytest.fixture(scope="module")
def full() -> str:
    """A run that shows everything."""
    everything = Report("Everything", examples.every_item())
    run = history(
        ("shop_forest", evaluation(0.77, 0.45)),
        ("shop_boosting", evaluation(0.79, 0.43)),
        ("all", everything),
        ("say", Report("", (TextItem("你好"),))),
    )
    return html_report(
        warned(run, "orders are old"), SCRIPT, datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    )


class TestSelfContained:
    def test_nothing_is_loaded_from_anywhere(self, full: str) -> None:
        page = Page(full)

        loaded = [
            value
            for _, attributes in page.elements
            for name, value in attributes.items()
            if name in ("src", "href", "data", "action", "poster", "srcset")
        ]
        assert loaded
        assert all(value and value.startswith("#") for value in loaded)
        assert page.count("link") == page.count("iframe") == page.count("img") == 0

    def test_styles_load_nothing(self, full: str) -> None:
        style = full[full.index("<style>") : full.index("</style>")]

        assert "url(" not in style
        assert "@import" not in style

    def test_the_browser_is_told_to_forbid_the_network(self, full: str) -> None:
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', full)

        assert policy is not None
        assert policy[1].startswith("default-src &#x27;none&#x27;")
        assert "http" not in policy[1]

    def test_without_charts_the_renderer_is_left_out(self) -> None:
        page = html_report(history(("say", Report("", (TextItem("hello"),)))), SCRIPT)

        assert len(page) < 30_000
        assert "<script" not in page


class TestContent:
    def test_says_what_ran_how_long_and_when(self, full: str) -> None:
        text = Page(full).text

        for words in (
            "churn.mlsql",
            "succeeded",
            "2.50 s",
            "4 steps",
            "1 warning",
            "2026-03-01 09:30",
        ):
            assert words in text

    def test_every_link_leads_somewhere(self, full: str) -> None:
        page = Page(full)

        targets = {a["href"] for tag, a in page.elements if tag == "a"}
        assert {f"#{name}" for name in page.ids()} >= targets

    def test_steps_lead_to_their_lines(self, full: str) -> None:
        assert 'href="#line-2"' in full
        assert 'id="line-4"' in full

    def test_brief_words_of_a_step_stand_beside_it(self, full: str) -> None:
        page = Page(full)

        assert "你好" in page.text
        assert "say" not in {a.get("href") for _, a in page.elements}

    def test_every_chart_has_a_place_and_a_specification(self, full: str) -> None:
        page = Page(full)

        places = [a["data-chart"] for _, a in page.elements if "data-chart" in a]
        specifications = json.loads(page.scripts[0])
        assert len(places) == len(specifications)
        assert set(places) == {str(n) for n in range(len(specifications))}

    def test_headings_go_down_by_one(self, full: str) -> None:
        assert [int(t[1]) for t, _ in Page(full).elements if re.fullmatch(r"h\d", t)][:2] == [1, 2]

    def test_the_same_run_gives_the_same_page(self) -> None:
        run = history(("metrics", evaluation(0.7, 0.5)))

        assert html_report(run, SCRIPT) == html_report(run, SCRIPT)

    def test_a_cell_is_rounded_and_keeps_its_exact_value_at_hand(self, full: str) -> None:
        assert '<td class="number" title="1234.5678">1235</td>' in full

    def test_a_long_table_says_how_much_of_it_is_shown(self) -> None:
        table = TableItem(("n",), tuple((n,) for n in range(1_000)), "t", total_rows=5_000)

        page = html_report(history(("t", Report("t", (table,)))), SCRIPT)

        assert "the first 200 of 5,000 rows" in page


class TestComparison:
    def test_models_of_one_evaluator_stand_side_by_side(self, full: str) -> None:
        section = full[full.index('id="comparison-1"') : full.index('id="result-1-1"')]

        assert "Classification: models compared" in section
        assert ">forest</th>" in section
        assert ">boosting</th>" in section

    def test_the_best_is_marked_whichever_way_is_better(self, full: str) -> None:
        assert '<td class="number best">0.7900</td>' in full
        assert '<td class="number best">0.4300</td>' in full
        assert full.count("number best") == 2

    def test_a_single_model_is_not_compared(self) -> None:
        page = html_report(history(("metrics", evaluation(0.7, 0.5))), SCRIPT)

        assert "models compared" not in page


@pytest.fixture(scope="module")
def hostile() -> str:
    chart = ChartItem("importance", {"feature": [HOSTILE], "importance": [1.0]}, HOSTILE)
    table = TableItem((HOSTILE,), ((HOSTILE,),), HOSTILE, (HOSTILE,))
    metrics = MetricsItem({HOSTILE: 0.5}, HOSTILE)
    report = Report(HOSTILE, (TextItem(HOSTILE), table, metrics, chart))
    error = FitError(HOSTILE, hint=HOSTILE)
    run = warned(
        history((HOSTILE, report), ("brief", Report("", (TextItem(HOSTILE),))), error=error),
        HOSTILE,
    )
    return html_report(run, Source(f"{HOSTILE}.mlsql", f"select '{HOSTILE}' as t; -- {HOSTILE}"))


class TestHostileText:
    def test_no_name_becomes_an_element(self, hostile: str) -> None:
        assert Page(hostile).count("img") == 0
        assert "<img src=x" not in hostile

    def test_no_name_ends_a_script_or_opens_a_comment_in_one(self, hostile: str) -> None:
        found = Page(hostile)

        assert found.count("script") == 4
        [chart] = json.loads(found.scripts[0])
        assert "onerror" in str(chart["datasets"])
        assert "<!--" not in found.scripts[0]

    def test_names_are_shown_as_they_are(self, hostile: str) -> None:
        assert Page(hostile).text.count("onerror=alert(1)") >= 8

    def test_no_attribute_is_broken_out_of(self, hostile: str) -> None:
        assert not any("onerror" in attributes for _, attributes in Page(hostile).elements)


class TestFailure:
    @pytest.fixture
    def failed(self) -> History:
        error = FitError("only one class", span=SCRIPT.span(33, 39), hint="look at the label")
        return history(("fit", Report("fit", (TextItem("fitting"),))), error=error)

    def test_the_error_stands_first_with_place_and_hint(self, failed: History) -> None:
        page = html_report(failed, SCRIPT)

        section = page[page.index('id="problems"') : page.index('id="statements"')]
        assert "What went wrong" in section
        for words in ("only one class", "churn.mlsql:2:1", "^^^^^^", "look at the label"):
            assert words in section

    def test_its_line_stands_out_in_the_script(self, failed: History) -> None:
        assert '<li id="line-2" class="marked">' in html_report(failed, SCRIPT)

    def test_the_step_is_marked_as_failed(self, failed: History) -> None:
        assert '<span class="mark failed"' in html_report(failed, SCRIPT)

    def test_a_run_without_any_step_has_a_page(self) -> None:
        assert "not finished" in html_report(History(), Source("empty.mlsql", ""))


class TestWriting:
    def test_the_file_is_the_page(self, tmp_path: Path) -> None:
        path = tmp_path / "folder" / "r.html"

        write_html(path, history(("t", Report("t", (examples.ORDERS,)))), SCRIPT)

        assert "北京市第一客户" in path.read_text(encoding="utf-8")
        assert list(path.parent.iterdir()) == [path]

    def test_a_place_that_cannot_be_written_is_a_clear_error(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("in the way")

        with pytest.raises(DataError, match="the report cannot be written"):
            write_html(tmp_path / "file" / "r.html", History(), SCRIPT)


class TestInABrowser:
    def test_all_charts_are_drawn_without_a_network(self, full: str, tmp_path: Path) -> None:
        browser = shutil.which("chromium") or shutil.which("google-chrome")
        if browser is None:
            pytest.skip("no chromium here to open the report with")
        path = tmp_path / "r.html"
        path.write_text(full, encoding="utf-8")

        drawn = opened(browser, path, tmp_path)

        places = drawn.count("data-chart=")
        assert places >= len(examples.CHARTS)
        assert drawn.count('class="marks"') == places
        assert "This chart could not be drawn: " not in drawn.replace("drawn: ${", "")


def opened(browser: str, path: Path, scratch: Path) -> str:
    """The document after its scripts ran, in a browser that finds no host."""
    return subprocess.run(
        [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={scratch / 'profile'}", "--virtual-time-budget=20000",
            "--dump-dom", path.as_uri(),
        ],
        capture_output=True, check=True, text=True, timeout=100,
    ).stdout  # fmt: skip
