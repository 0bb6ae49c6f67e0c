"""``!fs`` and ``!saveFile``: files of the project, and none beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from headrace.errors import RunError
from tests.sessions import Rows, Run

CELL = "select 'text' as x as t;\n"


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("!fs -ls '../';", "lies outside"),
        ("!fs -rm -r '.';", "refuses to remove the project's folder"),
        ("!fs -rm nothing;", "No such file"),
        ("!fs -mkdir 'a\0';", "NUL character"),
        (CELL + "!saveFile _ -i t -o '../x';", "lies outside"),
        (CELL + "!saveFile _ -i t -o 'folder';", "cannot be written: Is a directory"),
    ],
)
def test_what_cannot_be_done_says_why(run: Run, tmp_path: Path, script: str, message: str) -> None:
    (tmp_path / "folder").mkdir()

    with pytest.raises(RunError, match=message):
        run(script)


def test_a_cell_is_written_as_a_file(run: Run, rows: Rows, tmp_path: Path) -> None:
    run(CELL + "!saveFile _ -i t -o out.txt; load text.`out.txt` as u;")

    assert (tmp_path / "out.txt").read_text() == "text"
    assert rows("u") == [{"value": "text"}]
