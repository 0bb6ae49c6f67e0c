"""Variables: what a name means at a place, and for how long."""

from __future__ import annotations

from datetime import datetime

import pytest

from headrace.language.scalars import Unknown
from headrace.language.variables import Surroundings, UnknownVariable, Variable, Variables

NOW = datetime(2024, 3, 1, 8, 30)
AT = Surroundings(now=NOW, home="/home/ann", owner="ann", new_id=lambda: "id")


def value(variables: Variables, name: str) -> object:
    variable = variables.find(name)
    assert variable is not None
    return variable.value


class TestBuiltIn:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("HOME", "/home/ann"),
            ("OWNER", "ann"),
            ("date", NOW),
            ("theDayBeforeYesterday", "2024-02-28"),
            ("yesterday", "2024-02-29"),
            ("today", "2024-03-01"),
            ("tomorrow", "2024-03-02"),
        ],
    )
    def test_values_come_from_the_surroundings(self, name: str, expected: object) -> None:
        assert value(Variables(AT), name) == expected

    def test_a_set_one_hides_a_built_in_one(self) -> None:
        assert value(Variables(AT).defining(Variable("date", "today!")), "date") == "today!"


class TestDefining:
    def test_gives_new_variables_and_leaves_the_old_ones(self) -> None:
        before = Variables(AT)
        after = before.defining(Variable("x", "1"))

        assert value(after, "x") == "1"
        assert before.find("x") is None

    def test_the_last_set_counts(self) -> None:
        variables = Variables(AT).defining(Variable("x", "1")).defining(Variable("x", "2"))

        assert value(variables, "x") == "2"

    def test_a_default_counts_only_where_nothing_is_set(self) -> None:
        variables = Variables(AT).defining(Variable("x", "1"))
        variables = variables.defining(Variable("x", "2"), only_if_unset=True)
        variables = variables.defining(Variable("y", "3"), only_if_unset=True)

        assert (value(variables, "x"), value(variables, "y")) == ("1", "3")

    def test_names_keep_their_case(self) -> None:
        assert Variables(AT).defining(Variable("Table", "t")).find("table") is None

    def test_the_mapping_cannot_be_changed(self) -> None:
        variables = Variables(AT).defining(Variable("x", "1"))

        with pytest.raises(TypeError):
            variables.defined["y"] = Variable("y", "2")  # type: ignore[index]


class TestGet:
    def test_an_unknown_name_is_an_error_with_the_nearest(self) -> None:
        variables = Variables(AT).defining(Variable("customers", "c"))

        with pytest.raises(UnknownVariable) as caught:
            variables.get("customer")

        assert caught.value.message == "unknown variable 'customer'"
        assert (caught.value.hint or "").startswith("did you mean 'customers'?")

    def test_names_list_the_scripts_own_first(self) -> None:
        assert Variables(AT).defining(Variable("x", "1")).names[:2] == ("x", "HOME")


class TestScopes:
    def test_only_session_variables_reach_the_next_text(self) -> None:
        variables = Variables(AT).defining(
            Variable("kept", "1", scope="session"), Variable("gone", "2")
        )

        after = variables.for_next_text()

        assert value(after, "kept") == "1"
        assert after.find("gone") is None

    def test_leaving_a_block_drops_its_own_and_restores_what_they_hid(self) -> None:
        before = Variables(AT).defining(Variable("x", "outer"))
        inside = before.defining(
            Variable("x", "loop", scope="block"), Variable("n", "1", scope="block")
        )
        inside = inside.defining(Variable("made", "inside"))

        after = inside.leaving_block(before)

        assert value(after, "x") == "outer"
        assert after.find("n") is None
        assert value(after, "made") == "inside"

    def test_a_set_in_a_block_stays_though_the_block_had_that_name(self) -> None:
        before = Variables(AT).defining(Variable("x", "outer"))
        inside = before.defining(Variable("x", "loop", scope="block"))
        inside = inside.defining(Variable("x", "set"))

        assert value(inside.leaving_block(before), "x") == "set"

    def test_an_inner_block_keeps_the_outer_blocks_names(self) -> None:
        outer = Variables(AT).defining(Variable("i", "1", scope="block"))
        inner = outer.defining(Variable("j", "2", scope="block"))

        after = inner.leaving_block(outer)

        assert value(after, "i") == "1"
        assert after.find("j") is None

    def test_forgotten_values_are_unknown(self) -> None:
        variables = Variables(AT).defining(Variable("x", "1"), Variable("y", "2"))

        after = variables.forgetting(["x", "set_in_one_arm"])

        assert value(after, "x") == Unknown(frozenset({"x"}))
        assert value(after, "set_in_one_arm") == Unknown(frozenset({"set_in_one_arm"}))
        assert value(after, "y") == "2"
