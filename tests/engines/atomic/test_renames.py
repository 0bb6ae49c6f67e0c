from __future__ import annotations

from pathlib import Path

import pytest

from headrace.engines.atomic import renames
from headrace.engines.atomic.renames import RenameUnsupported, exchange, rename_new


class TestExchange:
    def test_swaps_two_directories(self, tmp_path: Path) -> None:
        one, other = tmp_path / "一", tmp_path / "other"
        one.mkdir()
        other.mkdir()
        (one / "a").touch()

        exchange(one, other)

        assert (other / "a").exists()
        assert not (one / "a").exists()

    def test_names_the_path_in_its_error(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError, match="missing"):
            exchange(tmp_path / "missing", tmp_path)

    def test_says_when_the_system_has_none(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(renames, "_library_call", lambda: None)

        with pytest.raises(RenameUnsupported):
            exchange(tmp_path, tmp_path)


class TestRenameNew:
    @pytest.mark.parametrize("system", ["renameat2", "none"])
    def test_never_replaces(
        self, tmp_path: Path, system: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if system == "none":
            monkeypatch.setattr(renames, "_library_call", lambda: None)
        (tmp_path / "a").write_text("a")
        (tmp_path / "b").write_text("b")

        with pytest.raises(FileExistsError):
            rename_new(tmp_path / "a", tmp_path / "b")
        rename_new(tmp_path / "a", tmp_path / "c")

        assert (tmp_path / "b").read_text() == "b"
        assert (tmp_path / "c").read_text() == "a"
