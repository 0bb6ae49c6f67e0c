"""Tokens: how text falls into them, and that none of it is lost."""

from __future__ import annotations

import time

import pytest

from headrace.graph.span import Source
from headrace.language.lexer import Lexer, statements, tokenize
from tests.language.cases import Case, parse_cases


def kinds(text: str) -> list[str]:
    """Kinds and texts of all tokens but blanks."""
    source = Source("test", text)
    return [
        f"{token.kind} {text[token.start : token.end]}"
        for token in tokenize(source)
        if token.kind != "space"
    ]


def joined(text: str) -> str:
    return "".join(text[token.start : token.end] for token in tokenize(Source("test", text)))


class TestTokens:
    def test_words_marks_and_quoted_texts(self) -> None:
        assert kinds("""load csv.`a``b` where x="1\\"" as t;""") == [
            "word load",
            "word csv",
            "symbol .",
            "quoted_name `a``b`",
            "word where",
            "word x",
            "symbol =",
            'string "1\\""',
            "word as",
            "word t",
            "end ;",
        ]

    def test_block_ends_at_the_first_three_quotes(self) -> None:
        assert kinds("set x='''a''b'''") == ["word set", "word x", "symbol =", "block '''a''b'''"]

    @pytest.mark.parametrize("number", ["0", "12", "-3", "+4", "1.5", "-2.50", "1e9", "1.5E-3"])
    def test_numbers(self, number: str) -> None:
        assert kinds(f"set x={number};")[-2] == f"number {number}"

    @pytest.mark.parametrize("word", ["1a", "2020_orders", "1e", "_", "数据", "é1"])
    def test_words_may_begin_with_a_digit(self, word: str) -> None:
        assert kinds(f"set x={word};")[-2] == f"word {word}"

    def test_digits_after_a_name_and_a_dot_are_parts_of_the_name(self) -> None:
        assert kinds("set a.0.x=1;")[1:6] == [
            "word a",
            "symbol .",
            "number 0",
            "symbol .",
            "word x",
        ]

    @pytest.mark.parametrize("comment", ["-- a;b", "/**/", "/* a;\n'b */", "/*+ hint */"])
    def test_comments(self, comment: str) -> None:
        assert kinds(f"{comment}\nload")[0] == f"comment {comment}"

    def test_windows_line_breaks_end_comments(self) -> None:
        assert kinds("-- a\r\nload") == ["comment -- a", "word load"]


class TestSqlText:
    def test_code_between_quotes_and_comments_is_one_token(self) -> None:
        assert kinds("select a/b, 'x;' -- y;\nfrom t as u;") == [
            "word select",
            "sql  a/b, ",
            "string 'x;'",
            "sql  ",
            "comment -- y;",
            "sql \nfrom t as u",
            "end ;",
        ]

    def test_doubled_quotes_do_not_open_a_block(self) -> None:
        assert kinds("select '''' as t;")[2:4] == ["string ''", "string ''"]

    @pytest.mark.parametrize(
        "verb", ["select", "with", "insert", "create", "drop", "refresh", "SELECT"]
    )
    def test_verbs(self, verb: str) -> None:
        assert kinds(f"{verb} x") == [f"word {verb}", "sql  x"]


class TestCommandText:
    def test_raw_words(self) -> None:
        assert kinds("!fs -ls /a/*.csv {} a:b;") == [
            "command !fs",
            "word -ls",
            "word /a/*.csv",
            "word {}",
            "word a:b",
            "end ;",
        ]

    def test_for_is_read_as_the_language(self) -> None:
        assert kinds('!for x in ["a"];')[3:] == ["symbol [", 'string "a"', "symbol ]", "end ;"]


class TestStatements:
    def test_each_ends_with_its_semicolon(self) -> None:
        texts = ["".join(t) for t in _statement_texts("load a.b as c; !x;\nselect ';' as t; ")]

        assert texts == ["load a.b as c;", " !x;", "\nselect ';' as t;", " "]

    def test_line_that_begins_with_a_verb_begins_a_statement(self) -> None:
        assert len(list(statements(Source("test", "load a.b as c\nload d.e as f;")))) == 2

    @pytest.mark.parametrize("follower", ['="1"', ".a=1", ", b", ";", " as t", " where"])
    def test_verb_that_is_used_as_a_name_does_not(self, follower: str) -> None:
        assert len(list(statements(Source("test", f"load a.b x\nset{follower}")))) == 1

    def test_no_statement_is_left_at_the_end(self) -> None:
        assert Lexer(Source("test", "")).statement() == []


class TestUnclosed:
    @pytest.mark.parametrize("opening", ["'", '"', "'''", "`", "/*"])
    def test_token_ends_before_the_semicolon_that_ends_its_line(self, opening: str) -> None:
        assert kinds(f"set x = {opening}a b;\nload")[3:] == [
            f"unclosed {opening}a b",
            "end ;",
            "word load",
        ]

    def test_token_takes_all_where_no_line_ends_so(self) -> None:
        assert kinds("select 'a; b")[-1] == "unclosed 'a; b"


def _statement_texts(text: str) -> list[list[str]]:
    return [
        [text[token.start : token.end] for token in tokens]
        for tokens in statements(Source("test", text))
    ]


@pytest.mark.parametrize("case", parse_cases(), ids=lambda case: case.label)
def test_no_character_of_the_corpus_is_lost(case: Case) -> None:
    assert joined(case.script) == case.script


@pytest.mark.parametrize("unit", ["'", '"', "`", "/*", "/* ", "-", "\\'", "''' ", "';\n\\'", "a ", "\n", "!/*", "0", ";"])  # fmt: skip
@pytest.mark.parametrize("verb", ["", "select ", "!x "])
def test_time_grows_with_the_length_only(unit: str, verb: str) -> None:
    text = verb + unit * (300_000 // len(unit))

    start = time.perf_counter()
    assert joined(text) == text
    assert time.perf_counter() - start < 5  # a quadratic lexer would take minutes
