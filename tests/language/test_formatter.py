"""The canonical layout, by pairs of texts, and the text of a tree."""

from __future__ import annotations

import pytest

from headrace.errors import ScriptError
from headrace.graph.span import MappedText, Source
from headrace.language.formatter import format_script, format_statements
from headrace.language.parser import parse
from headrace.language.syntax import Script, Set, Text
from tests.language.cases import Case, read_cases


def formatted(text: str) -> str:
    return format_script(Source("test", text))


@pytest.mark.parametrize("case", read_cases("layout"), ids=lambda case: case.title)
class TestLayout:
    def test_script_gets_its_layout(self, case: Case) -> None:
        assert formatted(case.script).rstrip("\n") == case.outcome

    def test_layout_is_final(self, case: Case) -> None:
        assert formatted(formatted(case.script)) == formatted(case.script)


class TestFormatScript:
    def test_ends_with_one_line_break(self) -> None:
        assert formatted("!a;\n\n\n") == "!a;\n"

    def test_windows_line_breaks_become_plain(self) -> None:
        assert formatted("-- a\r\nselect a,\r\n  b\r\nas t;\r\n") == "-- a\nselect a,\n  b\nas t;\n"

    def test_windows_line_breaks_in_strings_stay(self) -> None:
        assert formatted("set x = 'a\r\nb';") == "set x = 'a\r\nb';\n"

    def test_refuses_what_is_not_a_script(self) -> None:
        with pytest.raises(ScriptError, match="unknown statement"):
            formatted("laod csv.`a` as t;")


class TestFormatStatements:
    def test_writes_each_statement_on_its_lines(self) -> None:
        script = parse(Source("test", "load csv.`a` as t;!if ':a';select 1 as a as u;!fi;"))

        assert format_statements(script) == (
            'load csv.`a` as t;\n!if ":a";\n    select 1 as a as u;\n!fi;\n'
        )

    def test_quotes_and_escapes_values(self) -> None:
        script = parse(Source("test", r"""set x = 'a"b\\c\n'; set y = `a``b`;"""))

        assert format_statements(script) == 'set x = "a\\"b\\\\c\\n";\nset y = `a``b`;\n'

    def test_result_after_a_line_comment_has_its_own_line(self) -> None:
        script = parse(Source("test", "select 1 as a -- one\nas t;"))

        assert format_statements(script) == "select 1 as a -- one\nas t;\n"

    def test_block_that_holds_its_own_quotes_becomes_a_string(self) -> None:
        source = Source("test", "x'''y")
        value = Text("block", MappedText.copy_of(source.whole), source.whole)
        key = Text("word", MappedText.copy_of(source.span(0, 1)), source.span(0, 1))
        script = Script(source, (Set(key, value, (), source.whole),))

        assert format_statements(script) == "set x = \"x'''y\";\n"

    def test_nothing_for_nothing(self) -> None:
        assert format_statements(parse(Source("test", " -- a\n"))) == ""
