"""Versions, aliases, concurrent writers, and what a kill leaves behind."""

from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pytest

from headrace.errors import ModelError
from headrace.models import database
from headrace.models import store as store_module
from headrace.models.artifact import read_description
from headrace.models.store import INCOMING, INCOMING_SECONDS, ModelStore


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


@pytest.fixture
def copies(artifact: Path, tmp_path: Path) -> Copies:
    return Copies(artifact, tmp_path)


class Copies:
    """As many equal artifacts as a test wants to store."""

    def __init__(self, artifact: Path, folder: Path) -> None:
        self.artifact = artifact
        self.folder = folder
        self.count = 0

    def __call__(self) -> Path:
        self.count += 1
        return Path(shutil.copytree(self.artifact, self.folder / f"copy-{self.count}"))


def set_alias(store: ModelStore, folder: Path, name: str, alias: str, version: int) -> None:
    """What promotion will do."""
    with database.writing(folder / "models") as connection:
        connection.execute(
            "insert into aliases values ('local', 'local', ?, ?, ?)", (name, alias, version)
        )


class TestVersions:
    def test_count_from_one(self, store: ModelStore, copies: Copies) -> None:
        references = [store.add(copies(), "churn").reference for _ in range(3)]

        assert references == ["churn@1", "churn@2", "churn@3"]
        assert [stored.reference for stored in store.list()] == references

    def test_a_bare_name_means_the_newest(self, store: ModelStore, copies: Copies) -> None:
        store.add(copies(), "churn")
        store.add(copies(), "churn")

        assert store.open("churn").reference == "churn@2"
        assert store.open("churn@1").reference == "churn@1"

    def test_an_alias_means_what_it_points_at(
        self, store: ModelStore, copies: Copies, tmp_path: Path
    ) -> None:
        store.add(copies(), "churn")
        store.add(copies(), "churn")
        set_alias(store, tmp_path, "churn", "champion", 1)

        assert store.open("churn@champion").reference == "churn@1"
        assert store.list("churn")[0].aliases == ("champion",)

    def test_the_artifact_knows_its_name_and_version(
        self, store: ModelStore, copies: Copies
    ) -> None:
        model = store.add(copies(), "/risk/流失")

        assert (model.metadata["name"], model.metadata["version"]) == ("risk/流失", 1)
        assert store.show("risk/流失")["algorithm"] == "LogisticRegression"

    def test_the_artifact_is_moved_not_copied(self, store: ModelStore, copies: Copies) -> None:
        artifact = copies()

        store.add(artifact, "churn")

        assert not artifact.exists()

    def test_a_removed_number_is_not_given_again(self, store: ModelStore, copies: Copies) -> None:
        store.add(copies(), "churn")
        store.remove("churn@1")

        assert store.add(copies(), "churn").reference == "churn@2"

    def test_without_keep_versions_only_the_new_one_stays(
        self, store: ModelStore, copies: Copies, tmp_path: Path
    ) -> None:
        for _ in range(3):
            store.add(copies(), "churn")
        set_alias(store, tmp_path, "churn", "champion", 2)

        store.add(copies(), "churn", keep_versions=False)

        assert [stored.version for stored in store.list("churn")] == [2, 4]

    def test_workspaces_do_not_see_each_other(
        self, store: ModelStore, copies: Copies, tmp_path: Path
    ) -> None:
        store.add(copies(), "churn")

        other = ModelStore(tmp_path / "models", workspace="other")
        assert other.names() == ()
        assert other.add(copies(), "churn").reference == "churn@1"
        assert store.open("churn").directory != other.open("churn").directory


