"""Commands of ``set … type="shell"``, in bounds of time and size."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from headrace.errors import Cancelled, RunError
from headrace.runtime.shell import MAX_OUTPUT_BYTES, run_shell


def never() -> bool:
    return False


class TestOutput:
    def test_line_ends_behind_it_are_left_out(self, tmp_path: Path) -> None:
        assert run_shell("echo one; echo two; echo", tmp_path, never) == "one\ntwo"

    def test_commands_run_in_the_projects_folder(self, tmp_path: Path) -> None:
        assert run_shell("pwd -P", tmp_path, never) == str(tmp_path.resolve())

    def test_bytes_that_are_no_text_are_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(RunError, match="not UTF-8 text, at byte 2"):
            run_shell("printf 'a\\377'", tmp_path, never)

    def test_an_endless_one_is_cut_off(self, tmp_path: Path) -> None:
        with pytest.raises(RunError, match=f"more than {MAX_OUTPUT_BYTES:,} bytes"):
            run_shell("yes", tmp_path, never)

    def test_a_command_that_asks_gets_no_answer(self, tmp_path: Path) -> None:
        assert run_shell("cat", tmp_path, never) == ""


class TestFailure:
    def test_what_the_command_said_is_the_hint(self, tmp_path: Path) -> None:
        with pytest.raises(RunError, match="ended with code 3") as caught:
            run_shell("echo no luck >&2; exit 3", tmp_path, never)

        assert caught.value.hint == "no luck"

    def test_a_command_with_a_null_character_cannot_start(self, tmp_path: Path) -> None:
        with pytest.raises(RunError, match="cannot be started"):
            run_shell("echo \0", tmp_path, never)


class TestTime:
    def test_a_slow_command_ends_with_all_that_it_started(self, tmp_path: Path) -> None:
        with pytest.raises(RunError, match=r"longer than 0\.2 seconds"):
            run_shell("(sleep 1; touch late) & sleep 5", tmp_path, never, seconds=0.2)

        time.sleep(1.1)
        assert not (tmp_path / "late").exists()

    def test_an_interruption_ends_it_at_once(self, tmp_path: Path) -> None:
        started = time.monotonic()

        with pytest.raises(Cancelled):
            run_shell("sleep 5", tmp_path, lambda: True)

        assert time.monotonic() - started < 1
