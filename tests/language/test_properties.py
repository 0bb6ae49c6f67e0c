"""What holds of every script and every text, tried on thousands made at random."""

from __future__ import annotations

import json
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headrace.graph.span import MappedText, Source
from headrace.graph.step import Json
from headrace.language.cursor import KEYWORDS
from headrace.language.formatter import format_script, format_statements
from headrace.language.lexer import tokenize
from headrace.language.parser import parse, parse_with_problems
from headrace.language.quotation import write
from headrace.language.syntax import (
    Arm,
    Command,
    Connect,
    For,
    If,
    Include,
    Load,
    Option,
    Register,
    Save,
    Script,
    Select,
    Set,
    Sql,
    Statement,
    Text,
    TextKind,
    Train,
    Unregister,
)
from tests.language.cases import parse_cases
from tests.language.mutation import mutated, random_text, shuffled_fragments
from tests.language.test_corpus import comments

NOWHERE = Source("generated", "").whole
VALID = [case.script for case in parse_cases() if "error " not in case.outcome]
SCRIPTS = [case.script for case in parse_cases()]

ROUNDS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def text_of(kind: TextKind, plain: str) -> Text:
    piece = MappedText.copy_of(NOWHERE).pieces
    return Text(kind, MappedText(plain, piece), NOWHERE)


def texts(kind: TextKind, plain: st.SearchStrategy[str]) -> st.SearchStrategy[Text]:
    return st.builds(text_of, st.just(kind), plain)


characters = st.characters(exclude_categories=["Cs"])
any_text = st.text(characters, max_size=12)
words = st.from_regex(r"[a-zA-Z_数据é][a-zA-Z0-9_数据é]{0,8}", fullmatch=True).filter(
    lambda word: word.lower() not in KEYWORDS | {"true", "false", "null", "in"}
)
strings = texts("string", any_text)
blocks = texts("block", any_text.filter(lambda t: "'''" not in t and not t.endswith("'")))
quoted_names = texts("quoted_name", any_text)
names = texts("word", words) | quoted_names
dotted_words = texts("word", st.lists(words, min_size=1, max_size=3).map(".".join))
dotted_names = dotted_words | quoted_names
paths = strings | blocks | dotted_names
plain_numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
scalars = plain_numbers | st.booleans() | st.none() | any_text
elements = st.recursive(scalars, lambda items: st.lists(items, max_size=3).map(tuple), max_leaves=5)


def spelt(data: Json) -> str:
    """A value as a script writes it: JSON but for the escapes of strings."""
    if isinstance(data, str):
        return write(text_of("string", data))
    if isinstance(data, Sequence):
        return f"[{', '.join(map(spelt, data))}]"
    return json.dumps(data)


@st.composite
def data_options(draw: st.DrawFn) -> Option:
    """An option whose value is a number, a literal or a list."""
    data: Json = draw(
        plain_numbers | st.booleans() | st.none() | st.lists(elements, max_size=3).map(tuple)
    )
    kind: TextKind = "literal"
    if isinstance(data, tuple):
        kind = "list"
    elif isinstance(data, int | float) and not isinstance(data, bool):
        kind = "number"
    return Option(draw(dotted_names), text_of(kind, spelt(data)), data)


text_options = st.builds(Option, dotted_names, strings | blocks)
options = st.lists(text_options | data_options(), max_size=3).map(tuple)
modes = texts("word", st.sampled_from(["overwrite", "append", "errorIfExists", "ignore"]))
raw_words = texts("word", st.from_regex(r"[\w./<>~{}:=*$@+][\w./<>~{}:=,$@+]{0,9}", fullmatch=True))
arguments = strings | blocks | quoted_names | raw_words.filter(lambda t: "/*" not in t.plain)


def sql(verb: str) -> st.SearchStrategy[Text]:
    """SQL text of ``verb``: words, marks, quoted texts and comments."""
    parts = st.sampled_from(
        ["a", "数据", "1", ",", "(", ")", "'x;y'", '"z\\""', "`q;r`", "/* c; */", "-- c;\nb", "${v}", "\n  "]
    )  # fmt: skip
    body = st.lists(parts, max_size=6).map(lambda found: " ".join([verb, *found, "z"]))
    return texts("sql", body)


