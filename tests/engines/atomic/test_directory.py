from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from headrace.engines.atomic import directory, new_directory, recover, renames, settled
from tests.engines.atomic.crashes import WITHOUT_RENAMEAT2, content, hidden, kill_at, run_through

REPLACE = """
with atomic.new_directory(target, replace=True) as staged:
    (staged / "day=1").mkdir()
    (staged / "day=1" / "b").write_text("new")
    atomic.crash_point("half-written")
    (staged / "c").write_text("new")
"""
OLD = {"a": "old", "b": "old"}
NEW = {"c": "new", "day=1/b": "new"}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    target = tmp_path / "table"
    target.mkdir()
    for name, text in OLD.items():
        (target / name).write_text(text)
    return target


@pytest.fixture(params=["renameat2", "two renames"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Code to put before a body; the tests' own process runs in the same way."""
    if request.param == "renameat2":
        return ""
    monkeypatch.setattr(renames, "_library_call", lambda: None)
    return WITHOUT_RENAMEAT2


@pytest.mark.usefixtures("system")
class TestNewDirectory:
    def test_takes_the_place_of_the_old_one_whole(self, target: Path) -> None:
        with new_directory(target, replace=True) as staged:
            (staged / "c").write_text("new")
            seen_meanwhile = content(target)

        assert seen_meanwhile == OLD
        assert content(target) == {"c": "new"}
        assert hidden(target.parent) == []

    def test_an_error_leaves_the_old_one(self, target: Path) -> None:
        def replace_and_fail() -> None:
            with new_directory(target, replace=True) as staged:
                (staged / "c").write_text("new")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            replace_and_fail()

        assert content(target) == OLD
        assert hidden(target.parent) == []

    def test_refuses_one_that_appeared_while_it_wrote(self, tmp_path: Path) -> None:
        target = tmp_path / "table"

        def create_too_late() -> None:
            with new_directory(target, replace=False) as staged:
                (staged / "c").write_text("mine")
                target.mkdir()

        with pytest.raises(FileExistsError):
            create_too_late()

        assert content(target) == {}
        assert hidden(tmp_path) == []

    def test_a_failed_second_rename_puts_the_old_one_back(
        self, target: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(renames, "_library_call", lambda: None)
        monkeypatch.setattr(directory, "crash_point", self.take_the_new_one_away(target.parent))

        with pytest.raises(FileNotFoundError), new_directory(target, replace=True) as staged:
            (staged / "c").write_text("new")

        assert content(target) == OLD
        assert hidden(target.parent) == []

    def take_the_new_one_away(self, folder: Path) -> Callable[[str], None]:
        def act(name: str) -> None:
            if name == "directory.between-renames":
                shutil.rmtree(next(folder.glob(".headrace-*-new-*")))

        return act

    def test_a_mounted_directory_cannot_be_exchanged(self) -> None:
        with pytest.raises(OSError), new_directory(Path("/proc"), replace=True):  # noqa: PT011
            pass


class TestKilled:
    @pytest.mark.parametrize(
        ("moment", "expected"),
        [("half-written", OLD), ("directory.written", OLD), ("directory.committed", NEW)],
    )
    def test_overwriting(self, target: Path, moment: str, expected: object, system: str) -> None:
        kill_at(moment, system + REPLACE, target)
        recover(target)

        assert content(target) == expected
        assert hidden(target.parent) == []

    @pytest.mark.parametrize(
        ("moment", "expected"),
        [("directory.between-renames", OLD), ("directory.renamed-twice", NEW)],
    )
    def test_between_two_renames(self, target: Path, moment: str, expected: object) -> None:
        kill_at(moment, WITHOUT_RENAMEAT2 + REPLACE, target)

        with settled(target):
            seen = content(target)

        assert seen == expected
        assert hidden(target.parent) == []

    @pytest.mark.parametrize("moment", ["half-written", "directory.written"])
    def test_creating(self, tmp_path: Path, moment: str, system: str) -> None:
        target = tmp_path / "table"
        body = system + REPLACE.replace("replace=True", "replace=False")

        kill_at(moment, body, target)
        run_through(body, target)

        assert content(target) == NEW
        assert hidden(tmp_path) == []

    def test_work_in_progress_is_no_leftover(self, target: Path) -> None:
        with new_directory(target, replace=True) as staged:
            (staged / "c").write_text("new")
            recover(target)

        assert content(target) == {"c": "new"}
