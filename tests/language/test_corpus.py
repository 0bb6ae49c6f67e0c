"""Every production of the grammar, by example: a script, and its tree or its errors."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from headrace.graph.span import Source
from headrace.language.formatter import format_script, format_statements
from headrace.language.lexer import tokenize
from headrace.language.parser import parse, parse_with_problems
from headrace.language.syntax import Script, Statement
from tests.language.cases import Case, parse_cases
from tests.language.trees import problem, tree

CASES = parse_cases()
VALID = [case for case in CASES if "error " not in case.outcome]


def comments(text: str) -> list[str]:
    """All comments, whatever their order and indentation."""
    tokens = tokenize(Source("test", text))
    found = [text[t.start : t.end] for t in tokens if t.kind == "comment"]
    return sorted(re.sub(r"\s+", " ", comment).strip() for comment in found)


def tree_but_for_blanks(script: Script) -> list[str]:
    """The tree, blanks in SQL text counted as one."""
    return [re.sub(r"(\\n|\s)+", " ", line) for line in tree(script)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.label)
def test_script_gives_its_outcome(case: Case) -> None:
    script, problems = parse_with_problems(Source("case", case.script))

    lines = [] if case.file == "error" else tree(script)
    lines += [line for found in problems for line in problem(found)]
    assert "\n".join(lines) == case.outcome


@pytest.mark.parametrize("case", VALID, ids=lambda case: case.label)
class TestValidScripts:
    def test_text_made_from_the_tree_gives_an_equal_tree(self, case: Case) -> None:
        script = parse(Source("case", case.script))

        assert parse(Source("again", format_statements(script))) == script

    def test_formatting_changes_nothing_but_layout(self, case: Case) -> None:
        formatted = format_script(Source("case", case.script))

        before, after = parse(Source("case", case.script)), parse(Source("again", formatted))
        assert tree_but_for_blanks(after) == tree_but_for_blanks(before)

    def test_formatting_keeps_every_comment(self, case: Case) -> None:
        formatted = format_script(Source("case", case.script))

        assert comments(formatted) == comments(case.script)

    def test_formatting_again_changes_nothing(self, case: Case) -> None:
        formatted = format_script(Source("case", case.script))

        assert format_script(Source("again", formatted)) == formatted


def test_corpus_is_large_and_has_every_statement() -> None:
    found = {
        type(statement)
        for case in VALID
        for statement in parse(Source("case", case.script)).statements
    }

    assert len(CASES) >= 150
    assert found == set(get_args(Statement))
