"""Macros: slots filled with arguments, and calls that end."""

from __future__ import annotations

from datetime import datetime
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import ScriptError
from headrace.graph.span import MappedText, Source, Span
from headrace.language.macros import expand_macro, macro_text
from headrace.language.slots import fill_slots
from headrace.language.syntax import Text
from headrace.language.templates import text_variable
from headrace.language.variables import Surroundings, UnknownVariable, Variable, Variables

CALL = Source("main.mlsql", "select 1 as a;\n!m x y;").span(15, 21)


def surroundings() -> Surroundings:
    numbers = count(1)
    return Surroundings(datetime(2024, 3, 9), "/home", "ann", lambda: f"id{next(numbers)}")


def words(*texts: str) -> list[Text]:
    spans = [Source("main.mlsql", text).whole for text in texts]
    return [Text("word", MappedText.copy_of(span), span) for span in spans]


def called(template: str, *arguments: str, call: Span = CALL, name: str = "m") -> Source:
    text = MappedText.copy_of(Source("main.mlsql", template).whole)
    return expand_macro(name, text, words(*arguments), call, surroundings())


class TestSlots:
    @pytest.mark.parametrize(
        ("template", "arguments", "result"),
        [
            ("load excel.`{0}` as {1};", ["/a.xlsx", "t"], "load excel.`/a.xlsx` as t;"),
            ("{} then {} and {0}", ["a", "b"], "a then b and a"),
            ("{0:t1} {1:}|", [], "t1 |"),
            ("{ 1 : x }", ["a", "b"], "b"),
            ("{-1:next(named,uuid())}", ["on", "t", "named", "out"], "out"),
            ("{-1:next(named,uuid())} {-1:uuid()}", ["t"], "id1 id2"),
            ("{-1:next(named,next(as,none))}", ["as", "x"], "x"),
            ("{-1:next(named,out)}", ["t", "named"], "out"),
            (
                "'''{:all}'''",
                ['a "b"', "it's", "客"],
                '\'\'\'["a \\"b\\"", "it\\u0027s", "客"]\'\'\'',
            ),
            ("{:all}", [], "[]"),
            ('${0} ${x} {a} {"k": 1} {1,2} { } {:x}', [], '${0} ${x} {a} {"k": 1} {1,2} { } {:x}'),
            ("{0}", ["{1} {}"], "{1} {}"),
        ],
    )
    def test_slots(self, template: str, arguments: list[str], result: str) -> None:
        assert called(template, *arguments).text == result

    def test_a_missing_argument_is_an_error_at_the_call(self) -> None:
        with pytest.raises(ScriptError) as caught:
            called("load {0} as {1}", "a")

        assert caught.value.message == (
            "argument 1 is missing: the text has {1}, and the call gives 1"
        )
        assert caught.value.span == CALL

    def test_a_text_too_long_is_an_error(self) -> None:
        with pytest.raises(ScriptError, match="more than 16777216 characters"):
            fill_slots("{0}" * 20, ["x" * 1024 * 1024], str)

    @given(st.text(alphabet=st.characters(blacklist_characters="{}")), st.lists(st.text()))
    def test_text_without_slots_is_left_alone(self, template: str, arguments: list[str]) -> None:
        assert fill_slots(template, arguments, str) == template

    @given(st.text(alphabet="{}:0123-nextuid(),$ "), st.lists(st.text(), max_size=3))
    def test_any_template_gives_text_or_a_script_error(
        self, template: str, arguments: list[str]
    ) -> None:
        try:
            result = fill_slots(template, arguments, lambda: "id")
        except ScriptError:
            return
        assert isinstance(result, str)


class TestNamed:
    @pytest.mark.parametrize(
        ("template", "arguments", "result"),
        [
            ("load csv.`${path}` as $t;", ["_", "-path", "/a", "-t", "x"], "load csv.`/a` as x;"),
            ("${path.toUpperCase()}", ["_", "--path", "a"], "A"),
            ("#if($where)where $where#end.", ["_", "-where", "a > 1"], "where a > 1."),
            ("$!{limit}|$!limit", ["_"], "|"),
            ("${path} ${other} {0}", ["_", "-path", "a"], "a ${other} {0}"),
            ("$n", ["_", "-n", "-5"], "-5"),
        ],
    )
    def test_references_are_filled_by_name(
        self, template: str, arguments: list[str], result: str
    ) -> None:
        assert called(template, *arguments).text == result

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["_", "-paht", "a"], "macro 'm' has no argument 'paht'"),
            (["_", "path", "a"], "'path' is no name of an argument"),
            (["_", "-path"], "argument '-path' has no value"),
            (["_", "-path", "a", "-path", "b"], "argument '-path' is given twice"),
        ],
    )
    def test_mistakes_are_explained(self, arguments: list[str], message: str) -> None:
        with pytest.raises(ScriptError) as caught:
            called("load csv.`${path}` as t", *arguments)

        assert caught.value.message == message
        assert caught.value.span is not None

    def test_an_unknown_name_comes_with_the_nearest(self) -> None:
        with pytest.raises(ScriptError) as caught:
            called("load csv.`${path}` as t", "_", "-paht", "a")

        assert (caught.value.hint or "").startswith("did you mean 'path'?")


class TestMacroText:
    def variable(self, text: str, variables: Variables) -> Variable:
        return text_variable("m", MappedText.copy_of(Source("s", text).whole), variables)

    def test_positions_fill_the_value_that_was_set(self) -> None:
        variable = self.variable(
            "from ${t} {0}", Variables(surroundings()).defining(Variable("t", "a"))
        )

        text = macro_text(variable, words("x"))

        assert text is not None
        assert text.text == "from a {0}"

    def test_names_fill_the_text_that_was_written(self) -> None:
        variable = self.variable(
            "from ${t}", Variables(surroundings()).defining(Variable("t", "a"))
        )

        text = macro_text(variable, words("_", "-t", "b"))

        assert text is not None
        assert text.text == "from ${t}"

    def test_a_text_with_undefined_names_is_filled_as_written(self) -> None:
        variable = self.variable("from ${t} {0}", Variables(surroundings()))

        text = macro_text(variable, words("x"))

        assert text is not None
        assert text.text == "from ${t} {0}"

    def test_a_variable_without_text_is_no_macro(self) -> None:
        assert macro_text(Variable("n", 5), []) is None


class TestCallChain:
    def test_places_inside_show_the_call(self) -> None:
        source = called("select {0}\nfrom t", "x")

        assert source.span(9, 13).label == "!m:2:1"
        assert source.span(9, 13).call_chain() == ("main.mlsql:2:1",)

    def test_a_macro_that_calls_itself_is_an_error_with_the_chain(self) -> None:
        outer = called("!b;", name="a")
        inner = called("!a;", name="b", call=outer.span(0, 3))

        with pytest.raises(ScriptError) as caught:
            called("!b;", name="a", call=inner.span(0, 3))

        assert "macro '!a' brings itself in: !a → !b → !a" in str(caught.value)
        assert str(caught.value).count("called from") == 2

    def test_calls_too_deep_are_an_error(self) -> None:
        call = CALL
        for depth in range(50):
            source = called("!next;", name=f"m{depth}", call=call)
            call = source.span(0, 6)

        with pytest.raises(ScriptError, match="calls stand more than 50 deep"):
            called("x", name="last", call=call)

    def test_an_undefined_name_in_a_directive_is_an_error(self) -> None:
        with pytest.raises(UnknownVariable):
            called("#foreach($i in $gone)$path#end", "_", "-path", "a")