class TestQuestions:
    def test_an_empty_store_is_made_by_nobody_who_only_asks(
        self, store: ModelStore, tmp_path: Path
    ) -> None:
        assert store.names() == ()
        assert not store.exists("churn")
        assert not (tmp_path / "models").exists()

    def test_signature_needs_no_estimator(
        self, store: ModelStore, copies: Copies, tmp_path: Path
    ) -> None:
        store.add(copies(), "churn")
        (tmp_path / "models" / "churn@1" / "estimator.skops").unlink()

        assert store.signature("churn").classes == ("no", "yes")

    def test_an_unknown_name_has_the_nearest_as_hint(
        self, store: ModelStore, copies: Copies
    ) -> None:
        store.add(copies(), "churn")

        with pytest.raises(ModelError, match="no model 'chrun'") as caught:
            store.open("chrun")

        assert caught.value.hint == "did you mean 'churn'? Models: churn"

    @pytest.mark.parametrize("reference", ["churn@2", "churn@best"])
    def test_an_unknown_version_or_alias_lists_what_there_is(
        self, store: ModelStore, copies: Copies, tmp_path: Path, reference: str
    ) -> None:
        store.add(copies(), "churn")
        set_alias(store, tmp_path, "churn", "champion", 1)

        with pytest.raises(ModelError, match="model 'churn' has no") as caught:
            store.open(reference)

        assert caught.value.hint is not None
        assert "1, champion" in caught.value.hint

    def test_a_change_after_loading_is_noticed_at_the_next_open(
        self, store: ModelStore, copies: Copies, tmp_path: Path
    ) -> None:
        store.add(copies(), "churn")
        store.open("churn")
        with (tmp_path / "models" / "churn@1" / "golden.parquet").open("ab") as file:
            file.write(b"x")

        with pytest.raises(ModelError, match=r"'golden.parquet' was changed"):
            store.open("churn")

    def test_an_artifact_of_this_run_opens_beside_the_store(
        self, store: ModelStore, artifact: Path, rows: pa.Table
    ) -> None:
        model = store.open_artifact(artifact, "run-only")

        assert model.reference == "run-only"
        assert model.predict(rows).num_rows == rows.num_rows
        assert store.names() == ()


class TestRemoval:
    def test_removes_rows_and_directories(
        self, store: ModelStore, copies: Copies, tmp_path: Path
    ) -> None:
        store.add(copies(), "churn")
        store.add(copies(), "churn")

        removed = store.remove("churn")

        assert [stored.version for stored in removed] == [1, 2]
        assert store.names() == ()
        assert not list((tmp_path / "models").glob("churn*"))

    @pytest.mark.parametrize("reference", ["churn", "churn@1"])
    def test_refuses_what_an_alias_points_at(
        self, store: ModelStore, copies: Copies, tmp_path: Path, reference: str
    ) -> None:
        store.add(copies(), "churn")
        set_alias(store, tmp_path, "churn", "champion", 1)

        with pytest.raises(ModelError, match="churn@1 is what 'churn@champion' means"):
            store.remove(reference)

        assert store.exists("churn@champion")


