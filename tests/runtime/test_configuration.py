"""The settings of a workspace, from its file and from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from headrace.errors import DataError, OptionError
from headrace.runtime.configuration import read_configuration


def settings(tmp_path: Path, text: str = "", **environment: str) -> dict[str, object]:
    (tmp_path / "headrace.toml").write_text(text)
    return read_configuration(tmp_path, environment).model_dump()


def test_without_a_file_defaults_hold(tmp_path: Path) -> None:
    found = read_configuration(tmp_path, {})

    assert (found.workspace, found.allow_shell, found.memory) == (".headrace", False, None)


def test_the_file_is_read(tmp_path: Path) -> None:
    found = settings(tmp_path, 'memory = "2GB"\nallow_shell = true\npreview_rows = 5\n')

    assert (found["memory"], found["allow_shell"], found["preview_rows"]) == (2 * 10**9, True, 5)


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    assert settings(tmp_path, 'owner = "ann"\n', HEADRACE_OWNER="bob")["owner"] == "bob"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('memmory = "2GB"', "no option 'memmory'"),
        ("preview_rows = 0", "greater than or equal to 1"),
        ('allow_shell = "perhaps"', "expected true or false"),
    ],
)
def test_an_impossible_setting_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        settings(tmp_path, text)


def test_a_file_that_is_no_toml_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"headrace\.toml cannot be read"):
        settings(tmp_path, "memory = ")
