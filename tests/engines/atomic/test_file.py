from __future__ import annotations

import threading
from pathlib import Path

import pytest

from headrace.engines.atomic import lengthened_file, new_file, recover
from tests.engines.atomic.crashes import hidden, kill_at, run_through

REPLACE = """
with atomic.new_file(target, replace=True) as staged:
    staged.write_text("new")
    atomic.crash_point("half-written")
"""
CREATE = REPLACE.replace("replace=True", "replace=False")
LENGTHEN = """
with atomic.lengthened_file(target) as staged:
    staged.write_text("new")
    atomic.crash_point("half-written")
"""


class TestNewFile:
    def test_appears_when_the_block_ends(self, tmp_path: Path) -> None:
        target = tmp_path / "made" / "on the way" / "表.csv"

        with new_file(target, replace=False) as staged:
            staged.write_text("new")
            seen_meanwhile = target.exists()

        assert not seen_meanwhile
        assert target.read_text() == "new"
        assert hidden(tmp_path) == []

    def test_an_error_leaves_nothing_behind_and_the_old_file_whole(self, tmp_path: Path) -> None:
        target = tmp_path / "t.csv"
        target.write_text("old")

        def replace_and_fail() -> None:
            with new_file(target, replace=True) as staged:
                staged.write_text("half")
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            replace_and_fail()

        assert target.read_text() == "old"
        assert hidden(tmp_path) == []

    def test_an_error_takes_new_parent_directories_away(self, tmp_path: Path) -> None:
        with (
            pytest.raises(KeyboardInterrupt),
            new_file(tmp_path / "a" / "b" / "t.csv", replace=True),
        ):
            raise KeyboardInterrupt

        assert list(tmp_path.iterdir()) == []

    def test_refuses_a_file_that_appeared_while_it_wrote(self, tmp_path: Path) -> None:
        target = tmp_path / "t.csv"

        def create_too_late() -> None:
            with new_file(target, replace=False) as staged:
                staged.write_text("mine")
                target.write_text("another's")

        with pytest.raises(FileExistsError):
            create_too_late()

        assert target.read_text() == "another's"
        assert hidden(tmp_path) == []

    def test_keeps_the_permissions_of_the_old_file(self, tmp_path: Path) -> None:
        target = tmp_path / "t.csv"
        target.write_text("old")
        target.chmod(0o640)

        with new_file(target, replace=True) as staged:
            staged.write_text("new")

        assert target.stat().st_mode & 0o777 == 0o640

    def test_the_longest_name_that_a_file_may_have_can_be_saved(self, tmp_path: Path) -> None:
        target = tmp_path / ("n" * 255)

        with new_file(target, replace=False) as staged:
            staged.write_text("new")

        assert target.read_text() == "new"


class TestLengthenedFile:
    def test_adds_at_the_end(self, tmp_path: Path) -> None:
        target = tmp_path / "t.csv"
        target.write_text("old\n")

        with lengthened_file(target) as piece:
            piece.write_text("new\n")

        assert target.read_text() == "old\nnew\n"
        assert hidden(tmp_path) == []

    def test_two_at_the_same_time_lose_no_row(self, tmp_path: Path) -> None:
        target = tmp_path / "t.csv"
        target.write_text("")
        both_write = threading.Barrier(8)

        def lengthen(row: int) -> None:
            with lengthened_file(target) as piece:
                piece.write_text(f"{row}\n")
                both_write.wait()

        threads = [threading.Thread(target=lengthen, args=(row,)) for row in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(target.read_text().split()) == [str(row) for row in range(8)]


class TestKilled:
    @pytest.mark.parametrize(
        ("moment", "expected"),
        [("half-written", "old"), ("file.written", "old"), ("file.renamed", "new")],
    )
    def test_overwriting(self, tmp_path: Path, moment: str, expected: str) -> None:
        target = tmp_path / "t.csv"
        target.write_text("old")

        kill_at(moment, REPLACE, target)
        recover(target)

        assert target.read_text() == expected
        assert hidden(tmp_path) == []

    @pytest.mark.parametrize(
        ("moment", "exists"),
        [("half-written", False), ("file.written", False), ("file.renamed", True)],
    )
    def test_creating(self, tmp_path: Path, moment: str, exists: bool) -> None:
        target = tmp_path / "t.csv"

        kill_at(moment, CREATE, target)
        recover(target)

        assert target.exists() == exists
        assert hidden(tmp_path) == []

    @pytest.mark.parametrize(
        ("moment", "expected"),
        [
            ("half-written", "old"),
            ("lengthen.written", "old"),
            ("lengthen.copied", "old"),
            ("lengthen.renamed", "oldnew"),
        ],
    )
    def test_lengthening(self, tmp_path: Path, moment: str, expected: str) -> None:
        target = tmp_path / "t.csv"
        target.write_text("old")

        kill_at(moment, LENGTHEN, target)
        recover(target)

        assert target.read_text() == expected
        assert hidden(tmp_path) == []

    def test_the_next_save_succeeds_and_cleans_up(self, tmp_path: Path) -> None:
        target = tmp_path / "t.csv"
        kill_at("file.written", CREATE, target)

        run_through(CREATE, target)

        assert target.read_text() == "new"
        assert hidden(tmp_path) == []
