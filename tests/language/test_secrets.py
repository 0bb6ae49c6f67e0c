"""Texts that nobody may see, wherever they would be shown."""

from __future__ import annotations

import pytest

from headrace.errors import Problem
from headrace.graph.options import given
from headrace.graph.span import Source
from headrace.language.secrets import Secrets


def secrets(*texts: str) -> Secrets:
    made = Secrets()
    made.add(*texts)
    return made


class TestMasking:
    def test_a_secret_is_replaced_wherever_it_stands(self) -> None:
        assert secrets("s3cret").mask("as3cretb s3cret") == "a(hidden)b (hidden)"

    def test_a_short_secret_is_masked_as_a_word_only(self) -> None:
        assert secrets("12").mask("12 of 123") == "(hidden) of 123"

    def test_the_longer_of_two_secrets_goes_first(self) -> None:
        assert secrets("pass", "password").mask("password") == "(hidden)"

    def test_blanks_are_no_secret(self) -> None:
        assert not secrets("", "  ")

    def test_a_problem_shows_stars_in_its_line_and_keeps_its_place(self) -> None:
        source = Source("a.mlsql", 'set k = "s3cret";\nx;')
        problem = Problem("no s3cret", source.span(9, 15), "not s3cret")

        masked = secrets("s3cret").mask_problem(problem)

        assert masked.lines() == [
            "a.mlsql:1:10: no (hidden)",
            '   1 | set k = "******";',
            "     |          ^^^^^^",
            "hint: not (hidden)",
        ]


class TestPasswordsOfOptions:
    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("password", "hunter22"),
            ("PASSWORD", "hunter22"),
            ("url", "jdbc:postgresql://ann:hunter22@host/db"),
            ("url", "jdbc:mysql://host/db?user=ann&password=hunter22"),
        ],
    )
    def test_they_are_secrets(self, key: str, value: str) -> None:
        found = Secrets()

        found.add_options(given({key: value}))

        assert found.mask("x hunter22 y") == "x (hidden) y"

    def test_other_options_are_none(self) -> None:
        found = Secrets()

        found.add_options(given({"user": "hunter22", "url": "jdbc:sqlite:a.db"}))

        assert not found


def test_only_long_texts_count_as_passed_on() -> None:
    assert secrets("s3cret").occur_in("select 's3cret'")
    assert not secrets("1").occur_in("select 1")
