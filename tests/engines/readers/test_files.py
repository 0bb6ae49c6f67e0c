"""Which files a path means, and what is said where it means none."""

from __future__ import annotations

from pathlib import Path

import pytest

from headrace.engines.readers.files import input_files
from headrace.errors import DataError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("orders.csv", "day=1/a.csv", "day=2/shop=b%20c/b.csv", "other/c.csv", "_SUCCESS"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (tmp_path / "empty").mkdir()
    return tmp_path


def names(
    path: str, root: Path, *, pattern: str | None = None, recursive: bool = False
) -> list[str]:
    files = input_files(path, root, pattern=pattern, recursive=recursive)
    return [str(Path(file.label).relative_to(root)) for file in files]


class TestInputFiles:
    def test_a_file(self, root: Path) -> None:
        assert names("orders.csv", root) == ["orders.csv"]
        assert names(f"file://{root}/orders.csv", root) == ["orders.csv"]

    def test_a_directory_with_its_partitions_but_no_other_folders(self, root: Path) -> None:
        files = input_files(".", root)

        assert [dict(file.partition) for file in files] == [
            {"day": "1"},
            {"day": "2", "shop": "b c"},
            {},
        ]

    def test_a_directory_with_all_below(self, root: Path) -> None:
        assert "other/c.csv" in names(".", root, recursive=True)

    def test_globs_and_braces(self, root: Path) -> None:
        assert names("ord*.csv", root) == ["orders.csv"]
        assert names("{orders,other/*}.csv", root) == ["orders.csv", "other/c.csv"]

    def test_a_name_with_glob_characters_means_itself(self, root: Path) -> None:
        (root / "a[1].csv").write_text("x")

        assert names("a[1].csv", root) == ["a[1].csv"]

    def test_a_name_with_a_line_break(self, root: Path) -> None:
        (root / "a\nb.csv").write_text("x")

        assert names("a\nb.csv", root) == ["a\nb.csv"]

    def test_a_pattern_filters(self, root: Path) -> None:
        assert names(".", root, pattern="b.*") == ["day=2/shop=b%20c/b.csv"]

    def test_files_without_bytes_are_left_out(self, root: Path) -> None:
        (root / "other" / "d.csv").touch()

        assert names("other", root) == ["other/c.csv"]


class TestNothingThere:
    @pytest.mark.parametrize(
        ("path", "message", "hint"),
        [
            ("order.csv", "no file or directory 'order.csv'", "did you mean 'orders.csv'?"),
            ("othr/c.csv", "no file or directory", "did you mean 'other'?"),
            ("empty", "the directory 'empty' holds no files", "not yet written"),
            ("*.tsv", "no file matches '*.tsv'", "orders.csv"),
            ("none/*.csv", "no file or directory", "orders.csv"),
            ("s3://b/c", "'s3://' paths are not available in this version", "local"),
            ("hdfs://n/c", "not available", "local"),
            (" ", "the path is empty", "back-quotes"),
            ("a\0b", "NUL", ""),
        ],
    )
    def test_says_what_there_is(self, path: str, message: str, hint: str, root: Path) -> None:
        with pytest.raises(DataError) as caught:
            input_files(path, root)

        assert message in str(caught.value)
        assert hint in str(caught.value)

    def test_folders_only(self, root: Path) -> None:
        (root / "empty" / "x").mkdir()

        with pytest.raises(DataError, match="recursiveFileLookup"):
            input_files("empty", root)

    def test_a_pattern_without_match(self, root: Path) -> None:
        with pytest.raises(DataError, match="matches pathGlobFilter"):
            input_files(".", root, pattern="*.json")
