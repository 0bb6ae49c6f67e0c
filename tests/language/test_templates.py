"""Templates: what a text becomes, and where each of its characters stood."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import ScriptError
from headrace.graph.span import MappedText, Source
from headrace.language.scalars import Unknown
from headrace.language.templates import Expansion, expand, text_variable
from headrace.language.variables import Surroundings, UnknownVariable, Variable, Variables

AT = Surroundings(
    now=datetime(2024, 3, 9, 14, 5, 7, tzinfo=timezone(timedelta(hours=8))),
    home="/home/ann",
    owner="ann",
    new_id=lambda: "id1",
)


def mapped(text: str) -> MappedText:
    return MappedText.copy_of(Source("t.mlsql", text).whole)


def variables(**texts: str) -> Variables:
    return Variables(AT).defining(*(Variable(name, text) for name, text in texts.items()))


def expanded(text: str, **texts: str) -> str:
    return expand(mapped(text), variables(**texts)).text.text


def error_of(text: str, **texts: str) -> ScriptError:
    with pytest.raises(ScriptError) as caught:
        expand(mapped(text), variables(**texts))
    return caught.value


def outcome(text: str) -> str:
    try:
        result = expand(mapped(text), variables(x="a,b", y="2"))
    except ScriptError as error:
        return "an error with a place" if error.span else "an error without a place"
    return "a text with places" if result.text.pieces else "a text without places"


def place(error: ScriptError) -> str:
    assert error.span is not None
    return error.span.label


class TestReferences:
    @pytest.mark.parametrize(
        ("text", "result"),
        [
            ("a ${x} b", "a 1 b"),
            ("a $x b", "a 1 b"),
            ("${ x }", "1"),
            ("$x.orders", "1.orders"),
            ("$x[0]", "1[0]"),
            ("${x}${x}", "11"),
            ("${x}y", "1y"),
            ("$!x and $!{gone}.", "1 and ."),
            ("${my-name}", "hyphen"),
            ("${客户}", "customers"),
            ("$客户 t", "customers t"),
            ("$x年", "1年"),
            ("${a.b}", "dotted"),
        ],
    )
    def test_a_reference_becomes_its_value(self, text: str, result: str) -> None:
        known = {"x": "1", "my-name": "hyphen", "客户": "customers", "a.b": "dotted"}

        assert expanded(text, **known) == result

    @pytest.mark.parametrize(
        "text",
        [
            "select 1 as a",
            "where name rlike '^a$'",
            "regexp_replace(x, '(a)', '$1')",
            "get_json_object(x, '$.a.b')",
            "$[0] $$ ${} ${1} $ {x} cost: 5$",
            "# a comment",
            "#tag #1 'issue #12' #end #else",
            "a # b",
            "C:\\temp\\ and \\d+\\$",
        ],
    )
    def test_a_sign_that_starts_nothing_is_text(self, text: str) -> None:
        assert expanded(text) == text

    @pytest.mark.parametrize(
        ("text", "result"),
        [
            (r"\$x", "$x"),
            (r"\${x}", "${x}"),
            (r"\\${x}", r"\\1"),
            (r"\\\${x}", r"\\${x}"),
            (r"\#if(a)", "#if(a)"),
            (r"'^\$'", r"'^\$'"),
        ],
    )
    def test_a_backslash_makes_a_reference_text(self, text: str, result: str) -> None:
        assert expanded(text, x="1") == result

    def test_values_are_not_expanded_again(self) -> None:
        assert expanded("$x", x="${y} #if") == "${y} #if"

    def test_an_undefined_name_is_an_error_with_the_nearest_name(self) -> None:
        error = error_of("select 1\nfrom ${tabel}", table="t")

        assert place(error) == "t.mlsql:2:6"
        assert error.message == "unknown variable 'tabel'"
        assert "did you mean 'table'?" in (error.hint or "")

    def test_an_undefined_name_without_braces_is_an_error_too(self) -> None:
        assert place(error_of("a $nope")) == "t.mlsql:1:3"

    def test_a_reference_without_closing_brace_is_an_error(self) -> None:
        assert "no closing brace" in error_of("${x", x="1").message

    def test_names_can_be_kept_for_later(self) -> None:
        text = mapped("load csv.`${path}` as $t; ${x.trim()} $!{q}")

        result = expand(text, variables(t="orders"), keep_unknown=True).text.text

        assert result == "load csv.`${path}` as orders; ${x.trim()} "


class TestMethods:
    @pytest.mark.parametrize(
        ("text", "result"),
        [
            ('${date.toString("yyyyMMdd")}', "20240309"),
            ('${date.minusDays(1).toString("yyyy-MM-dd")}', "2024-03-08"),
            ('${date.plusMonths(-1).toString("yyyy-MM")}', "2024-02"),
            ("${date.minusHours(15).getDayOfMonth()}", "8"),
            ('${date.toString("HH:mm ZZ")}', "14:05 +08:00"),
            ("${date.toString()}", "2024-03-09T14:05:07.000+08:00"),
            ("${theDayBeforeYesterday} $yesterday", "2024-03-07 2024-03-08"),
            ("$today $tomorrow", "2024-03-09 2024-03-10"),
            ("$HOME/data of $OWNER", "/home/ann/data of ann"),
            ('${today.replace("-", "")}', "20240309"),
            ('${x.split(",").get(1).toUpperCase()}', "B"),
            ('${x.split(",")[0]}', "a"),
            ('${x.split(",").size()}', "2"),
            ("${x.substring(0, 1)}${x.length()}", "a3"),
            ('$x.replaceAll("\\,", ";") z', "a;b z"),
            ("${x.contains('b')}", "true"),
        ],
    )
    def test_a_method_gives_its_value(self, text: str, result: str) -> None:
        assert expanded(text, x="a,b") == result

    def test_an_unlisted_method_is_an_error_with_the_list(self) -> None:
        error = error_of("  ${x.toUppercase()}", x="a")

        assert place(error) == "t.mlsql:1:6"
        assert "did you mean 'toUpperCase'?" in (error.hint or "")

    @pytest.mark.parametrize(
        "text",
        [
            "${x.__class__}",
            "${x.format(date)}",
            "${date.__reduce__()}",
            "${x.class.forName('os')}",
            "${foreach.index}",
            "${date.replace(1)}",
            "${x.encode('utf8')}",
        ],
    )
    def test_nothing_of_python_can_be_reached(self, text: str) -> None:
        assert isinstance(error_of(text, x="a"), ScriptError)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("${x.substring(5)}", "substring: no characters 5 to 1 in text 'a'"),
            ("${x.substring('b')}", "substring takes a whole number, not text 'b'"),
            ("${x.trim(1)}", "trim takes 0 arguments, not 1"),
            ('${x.split("[a-z]+")}', "'[a-z]+' is a pattern, and templates take plain text here"),
            ("${x.split(',').get(1)}", "get: no item 1, there are 1 in list [a]"),
            ("${date.withDayOfMonth(31).plusMonths(1).withDayOfMonth(31)}", "withDayOfMonth:"),
            ('${date.toString("yyyy-qq")}', "date pattern 'yyyy-qq': 'qq' is not supported"),
        ],
    )
    def test_wrong_arguments_are_explained(self, text: str, message: str) -> None:
        assert error_of(text, x="a").message.startswith(message)


class TestTemplateGet:
    def test_slots_are_filled(self) -> None:
        text = '${template.get("query", "orders", "id > 1")}'

        assert expanded(text, query="select {} from {0} where {1}") == (
            "select orders from orders where id > 1"
        )

    def test_an_unknown_template_is_an_error(self) -> None:
        assert "unknown variable 'quer'" in error_of('${template.get("quer")}', query="q").message

    def test_a_missing_argument_is_placed_at_the_call(self) -> None:
        error = error_of(' ${template.get("q", "a")}', q="{0} {1}")

        assert "argument 1 is missing" in error.message
        assert place(error) == "t.mlsql:1:2"


class TestDirectives:
    @pytest.mark.parametrize(
        ("text", "result"),
        [
            ('#set($a = "x${b}y")$a', "x2y"),
            ("#set($a = '${b}')$a", "${b}"),
            ("#set( $a = $b + 1 )$a", "3"),
            ("#set($a = (1 + 2) * 3 - 5 / 2)$a", "7"),
            ("#set($a = -5 / 2)$a", "-2"),
            ("#set($a = 5.0 / 2)$a", "2.5"),
            ("#set($a = -7 % 3)$a", "-1"),
            ("#set(${a} = true)$a", "true"),
            ("#foreach($i in [1, 2, 3])$i#if($foreach.hasNext),#end#end", "1,2,3"),
            ("#foreach($i in [1..4])$i #end", "1 2 3 4 "),
            ("#foreach($i in [3..1])$i#end", "321"),
            (
                "#foreach($i in [1..$b])$foreach.index/$foreach.count/$velocityCount #end",
                "0/1/1 1/2/2 ",
            ),
            ('#foreach($i in $list.split(","))[$i]#end', "[a][b]"),
            ("#foreach($i in [])$i#end.", "."),
            ("#foreach($i in [1, 2])#foreach($j in ['a', 'b'])$i$j #end#end", "1a 1b 2a 2b "),
            ("#if($b == 2)two#else other#end", "two"),
            ("#if($b > 5)a#elseif($b > 1)b#{else}c#{end}d", "bd"),
            ("#if($b == '2' && !($b == 3) and true)yes#end", "yes"),
            ("#if($gone)there#{else}not there#end", "not there"),
            ("#if(!$gone || $b eq 7)ok#end", "ok"),
            ("#if($flag)yes#{else}no#end", "no"),
            ("#if($b lt 10)text compares as number#end", "text compares as number"),
        ],
    )
    def test_directives(self, text: str, result: str) -> None:
        assert expanded(text, b="2", list="a,b", flag="false") == result

    def test_a_loop_variable_ends_with_its_loop(self) -> None:
        assert expanded("#foreach($x in [1])$x#end $x", x="outer") == "1 outer"

    def test_set_is_seen_only_in_its_own_text(self) -> None:
        before = variables()
        expand(mapped("#set($a = 1)$a"), before)

        assert before.find("a") is None

    @pytest.mark.parametrize(
        ("text", "message", "label"),
        [
            ("x #if(true) y", "#if has no #end", "1:3"),
            ("#foreach($i in [1])$i", "#foreach has no #end", "1:1"),
            ("#foreach($i in 'ab')$i#end", "#foreach takes a list, not text 'ab'", "1:1"),
            ("#if()#end", "a value is missing before ')'", "1:5"),
            ("#set(a = 1)", "#set needs a name such as $x", "1:6"),
            ("#set($a 1)", "'=' is missing before '1)'", "1:9"),
            ('#set($a = "b)', 'the quote " is not closed', "1:11"),
            ("#set($a = 1 / 0)", "division by zero: number 1 / 0", "1:11"),
            ("#if($b > 'x')#end", "number 1 and text 'x' have no order", "1:5"),
            ("#set($l = [[1]])", "a list in a list is not supported", "1:11"),
            (
                "#foreach($i in [1])$foreach.x#end",
                "$foreach has index, count, hasNext, first, last",
                "1:20",
            ),
            ("#if([1].size() == 1)#end", "')' is missing before '.size() =='", "1:8"),
        ],
    )
    def test_mistakes_are_placed(self, text: str, message: str, label: str) -> None:
        names = variables().defining(Variable("b", 1))
        with pytest.raises(ScriptError) as caught:
            expand(mapped(text), names)

        assert caught.value.message == message
        assert place(caught.value) == f"t.mlsql:{label}"


class TestPlaces:
    def test_copied_text_maps_by_character_and_a_value_to_its_reference(self) -> None:
        result = expand(mapped("select ${columns} from t"), variables(columns="a, b, c")).text

        assert result.text == "select a, b, c from t"
        assert result.span(20, 21).text == "t"
        assert result.span(20, 21).column == 24
        assert result.span(10, 11).text == "${columns}"

    def test_each_turn_of_a_loop_maps_to_the_body(self) -> None:
        result = expand(mapped("#foreach($i in [1, 2])<$i>#end"), variables()).text

        assert result.text == "<1><2>"
        assert [result.span(n, n + 1).text for n in range(6)] == ["<", "$i", ">", "<", "$i", ">"]

    def test_an_empty_result_has_a_place(self) -> None:
        result = expand(mapped("$x"), variables(x="")).text

        assert result.text == ""
        assert result.span(0, 0).label == "t.mlsql:1:1"

    def test_nothing_rendered_maps_to_the_template(self) -> None:
        result = expand(mapped("#if(false)a#end"), variables()).text

        assert result.origin.text == "#if(false)a#end"

    @given(
        st.lists(st.sampled_from(["a", " ", "${x}", "$y ", "\\", "客", "\n", "$1", "#", "${e}"]))
    )
    def test_every_copied_character_stands_where_it_says(self, parts: list[str]) -> None:
        source = mapped("".join(parts))
        result = expand(source, variables(x="value", y="12", e="")).text

        for piece in result.pieces:
            if piece.verbatim:
                assert result.text[piece.start : piece.end] == piece.origin.text
        assert "".join(result.text[p.start : p.end] for p in result.pieces) == result.text

    @given(st.text(alphabet=st.characters(blacklist_characters="$#")))
    def test_text_without_signs_is_left_alone(self, text: str) -> None:
        source = mapped(text)

        assert expand(source, variables()) == Expansion(source)


class TestUnknownAndHidden:
    def test_what_a_run_gives_is_flagged_and_left_standing(self) -> None:
        names = variables().defining(Variable("day", Unknown(frozenset({"day"}))))

        result = expand(mapped("where d = '${day.trim()}'"), names)

        assert result.unknown == {"day"}
        assert result.text.text == "where d = '${day.trim()}'"

    @pytest.mark.parametrize(
        ("text", "unknown", "result"),
        [
            ("#if($u > 1)a#end.", {"u"}, "#if($u > 1)a#end."),
            ("#if(false && $u)a#{else}b#end", set(), "b"),
            ("#if($u || true)a#end", set(), "a"),
            ("#foreach($i in $u)$i#end", {"u"}, "#foreach($i in $u)$i#end"),
            ('#set($a = "x$u")$a', {"u"}, "$a"),
            ("#set($a = [1, $u])ok", set(), "ok"),
            ("${x.concat($u)}", {"u"}, "${x.concat($u)}"),
        ],
    )
    def test_directives_on_unknown_values(self, text: str, unknown: set[str], result: str) -> None:
        names = variables(x="x").defining(Variable("u", Unknown(frozenset({"u"}))))

        expansion = expand(mapped(text), names)

        assert expansion.text.text == result
        assert expansion.unknown == unknown

    def test_a_variable_of_an_unknown_one_is_unknown(self) -> None:
        names = variables().defining(Variable("u", Unknown(frozenset({"u"}))))

        assert text_variable("v", mapped("/data/$u"), names).value == Unknown(frozenset({"u"}))

    def test_a_hidden_variable_is_refused_in_select(self) -> None:
        names = variables().defining(Variable("password", "secret", hidden=True))

        with pytest.raises(ScriptError) as caught:
            expand(mapped("select '$password'"), names, in_select=True)

        assert caught.value.problems[0].code == "hidden-variable"
        assert "secret" not in str(caught.value)
        assert expand(mapped("$password"), names).hidden

    def test_what_is_made_of_a_hidden_variable_is_hidden(self) -> None:
        names = variables().defining(Variable("password", "secret", hidden=True))

        assert text_variable("url", mapped("jdbc:x?p=$password"), names).hidden


class TestDeferred:
    def test_a_text_with_undefined_names_waits_until_it_is_used(self) -> None:
        text = text_variable("greeting", mapped("hello ${name}"), variables())
        names = variables(name="world").defining(text)

        assert text.deferred
        assert expand(mapped("$greeting!"), names).text.text == "hello world!"

    def test_using_it_too_early_names_both(self) -> None:
        names = variables().defining(text_variable("a", mapped("x ${nmae}"), variables()))

        with pytest.raises(UnknownVariable) as caught:
            expand(mapped("see ${a}"), names)

        assert caught.value.message == (
            "'a' was set to a text with the variable 'nmae', and that is not defined"
        )
        assert place(caught.value) == "t.mlsql:1:5"

    def test_a_variable_that_needs_itself_is_an_error(self) -> None:
        names = variables()
        names = names.defining(text_variable("a", mapped("${b}"), names))
        names = names.defining(Variable("b", "", mapped("${a}"), deferred=True))

        with pytest.raises(ScriptError, match="variable 'a' needs itself: a → b → a"):
            expand(mapped("$a"), names)


class TestLimits:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("#foreach($i in [1..99999])#foreach($j in [1..99999])#end#end", "steps"),
            ('#set($a = "xxxxxxxx")' + '#set($a = "$a$a")' * 40 + "$a", "characters"),
            ('#set($a = "xxxxxxxx")' + "#set($a = $a.concat($a))" * 40 + "$a", "characters"),
            ("#foreach($i in [1..999999999])#end", "a range of more than 100000 numbers"),
            ("#if(" + "(" * 3000 + "1", "nested more than 40 deep"),
            ("#if(true)" * 3000, "nested more than 40 deep"),
            ("#if(" + "!" * 3000 + "1", "nested more than 40 deep"),
            ("#set($a = 1" + " + 1" * 5000 + ")", "an expression of this template is too long"),
            ("#set($a = 9223372036854775807 + 1)", "a number of at most 18 digits"),
            ("#set($a = 999999999999999999 * 999999999999999999)", "larger than a bigint"),
            ("${x}" * 500_001, "more than 500000 references"),
            ("${date.plusYears(99999)}", "outside the years 1 to 9999"),
            ("${date.plusDays(999999999999999999)}", "outside the years 1 to 9999"),
        ],
    )
    def test_a_text_that_asks_for_too_much_is_an_error(self, text: str, message: str) -> None:
        assert message in error_of(text).message

    def test_variables_doubled_through_deferral_end_in_an_error(self) -> None:
        names = variables()
        for n in range(1, 39):
            half = mapped(f"${{v{n - 1}}}${{v{n - 1}}}")
            names = names.defining(Variable(f"v{n}", "", half, deferred=True))
        names = names.defining(Variable("v0", "x"))

        with pytest.raises(ScriptError, match="more than 500000 steps"):
            expand(mapped("${v38}"), names)

    @given(
        st.lists(
            st.sampled_from(
                [
                    "$",
                    "#",
                    "{",
                    "}",
                    "(",
                    ")",
                    "[",
                    "]",
                    ".",
                    ",",
                    '"',
                    "'",
                    "\\",
                    "x",
                    "y",
                    "set",
                    "if",
                    "foreach",
                    "else",
                    "elseif",
                    "end",
                    "in",
                    "#if(",
                    "#set($x=",
                    "#foreach($i",
                    "$x",
                    "${x",
                    "date",
                    ".plusDays(",
                    ".split(",
                    "==",
                    "&&",
                    "!",
                    "1",
                    "..",
                    "#end",
                    "#else",
                    "-",
                ]
            ),
            max_size=30,
        )
    )
    def test_any_text_gives_a_result_or_a_script_error(self, parts: list[str]) -> None:
        assert outcome("".join(parts)) in ("a text with places", "an error with a place")
