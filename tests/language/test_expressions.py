"""Branch expressions: their tree, their value, their SQL, and ``:{…}`` in option values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.errors import RunError, ScriptError
from headrace.graph.span import MappedText, Source, Span
from headrace.language.expression_parser import parse_condition
from headrace.language.expression_sql import to_sql
from headrace.language.expressions import (
    Scalar,
    Verdict,
    evaluate,
    evaluate_text,
    find_runtime_expressions,
)
from headrace.language.scalars import Unknown, Value
from headrace.language.variables import Surroundings, UnknownVariable, Variable, Variables

AT = Surroundings(datetime(2024, 3, 9), "/home/ann", "ann", lambda: "id")


def mapped(text: str) -> MappedText:
    return MappedText.copy_of(Source("t.mlsql", text).whole)


def variables(**values: Value | Unknown) -> Variables:
    return Variables(AT).defining(*(Variable(name, value) for name, value in values.items()))


def no_engine(sql: str) -> object:
    raise AssertionError(f"the engine was asked for {sql}")


def verdict(text: str, scalar: Scalar | None = no_engine, **values: Value | Unknown) -> Verdict:
    return evaluate(parse_condition(mapped(text)), variables(**values), scalar)


def holds(text: str, **values: Value | Unknown) -> bool | None:
    return verdict(text, no_engine, **values).holds


def sql(text: str, **values: Value | Unknown) -> str:
    return to_sql(parse_condition(mapped(text)).result, variables(**values))


def error_of(run: Callable[[], object]) -> ScriptError:
    with pytest.raises(ScriptError) as caught:
        run()
    return caught.value


def placed(error: ScriptError) -> str:
    assert error.span is not None
    return error.span.label.removeprefix("t.mlsql:")


@pytest.fixture(scope="module")
def engine() -> Iterator[Scalar]:
    """A real embedded engine."""
    from headrace.engines.embedded import EmbeddedEngine

    with EmbeddedEngine() as embedded:
        tables = embedded.session()
        yield lambda text: tables.collect(tables.sql(f"select {text} as v"))["v"][0].as_py()


class TestPrecedence:
    @pytest.mark.parametrize(
        ("text", "result"),
        [
            ("true or false and false", True),
            ("(true or false) and false", False),
            ("true || false && false", True),
            ("1 + 2 * 3 = 7", True),
            ("(1 + 2) * 3 == 9", True),
            ("10 - 2 - 3 = 5", True),
            ("2 * 3 % 4 = 2", True),
            ("-2 + 5 > 2", True),
            ("- -2 = 2", True),
            ("not 1 = 2", True),
            ("!(1 = 1) or true", True),
            ("not true or true", True),
            ("1 < 2 and 2 <= 2 and 3 > 2 and 3 >= 3 and 1 != 2 and 1 <> 2", True),
            ("1 + 1 > 1 AND 2 > 1", True),
            ("2 > 1 -- a comment\n and /* another */ true", True),
            ("1 = 1;", True),
        ],
    )
    def test_constant_conditions_need_no_engine(self, text: str, result: bool) -> None:
        assert holds(text) is result


class TestValues:
    @pytest.mark.parametrize(
        ("text", "result"),
        [
            (':x == "5"', True),
            (':x == "5.0"', False),
            (":x == 5.0", True),
            (":x > 10", False),
            (':x > "10"', True),
            (":x * 2 + 1 = 11", True),
            (":name = 'jack'", True),
            (':name == "ja\\u0063k"', True),
            (":flag", True),
            (":flag and not :off", True),
            (":gone = 1", False),
            ("not (:gone = 1)", False),
            (":gone = 1 or true", True),
            (":list[0] = 'a'", True),
            (":list[7] = 'a'", False),
            (":`two words` = 1", True),
            ("0.1 + 0.2 = 0.3", True),
            ("5 / 2 = 2.5", True),
            (":客户 = 'c'", True),
        ],
    )
    def test_variables(self, text: str, result: bool) -> None:
        known: dict[str, Value | Unknown] = {
            "x": "5", "name": "jack", "flag": "true", "off": False, "gone": None,
            "list": ("a", "b"), "two words": 1, "客户": "c",
        }  # fmt: skip

        assert holds(text, **known) is result

    @pytest.mark.parametrize(
        ("text", "message", "label"),
        [
            ("1 = 1 and :nmae = 2", "unknown variable ':nmae'", "1:11"),
            (":name > 5", "text 'jack' and number 5 have no order", "1:1"),
            ("1 = 1 and :name", "text 'jack' is not a condition", "1:11"),
            ("1 + 1", "number 2 is not a condition", "1:1"),
            ("true and 1 / 0 = 1", "division by zero: number 1 / 0", "1:10"),
            (":name + 1 = 2", "'+' needs numbers, and text 'jack' is none", "1:1"),
            (":name[0] = 'j'", "text 'jack' has no item number 0", "1:1"),
        ],
    )
    def test_mistakes_are_placed(self, text: str, message: str, label: str) -> None:
        error = error_of(lambda: verdict(text, name="jack"))

        assert error.message == message
        assert placed(error) == label

    def test_an_undefined_variable_comes_with_the_nearest(self) -> None:
        error = error_of(lambda: verdict(":nmae = 2", name="jack"))

        assert isinstance(error, UnknownVariable)
        assert "did you mean 'name'?" in (error.hint or "")


class TestParts:
    def test_parts_define_variables_for_the_branch(self) -> None:
        found = verdict('select :a as :b, 2 as :c; select :c + 1 as :d; :b = "x" and :d = 3', a="x")

        assert found.holds
        assert {v.name: v.value for v in found.variables.defined.values()} == {
            "a": "x", "b": "x", "c": 2, "d": 3,
        }  # fmt: skip

    def test_they_end_with_the_block(self) -> None:
        before = variables(a="x")
        found = evaluate(parse_condition(mapped("select 1 as :b; true")), before, no_engine)

        assert found.variables.leaving_block(before) == before


class TestSyntax:
    @pytest.mark.parametrize(
        ("text", "message", "label"),
        [
            ("", "the expression is not complete", "1:1"),
            ("1 =", "the expression is not complete", "1:4"),
            ("(1 = 1", "the expression is not complete", "1:7"),
            ("1 = 1)", "unexpected ')'", "1:6"),
            (":a like 'x'", "unexpected 'like'", "1:4"),
            ("a = 1", "'a' is neither a variable nor a function here", "1:1"),
            ("'abc = 1", "the quote ' is not closed", "1:1"),
            ("1 ? 2", "unexpected '?'", "1:3"),
            (": a = 1", "unexpected ':'", "1:1"),
            ("select 1; true", "unexpected ';'", "1:9"),
            ("select 1 as :a true", "unexpected 'true'", "1:16"),
            ("cast(1 int)", "unexpected 'int'", "1:8"),
            ("cast(1 as int", "'' is no type", "1:10"),
            ("cast(1 as int; drop)", "'int; drop' is no type", "1:10"),
            (":a[0][1] = 1", "unexpected '['", "1:6"),
            ("5x = 1", "unexpected '5'", "1:1"),
            ("true\n  and $x", "unexpected '$'", "2:7"),
            ("(" * 60 + "1", "nested more than 50 deep", "1:51"),
            ("1" + "+1" * 200, "more than 100 operators", "1:202"),
        ],
    )
    def test_mistakes_are_placed(self, text: str, message: str, label: str) -> None:
        error = error_of(lambda: parse_condition(mapped(text)))

        assert error.message == message
        assert placed(error) == label

    def test_a_long_but_allowed_expression_is_evaluated(self) -> None:
        assert holds("true" + " and true" * 100)

    @given(
        st.lists(
            st.sampled_from(
                [
                    ":a",
                    ":b",
                    "1",
                    "2.5",
                    "'x'",
                    '"5"',
                    "true",
                    "null",
                    "(",
                    ")",
                    "[",
                    "]",
                    ",",
                    ";",
                    "=",
                    "==",
                    "<",
                    "and",
                    "or",
                    "not",
                    "+",
                    "-",
                    "*",
                    "/",
                    "%",
                    "length(",
                    "cast(",
                    "as",
                    "int",
                    "select",
                    "$",
                    ":",
                    "'",
                    "&&",
                    "!",
                    "--",
                ]
            ),
            max_size=20,
        )
    )
    def test_any_text_gives_a_verdict_or_a_script_error(self, parts: list[str]) -> None:
        try:
            found = verdict(" ".join(parts), lambda _: 1, a="5", b=None)
        except ScriptError:
            return
        assert found.holds in (True, False)


class TestUnknown:
    U = Unknown(frozenset({"u"}))

    @pytest.mark.parametrize(
        ("text", "result"),
        [
            (":u = 1", None),
            (":u = 1 and false", False),
            ("false and :u = 1", False),
            (":u = 1 or true", True),
            (":u = 1 or false", None),
            ("not :u", None),
            ("length(:u) > 1", None),
            ("cast(:u as int) + 1 > 1", None),
            (":list[:u] = 1", None),
            ("select length(:u) as :n; :n > 1", None),
        ],
    )
    def test_an_unknown_value_leaves_open_what_hangs_on_it(
        self, text: str, result: bool | None
    ) -> None:
        assert holds(text, u=self.U, list=("a",)) is result

    def test_without_an_engine_calls_are_unknown(self) -> None:
        assert verdict("length('abc') = 3", None).holds is None

    def test_undefined_names_in_calls_are_found_without_an_engine(self) -> None:
        error = error_of(lambda: verdict("length(:typo) = 3", None))

        assert placed(error) == "1:8"


class TestSql:
    @pytest.mark.parametrize(
        ("text", "written"),
        [
            ("split(:a, ',')[0] = 'x'", r"(get(split('it\'s', ','), 0) = 'x')"),
            ("length(:a) > :n", r"(length('it\'s') > '5')"),
            ("f(-:n)", "f((- 5))"),
            ("f(:n > 3)", "f((5 > 3))"),
            ("f(:n + :n)", "f((5 + 5))"),
            ("f(:n = '5')", "f(('5' = '5'))"),
            ("f(:a > 3)", r"f(('it\'s' > 3))"),
            ("cast(:n as decimal(10, 2))", "cast('5' AS decimal(10, 2))"),
            ("try_cast(:n as map<string,int>)", "try_cast('5' AS map<string,int>)"),
            ("map('k', 1)['k']", "map('k', 1)['k']"),
            ("not f() or -g(1) < 2", "((NOT f()) OR ((- g(1)) < 2))"),
            ("`my f`(null)", "`my f`(NULL)"),
            ("db.f(1)", "db.f(1)"),
        ],
    )
    def test_variables_become_literals(self, text: str, written: str) -> None:
        assert sql(text, a="it's", n="5") == written

    def test_an_unknown_variable_has_no_sql(self) -> None:
        error = error_of(lambda: sql("f(:u)", u=Unknown(frozenset({"u"}))))

        assert "known only in a run" in error.message


class TestOnTheEngine:
    @pytest.mark.parametrize(
        ("text", "result"),
        [
            ('split(:a,",")[0] == "jack"', False),
            ('split(:a,",")[1] == "jack"', True),
            ('split(:a,",")[9] == "jack"', False),
            (
                'select split(:a,",")[0] as :name, length(:a) as :n; :name == "wow" and :n == 8',
                True,
            ),
            ('select split(:a, ",") as :parts; :parts[1] = "jack"', True),
            ('select split("jack,2", ",")[1] as :num; :num == 2', True),
            ("cast(:n as int) + 1 = 6", True),
            ("abs(-:n) = 5", True),
            ("greatest(:n + 1, 2) = 6", True),
            ("current_date() > '2020-01-01'", True),
            ("to_date('2024-01-02') = '2024-01-02'", True),
            ("isnull(nullif(1, 1))", True),
            ("map('k', 1)['k'] = 1", True),
            ("concat(:a, '\\\\', \"'\") = \"wow,jack\\\\'\"", True),
        ],
    )
    def test_functions(self, engine: Scalar, text: str, result: bool) -> None:
        assert verdict(text, engine, a="wow,jack", n="5").holds is result

    def test_only_what_matters_is_asked(self) -> None:
        assert verdict("false and length(:a) = 1", no_engine, a="x").holds is False
        assert verdict("true or length(:a) = 1", no_engine, a="x").holds is True

    @settings(max_examples=60, deadline=None)
    @given(text=st.text(max_size=30))
    def test_any_text_reaches_the_engine_unchanged(self, engine: Scalar, text: str) -> None:
        found = evaluate(
            parse_condition(mapped("select concat(:a, '') as :b; :a = :b")),
            variables(a=text),
            engine,
        )

        assert found.holds is True

    @pytest.mark.parametrize("text", ["' or '1'='1", "\\' or 1=1 --", "'); drop table t; --"])
    def test_a_value_cannot_become_sql(self, engine: Scalar, text: str) -> None:
        assert verdict("length(:a) = :n", engine, a=text, n=len(text)).holds is True

    @pytest.mark.parametrize(
        "text",
        [
            "1 + 2 * 3 = 7",
            "0.1 + 0.2 = 0.3",
            "5 / 2 = 2.5",
            "-7 % 3 = -1",
            "null = 1 or true",
            "'b' > 'a' and '10' < '9'",
            "not (1 > 2)",
            "1e1 = 10",
            ":n * 2 > 9",
            ":n = '5.0'",
        ],
    )
    def test_local_and_engine_agree(self, engine: Scalar, text: str) -> None:
        assert engine(sql(text, n="5")) is holds(text, n="5")

    def test_an_engines_error_is_placed_at_the_call(self) -> None:
        def fails(_: str) -> object:
            raise RunError("no such function")

        with pytest.raises(RunError) as caught:
            verdict("true and nosuch(1) = 1", fails)

        assert isinstance(caught.value.span, Span)
        assert caught.value.span.text == "nosuch(1)"


class TestRuntimeExpressions:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            (":{select 1 as :b; :b}", ["select 1 as :b; :b"]),
            ("page-:{:n + 1}-:{:m}", [":n + 1", ":m"]),
            (":{concat('}', \"{\")}", ["concat('}', \"{\")"]),
            ('{"a":{"b":1}}', []),
            ("{'a' :{:n}}", []),
            ("{a:{b:1}}", []),
            ("a:{", []),
            ("no expression", []),
        ],
    )
    def test_finds_expressions_and_leaves_json(self, text: str, found: list[str]) -> None:
        expressions = find_runtime_expressions(mapped(text))

        assert [e.expression.text for e in expressions] == found
        for expression in expressions:
            inside = text[expression.start : expression.end]
            assert inside == f":{{{expression.expression.text}}}"

    def test_a_text_that_begins_with_one_must_hold_one(self) -> None:
        error = error_of(lambda: find_runtime_expressions(mapped(" :{n + 1}")))

        assert placed(error) == "1:4"

    def test_braces_that_never_close_end_in_an_error(self) -> None:
        error = error_of(lambda: find_runtime_expressions(mapped("x" + ":{" * 100_000)))

        assert error.message == "more than 1000 places that look like a run-time expression"

    def test_large_json_is_left_alone(self) -> None:
        assert find_runtime_expressions(mapped('{"a":{"b":1}},' * 5000)) == ()

    def test_the_value_is_text(self, engine: Scalar) -> None:
        text = mapped('select split(:at, ":")[0] as :ca; :ca')

        assert evaluate_text(text, variables(at="12:30"), engine) == "12"
        assert evaluate_text(mapped(":n + 1"), variables(n="2"), None) == "3"
        assert evaluate_text(mapped("length(:n)"), variables(n="2"), None) is None
