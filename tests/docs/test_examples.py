"""What the manual and the examples say is run: every script, and every block of Python."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from headrace.app import Workspace
from headrace.graph.span import Source
from headrace.language.formatter import format_script
from headrace.language.parser import parse
from headrace.samples.credit import write_credit_clients
from tests.docs.pages import ROOT, Page, Use, pages

PAGES = tuple(pages())
EXAMPLES = ROOT / "examples"
SCRIPTS = tuple(path.relative_to(ROOT).as_posix() for path in sorted(EXAMPLES.rglob("*.mlsql")))
CLIENTS = 2_000
SETTINGS = {"clients": "clients.csv"}
"""Given to every example; those that read no clients do not mind."""

every_page = pytest.mark.parametrize("page", [pytest.param(p, id=p.name) for p in PAGES])
every_example = pytest.mark.parametrize("path", SCRIPTS)


def pages_with(use: Use) -> list[object]:
    return [pytest.param(page, id=page.name) for page in PAGES if page.scripts(use)]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A reader's folder, with the clients of ``headrace sample credit``, fewer of them."""
    folder = tmp_path_factory.mktemp("reader")
    write_credit_clients(folder / "clients.csv", CLIENTS, 2005)
    shutil.copytree(EXAMPLES, folder / "examples")
    with Workspace(folder) as workspace:
        yield workspace


class TestManual:
    @pytest.mark.parametrize("page", pages_with("run"))
    def test_the_scripts_of_a_page_run_one_after_another(
        self, page: Page, workspace: Workspace
    ) -> None:
        with workspace.run(page.script()) as result:
            assert result.history.status == "succeeded"

    @pytest.mark.parametrize("page", pages_with("fragment"))
    def test_what_is_not_run_parses(self, page: Page) -> None:
        for script in page.scripts("fragment"):
            assert parse(script).statements

    @pytest.mark.parametrize("page", pages_with("faulty"))
    def test_scripts_that_show_faults_have_some(self, page: Page, workspace: Workspace) -> None:
        for script in page.scripts("faulty"):
            assert workspace.check(script).errors

    @every_page
    def test_links_lead_to_files(self, page: Page) -> None:
        missing = [link for link in page.links if not (page.path.parent / link).exists()]

        assert missing == []

    @pytest.mark.parametrize(
        "script",
        [
            pytest.param(text, id=f"{page.name}:{number}")
            for page in PAGES
            for number, text in enumerate(page.python())
        ],
    )
    def test_python_runs(self, script: str, tmp_path: Path) -> None:
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip

        assert done.returncode == 0, done.stderr


class TestExamples:
    @every_example
    def test_the_check_finds_no_errors(self, path: str, workspace: Workspace) -> None:
        assert workspace.check(_example(path), SETTINGS).errors == ()

    @every_example
    def test_they_run(self, path: str, workspace: Workspace) -> None:
        with workspace.run(_example(path), SETTINGS) as result:
            assert result.history.status == "succeeded"

    @every_example
    def test_they_are_laid_out_by_the_formatter(self, path: str) -> None:
        source = _example(path)

        assert format_script(source) == source.text

    @every_example
    def test_they_are_listed(self, path: str) -> None:
        listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")

        assert f"`{Path(path).relative_to('examples').as_posix()}`" in listed


def _example(path: str) -> Source:
    return Source(path, (ROOT / path).read_text(encoding="utf-8"))