simple: st.SearchStrategy[Statement] = st.one_of(
    st.builds(Load, names, paths, options, names, st.just(NOWHERE)),
    st.builds(
        Save,
        st.lists(modes, max_size=2).map(tuple),
        names.filter(lambda name: name.plain.lower() not in {"overwrite", "append", "ignore"}),
        names,
        paths,
        options,
        st.lists(names, max_size=3).map(tuple),
        st.just(NOWHERE),
    ),
    st.builds(
        Train,
        st.sampled_from(["train", "run", "predict"]),
        names,
        names,
        paths,
        options,
        st.none() | names,
        st.just(NOWHERE),
    ),
    st.builds(Register, names, paths, names, options, st.just(NOWHERE)),
    st.builds(Unregister, names, st.just(NOWHERE)),
    st.builds(Unregister, paths, st.just(NOWHERE), names, options),
    st.builds(Set, dotted_names, strings | blocks | dotted_names, options, st.just(NOWHERE)),
    st.builds(Connect, names, options, dotted_names, st.just(NOWHERE)),
    st.builds(Include, names, paths, options, st.just(NOWHERE)),
    st.builds(
        Command,
        texts("word", words).filter(
            lambda t: t.plain.lower() not in {"if", "elif", "else", "fi", "then", "for", "done"}
        ),
        st.lists(arguments, max_size=4).map(tuple),
        st.just(NOWHERE),
    ),
    st.builds(Select, sql("select") | sql("with"), names, st.just(NOWHERE)),
    *(
        st.builds(Sql, st.just(verb), sql(verb), st.just(NOWHERE))
        for verb in ("insert", "create", "drop", "refresh")
    ),
)


def compound(statements: st.SearchStrategy[Statement]) -> st.SearchStrategy[Statement]:
    """Branches and loops around ``statements``."""
    bodies = st.lists(statements, max_size=3).map(tuple)
    conditions = strings | blocks | quoted_names
    arms = st.lists(st.builds(Arm, conditions, bodies, st.just(NOWHERE)), min_size=1, max_size=3)
    last = st.lists(st.builds(Arm, st.none(), bodies, st.just(NOWHERE)), max_size=1)
    return st.one_of(
        st.builds(lambda a, b: If((*a, *b), NOWHERE), arms, last),
        st.builds(For, names, conditions, st.none(), bodies, st.just(NOWHERE)),
        st.lists(elements, max_size=3).flatmap(
            lambda items: st.builds(
                For,
                names,
                st.just(text_of("list", spelt(items))),
                st.just(tuple(items)),
                bodies,
                st.just(NOWHERE),
            )
        ),
    )


scripts = st.lists(st.recursive(simple, compound, max_leaves=6), max_size=5).map(
    lambda statements: Script(Source("generated", ""), tuple(statements))
)


@ROUNDS
@given(scripts)
def test_parsing_the_text_of_a_tree_gives_the_tree(script: Script) -> None:
    assert parse(Source("test", format_statements(script))) == script


@ROUNDS
@given(scripts)
def test_formatting_the_text_of_a_tree_is_final_and_keeps_its_comments(script: Script) -> None:
    text = format_statements(script)

    formatted = format_script(Source("test", text))
    assert comments(formatted) == comments(text)
    assert format_script(Source("test", formatted)) == formatted


@ROUNDS
@given(st.text(max_size=200))
def test_no_character_is_lost(text: str) -> None:
    tokens = tokenize(Source("test", text))

    assert "".join(text[token.start : token.end] for token in tokens) == text


@pytest.mark.parametrize("seed", range(20))
def test_comments_may_stand_anywhere_and_formatting_keeps_them(seed: int) -> None:
    random = Random(seed)
    for script in VALID:
        text = with_comments(random, script)

        formatted = format_script(Source("test", text))
        assert comments(formatted) == comments(text), text
        assert format_script(Source("test", formatted)) == formatted, text


def with_comments(random: Random, script: str) -> str:
    """``script`` with comments in some of the places where blanks stand between words."""
    parts: list[str] = []
    for token in tokenize(Source("test", script)):
        parts.append(script[token.start : token.end])
        if token.kind == "space" and random.random() < 0.4:
            parts.append(random.choice(["-- c;'\n", "/* c;' */ ", "/* c\n  d */", "\n\n-- e\n"]))
    return "".join(parts)


@pytest.mark.parametrize("seed", range(5))
def test_any_text_is_a_script_or_has_problems(seed: int) -> None:
    random = Random(seed)
    for round_number in range(1000):
        makers = (
            random_text(random),
            shuffled_fragments(random),
            mutated(random, random.choice(SCRIPTS)),
        )
        source = Source("test", makers[round_number % 3])

        script, problems = parse_with_problems(source)
        if not problems:
            assert parse(Source("again", format_statements(script))) == script
            formatted = format_script(source)
            assert format_script(Source("again", formatted)) == formatted
        assert all(str(problem) for problem in problems)
