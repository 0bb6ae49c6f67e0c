"""Everything that scripts can name, as help and docs show it."""

from __future__ import annotations

import re

import pytest

from headrace.operators.reference import Entry, ParameterEntry, entries

ENTRIES = entries()
PARAMETERS = [(entry, parameter) for entry in ENTRIES for parameter in entry.parameters]


def parameter(entry_name: str, name: str) -> ParameterEntry:
    entry = next(entry for entry in ENTRIES if entry.is_called(entry_name))
    return next(found for found in entry.parameters if found.name == name)


@pytest.mark.parametrize(
    ("entry", "name", "type_text", "default"),
    [
        ("RandomForest", "n_trees", "int (≥ 1, ≤ 100000)", "100"),
        ("RandomForest", "fit_param", "parameter groups", ""),
        ("GBTClassifier", "learning_rate", "number (> 0, ≤ 1)", "0.05"),
        ("RateSampler", "sample_rate", "list of number", "0.9, 0.1"),
        ("!cache", "lifetime", "script | session | application", "script"),
        ("csv", "header", "true | false", "false"),
    ],
)
def test_types_and_defaults_are_in_a_writers_words(
    entry: str, name: str, type_text: str, default: str
) -> None:
    found = parameter(entry, name)

    assert (found.type, found.default) == (type_text, default)


@pytest.mark.parametrize(
    ("entry", "found"), PARAMETERS, ids=[f"{e.name}.{p.name}" for e, p in PARAMETERS]
)
def test_no_type_is_pythons(entry: Entry, found: ParameterEntry) -> None:
    assert not re.search(r"<class|\bstr\b|\bfloat\b|\bbool\b|Secret|typing|None", found.type)
    assert found.title


def test_every_entry_has_a_title_and_an_example() -> None:
    assert [entry.name for entry in ENTRIES if not entry.title or not entry.example] == []
