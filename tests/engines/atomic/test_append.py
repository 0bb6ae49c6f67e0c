from __future__ import annotations

import threading
from pathlib import Path

import pytest

from headrace.engines.atomic import (
    ReplacedMeanwhile,
    appended_files,
    new_directory,
    on_crash_point,
    recover,
    settled,
)
from headrace.engines.atomic import crash_points as seam
from headrace.errors import DataError
from tests.engines.atomic.crashes import content, hidden, kill_at

APPEND = """
with atomic.appended_files(target) as staged:
    (staged / "day=1").mkdir()
    for name in ("day=1/b", "day=1/c", "d"):
        (staged / name).write_text("new")
        atomic.crash_point("half-written")
"""
OLD = {"a": "old", "day=1/a": "old"}
BOTH = {**OLD, "d": "new", "day=1/b": "new", "day=1/c": "new"}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    target = tmp_path / "table"
    (target / "day=1").mkdir(parents=True)
    for name, text in OLD.items():
        (target / name).write_text(text)
    return target


def append(target: Path) -> None:
    with appended_files(target) as staged:
        (staged / "day=1").mkdir()
        for name in ("day=1/b", "day=1/c", "d"):
            (staged / name).write_text("new")


class TestAppendedFiles:
    def test_join_the_old_ones(self, target: Path) -> None:
        append(target)

        assert content(target) == BOTH
        assert hidden(target) == []

    def test_an_error_while_writing_adds_none(self, target: Path) -> None:
        def append_and_fail() -> None:
            with appended_files(target) as staged:
                (staged / "b").write_text("new")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            append_and_fail()

        assert content(target) == OLD
        assert hidden(target) == []

    def test_an_error_while_moving_takes_all_back(
        self, target: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(name: str) -> None:
            if name == "append.moved":
                raise OSError("no space")

        monkeypatch.setattr(seam, "_reached", seam._reached)
        on_crash_point(fail)

        with pytest.raises(OSError, match="no space"):
            append(target)

        assert content(target) == OLD
        assert hidden(target) == []

    def test_a_table_that_was_replaced_meanwhile_is_reported(self, target: Path) -> None:
        def replace_while_appending() -> None:
            with appended_files(target) as staged:
                (staged / "b").write_text("lost with the old table")
                with new_directory(target, replace=True) as other:
                    (other / "c").write_text("new")

        with pytest.raises(ReplacedMeanwhile):
            replace_while_appending()

        assert content(target) == {"c": "new"}


class TestKilled:
    @pytest.mark.parametrize("moment", ["half-written#2", "append.written"])
    def test_before_the_journal_entry_nothing_is_added(self, target: Path, moment: str) -> None:
        kill_at(moment, APPEND, target)
        recover(target)

        assert content(target) == OLD
        assert hidden(target) == []

    @pytest.mark.parametrize(
        "moment", ["append.journal", "append.moved#1", "append.moved#3", "append.committed"]
    )
    def test_after_it_everything_is(self, target: Path, moment: str) -> None:
        kill_at(moment, APPEND, target)
        with settled(target):
            seen = content(target)

        assert seen == BOTH
        assert hidden(target) == []

    def test_while_recovering_too(self, target: Path) -> None:
        kill_at("append.moved#1", APPEND, target)
        kill_at("append.moved#1", "atomic.recover(target)", target)

        recover(target)

        assert content(target) == BOTH

    def test_a_journal_that_cannot_be_read_is_an_error_and_loses_nothing(
        self, target: Path
    ) -> None:
        kill_at("append.journal", APPEND, target)
        entry = next(target.glob(".headrace-journal-*"))
        entry.write_text('{"version": 2}')

        with pytest.raises(DataError, match="interrupted and cannot be completed") as caught:
            recover(target)

        assert entry.name in (caught.value.hint or "")
        assert content(target) == OLD


class TestReaders:
    def test_wait_until_all_files_are_in_place(self, target: Path) -> None:
        """A commit and a listing exclude each other, also between threads."""
        seen: list[dict[str, str]] = []

        def read() -> None:
            with settled(target):
                seen.append(content(target))

        threads: list[threading.Thread] = []

        def read_amid_the_moves(name: str) -> None:
            if name == "append.moved":
                threads.append(threading.Thread(target=read))
                threads[-1].start()

        before = seam._reached
        on_crash_point(read_amid_the_moves)
        try:
            append(target)
        finally:
            on_crash_point(before)
        for thread in threads:
            thread.join()

        assert seen == [BOTH] * 3