class TestFailures:
    def test_a_damaged_artifact_is_not_stored(self, store: ModelStore, artifact: Path) -> None:
        (artifact / "golden.parquet").unlink()

        with pytest.raises(ModelError, match="is missing"):
            store.add(artifact, "churn")

        assert store.names() == ()

    def test_a_bad_name_is_refused_before_anything(self, store: ModelStore, artifact: Path) -> None:
        with pytest.raises(ModelError, match="not a name"):
            store.add(artifact, "../churn")

        assert artifact.exists()

    def test_a_workspace_that_cannot_be_written_gives_the_artifact_back(
        self, artifact: Path
    ) -> None:
        store = ModelStore(Path("/proc/headrace/models"))  # refuses even the superuser

        with pytest.raises(ModelError, match=r"could not be stored|cannot be written"):
            store.add(artifact, "churn")

        assert (artifact / "model.json").exists()

    def test_a_failing_commit_gives_the_artifact_back(
        self, store: ModelStore, copies: Copies, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        store.add(copies(), "churn")
        artifact = copies()
        monkeypatch.setattr(store_module, "insert_version", lambda *_: 1 / 0)

        with pytest.raises(ZeroDivisionError):
            store.add(artifact, "churn")

        assert (artifact / "model.json").exists()
        assert [stored.version for stored in store.list()] == [1]
        assert not (tmp_path / "models" / "churn@2").exists()

    def test_a_read_only_copy_still_answers(
        self, store: ModelStore, copies: Copies, tmp_path: Path
    ) -> None:
        store.add(copies(), "churn")
        folder = tmp_path / "models"
        for path in folder.glob("models.sqlite-*"):
            path.unlink()
        (folder / "models.sqlite").chmod(0o444)
        folder.chmod(0o555)

        try:
            assert ModelStore(folder).open("churn").reference == "churn@1"
        finally:
            folder.chmod(0o755)

    def test_another_file_system_is_copied_from(
        self, store: ModelStore, copies: Copies, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        artifact = copies()
        rename = Path.rename

        def refuse(path: Path, target: Path) -> Path:
            if path == artifact:
                raise OSError(errno.EXDEV, "Invalid cross-device link")
            return rename(path, target)

        monkeypatch.setattr(Path, "rename", refuse)

        assert store.add(artifact, "churn").reference == "churn@1"
        assert not artifact.exists()

    def test_a_full_disk_leaves_the_artifact_where_it_was(
        self, store: ModelStore, copies: Copies, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        artifact = copies()

        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(store_module, "sync_tree", full)

        with pytest.raises(ModelError, match="No space left on device") as caught:
            store.add(artifact, "churn")

        assert str(caught.value.hint).endswith(f"the model stands in {artifact}")
        assert (artifact / "model.json").exists()
        assert not list((tmp_path / "models").glob(f"{INCOMING}*"))

    def test_a_database_of_the_future_is_refused(
        self, store: ModelStore, copies: Copies, tmp_path: Path
    ) -> None:
        store.add(copies(), "churn")
        with database.writing(tmp_path / "models") as connection:
            connection.execute("pragma user_version = 99")

        with pytest.raises(ModelError, match="schema version 99"):
            store.names()

    def test_a_file_that_is_no_database_is_refused(
        self, store: ModelStore, artifact: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "models").mkdir()
        (tmp_path / "models" / "models.sqlite").write_text("not a database, but long enough" * 9)

        with pytest.raises(ModelError, match="not a model database"):
            store.names()
        with pytest.raises(ModelError, match="not a model database"):
            store.add(artifact, "churn")


def save_one(arguments: tuple[Path, Path]) -> str:
    folder, artifact = arguments
    return ModelStore(folder).add(artifact, "churn").reference


class TestConcurrency:
    def test_eight_processes_get_eight_versions(
        self, store: ModelStore, copies: Copies, tmp_path: Path
    ) -> None:
        work = [(tmp_path / "models", copies()) for _ in range(8)]

        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["headrace.models.store", "skops.io"])

        with context.Pool(8) as pool:
            references = pool.map(save_one, work, chunksize=1)

        assert sorted(references) == [f"churn@{n}" for n in range(1, 9)]
        assert all(store.open(reference) for reference in references)
        for stored in store.list():
            description = read_description(tmp_path / "models" / stored.directory, stored.digest)
            assert description["version"] == stored.version


KILLED = """
import os, signal, sys
from pathlib import Path
from headrace.models import store as module

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

point = sys.argv[1]
if point == "brought in":
    module.ModelStore._commit = die
elif point == "stamped":
    module.sync_tree = die
elif point == "renamed":
    module.insert_version = die
elif point == "inserted":
    insert = module.insert_version
    module.insert_version = lambda *row: (insert(*row), die())
elif point == "committed":
    module.ModelStore.open = die
module.ModelStore(Path(sys.argv[2])).add(Path(sys.argv[3]), "churn")
"""


class TestKills:
    """SIGKILL at every step of a save: a version is listed whole, or it never was."""

    @pytest.mark.parametrize(
        ("point", "versions"),
        [("brought in", 0), ("stamped", 0), ("renamed", 0), ("inserted", 0), ("committed", 1)],
    )
    def test_leave_the_store_whole(
        self, store: ModelStore, copies: Copies, tmp_path: Path, point: str, versions: int
    ) -> None:
        folder = tmp_path / "models"
        command = [sys.executable, "-c", KILLED, point, str(folder), str(copies())]
        done = subprocess.run(command, check=False, capture_output=True)
        assert done.returncode == -signal.SIGKILL, done.stderr

        assert len(store.list()) == versions
        assert store.add(copies(), "churn").reference == f"churn@{versions + 1}"
        assert store.open("churn").reference == f"churn@{versions + 1}"

    def test_what_they_leave_is_collected_when_old(
        self, store: ModelStore, copies: Copies, tmp_path: Path
    ) -> None:
        store.add(copies(), "churn")
        orphan = shutil.copytree(copies(), tmp_path / "models" / "churn@7")
        young, old = (tmp_path / "models" / f"{INCOMING}{age}" for age in ("young", "old"))
        young.mkdir()
        old.mkdir()
        before = time.time() - INCOMING_SECONDS - 1
        os.utime(old, (before, before))

        collected = store.collect_garbage()

        assert collected == (old.name, orphan.name)
        assert young.exists()
        assert store.open("churn").reference == "churn@1"
