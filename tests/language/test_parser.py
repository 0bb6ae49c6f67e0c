"""What the corpus cannot show: places, problems together, limits and hostile input."""

from __future__ import annotations

import time

import pytest

from headrace.errors import ScriptError
from headrace.graph.span import Source
from headrace.language import lexer, parser
from headrace.language.parser import parse, parse_with_problems
from headrace.language.syntax import Command, If, Load, Select, Set, Statement


def only(text: str) -> Statement:
    (statement,) = parse(Source("test", text)).statements
    return statement


class TestPlaces:
    def test_spans_cover_what_was_written(self) -> None:
        load = only("\n load csv.`a b` where Header = 'x' as t ;")

        assert isinstance(load, Load)
        assert load.span.text == "load csv.`a b` where Header = 'x' as t"
        assert load.span.label == "test:2:2"
        assert load.path.span.text == "`a b`"
        assert load.options[0].key.span.text == "Header"
        assert load.options[0].value.span.text == "'x'"
        assert load.table.span.label == "test:2:39"

    def test_values_map_to_what_stands_between_their_quotes(self) -> None:
        load = only("load csv.`a b` as t;")

        assert isinstance(load, Load)
        assert load.path.value.span(2, 3).text == "b"
        assert load.path.value.span(2, 3).column == 13

    def test_escapes_map_to_both_their_characters(self) -> None:
        statement = only(r'set x = "a\tb";')

        assert isinstance(statement, Set)
        assert statement.value.plain == "a\tb"
        assert statement.value.value.span(1, 2).text == r"\t"
        assert statement.value.value.span(2, 3).text == "b"

    def test_text_of_very_many_escapes_maps_as_a_whole(self) -> None:
        statement = only('set x = "' + r"\t" * 20_000 + r'\d";')

        assert isinstance(statement, Set)
        assert statement.value.plain == "\t" * 20_000 + r"\d"
        assert statement.value.value.span(5, 6).text == statement.value.span.text[1:-1]

    def test_query_keeps_its_place(self) -> None:
        select = only("-- first\nselect a,\n  b from t as u;")

        assert isinstance(select, Select)
        assert select.query.value.span(12, 13).label == "test:3:3"

    def test_branches_span_from_if_to_fi(self) -> None:
        text = "!if ':a';\n !x;\n!else;\n!fi;"
        branch = only(text)

        assert isinstance(branch, If)
        assert branch.span.text == text[:-1]
        assert [arm.span.text for arm in branch.arms] == ["!if ':a'", "!else"]

    def test_windows_line_breaks(self) -> None:
        load = only("load csv.`a`\r\n  where x='1'\r\n  as t;\r\n")

        assert isinstance(load, Load)
        assert load.table.span.label == "test:3:6"

    def test_word_with_a_variable_is_one_argument(self) -> None:
        command = only("!x ${a}/b;")

        assert isinstance(command, Command)
        assert [argument.plain for argument in command.arguments] == ["${a}/b"]


class TestProblems:
    def test_parse_raises_all_of_them_in_their_order(self) -> None:
        with pytest.raises(ScriptError) as caught:
            parse(Source("a.mlsql", "laod csv.`a` as t;\n!if ':x';\nset x;"))

        places = [found.span.label for found in caught.value.problems if found.span]
        assert places == ["a.mlsql:1:1", "a.mlsql:2:1", "a.mlsql:3:6"]

    def test_message_shows_the_place_and_the_hint(self) -> None:
        with pytest.raises(ScriptError) as caught:
            parse(Source("a.mlsql", "laod csv.`a` as t;"))

        assert str(caught.value) == (
            "a.mlsql:1:1: unknown statement 'laod'\n"
            "   1 | laod csv.`a` as t;\n"
            "     | ^^^^\n"
            "hint: did you mean 'load'?"
        )

    def test_what_is_right_is_read_beside_what_is_wrong(self) -> None:
        script, problems = parse_with_problems(Source("test", "load csv.`a`; load csv.`b` as t;"))

        assert len(script.statements) == 1
        assert len(problems) == 1

    def test_reading_stops_after_many_problems(self) -> None:
        _, problems = parse_with_problems(Source("test", "bad;\n" * 1000))

        assert len(problems) == parser.PROBLEM_LIMIT + 1
        assert problems[-1].message == "the rest was not read after 100 problems"


class TestLimits:
    def test_script_that_is_too_long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(parser, "SOURCE_LENGTH_LIMIT", 10)

        with pytest.raises(ScriptError, match="longer than 10 characters"):
            parse(Source("test", "!show tables;"))

    def test_too_many_statements(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(parser, "STATEMENT_LIMIT", 3)

        with pytest.raises(ScriptError, match="more than 3 statements") as caught:
            parse(Source("test", "!a; !b;; !c; !d; bad;"))

        assert len(caught.value.problems) == 1

    def test_branches_as_deep_as_allowed(self) -> None:
        depth = 100
        parse(Source("test", "!if ':a';" * depth + "!fi;" * depth))

    @pytest.mark.parametrize("opening", ["!if ':a';", "!for x in [1];"])
    def test_branches_too_deep(self, opening: str) -> None:
        with pytest.raises(ScriptError) as caught:
            parse(Source("test", opening * 100_000))

        messages = [found.message for found in caught.value.problems]
        assert "branches and loops are nested more than 100 deep" in messages

    def test_statement_of_too_many_tokens(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lexer, "TOKEN_LIMIT", 5)
        monkeypatch.setattr(parser, "TOKEN_LIMIT", 5)

        with pytest.raises(ScriptError, match="more than 5 words and marks"):
            parse(Source("test", "!a; set x = [1, 2];"))

    def test_lists_too_deep(self) -> None:
        with pytest.raises(ScriptError, match="nested more than 20 deep"):
            parse(Source("test", f"set x = {'[' * 100_000};"))


TEN_MEGABYTES = 10_000_000


class TestLongInput:
    """Ten megabytes on one line are read, or refused, in seconds."""

    @pytest.mark.parametrize(
        "text",
        [
            "select " + "a, " * (TEN_MEGABYTES // 3) + "b as t;",
            "select 1 as a as t;" * (TEN_MEGABYTES // 1000),
            "set x = '" + "a\\n" * (TEN_MEGABYTES // 3) + "';",
            "select '" + "a" * TEN_MEGABYTES,
            "select 1 as " + "a" * TEN_MEGABYTES + ";",
            "select 1" + " " * TEN_MEGABYTES + " as t;",
            "(" * TEN_MEGABYTES,
            "';" * (TEN_MEGABYTES // 2),
            "`;\n" * (TEN_MEGABYTES // 3),
            "load x.`` where a=[" + "1," * (TEN_MEGABYTES // 40) + "1] as t;",
        ],
        ids=[
            "query", "queries", "escapes", "unclosed", "name", "blanks", "brackets", "strings",
            "back-quotes", "list",
        ],
    )  # fmt: skip
    def test_time_is_bounded(self, text: str) -> None:
        start = time.perf_counter()
        parse_with_problems(Source("test", text))

        assert time.perf_counter() - start < 30
