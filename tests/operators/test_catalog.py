"""Operators and commands by name."""

from __future__ import annotations

import pytest

from headrace.operators.catalog import (
    COMMANDS,
    LATER_OPERATORS,
    OPERATORS,
    find_command,
    find_operator,
    throws,
    unknown_operator,
)


@pytest.mark.parametrize("name", OPERATORS)
def test_every_listed_operator_exists_whatever_the_case(name: str) -> None:
    found = find_operator(name.upper())

    assert found is not None
    assert name.casefold() in {n.casefold() for n in (found.operator_name, *found.aliases)}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_listed_command_exists_and_has_a_usage(name: str) -> None:
    found = find_command(name.lower())

    assert found is not None
    assert found.usage.startswith("!")


def test_a_throwing_form_is_the_same_command() -> None:
    assert find_command("assertNotNullThrow") is find_command("assertNotNull")
    assert throws("assertNotNullThrow")
    assert not throws("assertNotNull")


def test_a_command_without_such_a_form_has_none() -> None:
    assert find_command("descThrow") is None


def test_a_misspelt_operator_names_the_nearest() -> None:
    problem = unknown_operator("DataSumary", tuple(OPERATORS))

    assert problem.hint is not None
    assert "did you mean 'DataSummary'" in problem.hint


def test_one_of_a_later_version_says_so() -> None:
    assert unknown_operator(LATER_OPERATORS[0].lower(), ()).code == "later"
