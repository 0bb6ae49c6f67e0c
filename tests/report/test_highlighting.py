from __future__ import annotations

import re
from html import unescape

import pytest

from headrace.graph.span import Source
from headrace.report.highlighting import script_lines


def html_of(script: str) -> str:
    return script_lines(Source("s.mlsql", script))


class TestScript:
    @pytest.mark.parametrize(
        "script",
        [
            "",
            "load csv.`a.csv` as t;\n\nselect 1 as t;",
            "set x = '''a\nb\n''';\n/* c\nd */ select '它''s' as t;",
            "select 'unclosed\nfrom t as u; `x\n'''",
            "!if ''' :a > 1 ''';\n  select \"${x}\" as t;\n!fi;",
        ],
    )
    def test_no_character_is_lost(self, script: str) -> None:
        lines = re.findall(r"<li[^>]*>(.*?)</li>", html_of(script))

        assert [unescape(re.sub(r"<[^>]*>", "", line)) for line in lines] == script.split("\n")

    def test_windows_line_ends_make_no_empty_lines(self) -> None:
        assert html_of("a\r\nb").count("<li") == 2

    def test_kinds_of_tokens_are_told_apart(self) -> None:
        html = html_of("load csv.`a` as t; -- why\n!show t; select 'x' as ${n};")

        for expected in (
            '<span class="t-keyword">load</span>',
            '<span class="t-name">`a`</span>',
            '<span class="t-comment">-- why</span>',
            '<span class="t-command">!show</span>',
            '<span class="t-string">&#x27;x&#x27;</span>',
            '<span class="t-variable">${n}</span>',
        ):
            assert expected in html

    def test_a_block_over_several_lines_is_coloured_on_each(self) -> None:
        assert html_of("set a = '''x\ny''';").count('class="t-string"') == 2
