"""The generated pages: all that a script can name is on one."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping

import pytest

from headrace.cli.main import COMMANDS
from headrace.operators.reference import entries
from headrace.runtime.configuration import Configuration
from tests.docs.pages import MANUAL


@pytest.fixture(scope="module")
def pages() -> Mapping[str, str]:
    spec = importlib.util.spec_from_file_location("generate", MANUAL / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made: Mapping[str, str] = module.reference_pages()
    return made


class TestReference:
    @pytest.mark.parametrize(
        ("kind", "page"),
        [
            ("algorithm", "algorithms.md"),
            ("operator", "operators.md"),
            ("command", "commands.md"),
            ("format", "formats.md"),
        ],
    )
    def test_every_name_and_option_is_described(
        self, kind: str, page: str, pages: Mapping[str, str]
    ) -> None:
        for entry in entries():
            if entry.kind == kind:
                assert entry.name in pages[page]
                assert all(f"`{option.name}`" in pages[page] for option in entry.parameters)

    def test_every_setting_is_described(self, pages: Mapping[str, str]) -> None:
        assert all(f"`{name}`" in pages["settings.md"] for name in Configuration.model_fields)

    def test_every_command_of_the_terminal_is_described(self, pages: Mapping[str, str]) -> None:
        assert all(f"## headrace {name}" in pages["cli.md"] for name in COMMANDS)

    def test_rows_of_tables_have_as_many_cells_as_their_header(
        self, pages: Mapping[str, str]
    ) -> None:
        for text in pages.values():
            for table in text.split("\n\n"):
                cells = [line.replace("\\|", "").count("|") for line in table.splitlines()]
                assert not table.startswith("|") or len(set(cells)) == 1
