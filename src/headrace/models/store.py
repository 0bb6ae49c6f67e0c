"""The model store of one workspace: artifacts in directories, and a database that lists them.

A version is a row and a directory ``name@version`` (slashes of the name become ``%``, and another
workspace than ``local`` stands before the name). Saving
happens under the database's write lock: the artifact is renamed into its place, and then the
row is committed. A kill in between leaves a directory without a row, which is no version;
the next save of that name takes the number again, and ``collect_garbage`` removes what is left.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import time
import uuid
from pathlib import Path
from typing import Any

from headrace.errors import ModelError, suggest
from headrace.graph.signature import Signature
from headrace.models import database
from headrace.models.artifact import read_description, stamp
from headrace.models.disk import sync_directory, sync_tree
from headrace.models.manifest import manifest_digest, verify
from headrace.models.model import FittedModel, loaded
from headrace.models.names import Reference, parse_reference, valid_name
from headrace.models.signatures import signature_from_json
from headrace.models.versions import (
    StoredModel,
    delete_versions,
    insert_version,
    listed_directories,
    next_version,
    select_versions,
)

INCOMING = ".incoming-"
INCOMING_SECONDS = 3600.0
"""How long a copy on its way in is left alone before it counts as abandoned."""


class ModelStore:
    """``protocols.Models`` in a directory, such as ``.headrace/models``; made when first written.

    Parameters
    ----------
    directory : holds the database and the artifacts
    workspace, owner : whose models these are, stored with every row
    """

    def __init__(self, directory: Path, *, workspace: str = "local", owner: str = "local") -> None:
        self._directory = directory
        self._workspace = workspace
        self._owner = owner

    def exists(self, reference: str) -> bool:
        return self._find(parse_reference(reference)) is not None

    def names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(model.name for model in self.list()))

    def list(self, name: str | None = None) -> tuple[StoredModel, ...]:
        """All versions (of one model), by name and then version."""
        with database.reading(self._directory) as connection:
            if connection is None:
                return ()
            return select_versions(connection, self._workspace, name)

    def resolve(self, reference: str) -> StoredModel:
        """The version that ``name``, ``name@3`` or ``name@alias`` means now.

        Raises
        ------
        ModelError : when there is none, with the nearest names, versions or aliases
        """
        parsed = parse_reference(reference)
        found = self._find(parsed)
        if found is None:
            raise self._unknown(parsed)
        return found

    def open(self, reference: str) -> FittedModel:
        """The model, its files checked now, loaded once a process.

        Raises
        ------
        ModelError : unknown (with the nearest names), damaged or not readable by this version
        """
        stored = self.resolve(reference)
        place = self._directory / stored.directory
        verify(place, stored.digest)
        loaded(place, stored.digest)
        return FittedModel(stored.reference, place, stored.digest)

    def open_artifact(self, artifact: Path, reference: str) -> FittedModel:
        """An artifact that is not in the store (a model for this run only)."""
        digest = manifest_digest(artifact)
        loaded(artifact, digest)
        return FittedModel(reference, artifact, digest)

    def signature(self, reference: str) -> Signature:
        """Read from ``model.json`` alone; no estimator is loaded."""
        return signature_from_json(self.show(reference)["signature"])

    def show(self, reference: str) -> dict[str, Any]:
        """``model.json`` of a version, checked against the store's digest."""
        stored = self.resolve(reference)
        return read_description(self._directory / stored.directory, stored.digest)

    def add(self, artifact: Path, name: str, *, keep_versions: bool = True) -> FittedModel:
        """Move a finished artifact into the store as the next version of ``name``.

        Without ``keep_versions`` the older versions that no alias points at are removed.

        Raises
        ------
        ModelError : for a bad name, a damaged artifact, or a store that cannot be written
        """
        name = valid_name(name)
        verify(artifact)
        try:
            incoming = self._bring_in(artifact)
            try:
                stored = self._commit(incoming, name)
            except BaseException:
                shutil.move(incoming, artifact)  # a fit may have taken hours: give it back
                raise
        except OSError as error:
            raise ModelError(
                f"model '{name}' could not be stored in {self._directory}: {error}",
                hint="make it writable and run again; while this process lives, the model "
                f"stands in {artifact}",
            ) from error
        if not keep_versions:
            self._remove_older(stored)
        return self.open(stored.reference)

    def remove(self, reference: str) -> tuple[StoredModel, ...]:
        """Remove one version, or, for a bare name, all of them; what was removed.

        Raises
        ------
        ModelError : when there is none, or an alias points at one of them
        """
        found = self.resolve(reference)
        bare = parse_reference(reference) == Reference(found.name)
        doomed = self.list(found.name) if bare else (found,)
        held = next((model for model in doomed if model.aliases), None)
        if held is not None:
            raise ModelError(
                f"{held.reference} is what '{held.name}@{held.aliases[0]}' means, so it stays",
                hint="let the alias point at another version first",
            )
        self._forget(doomed)
        return doomed

    def collect_garbage(self) -> tuple[str, ...]:
        """Remove directories that no row lists (a writer was killed); their names."""
        with database.writing(self._directory) as connection:
            listed = listed_directories(connection)
            orphans = [p for p in self._directory.iterdir() if p.is_dir() and p.name not in listed]
            doomed = [p for p in orphans if not _on_its_way(p)]
            for path in doomed:
                shutil.rmtree(path, ignore_errors=True)
        return tuple(sorted(path.name for path in doomed))

    def _find(self, wanted: Reference) -> StoredModel | None:
        versions = self.list(wanted.name)
        if wanted.alias is not None:
            return next((model for model in versions if wanted.alias in model.aliases), None)
        if wanted.version is not None:
            return next((model for model in versions if model.version == wanted.version), None)
        return versions[-1] if versions else None

    def _unknown(self, wanted: Reference) -> ModelError:
        versions = self.list(wanted.name)
        if not versions:
            hint = suggest(wanted.name, self.names(), "models")
            return ModelError(f"no model '{wanted.name}'", hint=hint, code="unknown-model")
        aliases = [alias for model in versions for alias in model.aliases]
        known = [str(model.version) for model in versions] + aliases
        return ModelError(
            f"model '{wanted.name}' has no '{str(wanted).partition('@')[2]}'",
            hint=suggest(wanted.alias or "", known, "versions and aliases"),
            code="unknown-model",
        )

    def _bring_in(self, artifact: Path) -> Path:
        """The artifact in a directory of the store's own file system, under a passing name."""
        self._directory.mkdir(parents=True, exist_ok=True)
        incoming = self._directory / f"{INCOMING}{uuid.uuid4().hex}"
        try:
            artifact.rename(incoming)
        except OSError:  # another file system
            try:
                shutil.copytree(artifact, incoming)
            except BaseException:
                shutil.rmtree(incoming, ignore_errors=True)
                raise
            shutil.rmtree(artifact, ignore_errors=True)
        return incoming

    def _commit(self, incoming: Path, name: str) -> StoredModel:
        placed: Path | None = None
        try:
            with database.writing(self._directory) as connection:
                version = next_version(connection, self._workspace, name)
                stored = self._stamped(incoming, name, version)
                sync_tree(incoming)
                place = self._directory / stored.directory
                if place.exists():  # its writer was killed before it could commit
                    shutil.rmtree(place)
                placed = incoming.rename(place)
                sync_directory(self._directory)
                insert_version(connection, stored)
        except BaseException:
            if placed is not None:
                placed.rename(incoming)
            raise
        return stored

    def _stamped(self, incoming: Path, name: str, version: int) -> StoredModel:
        """The row of an artifact, which is told its name and version."""
        digest = stamp(incoming, name, version)
        description = read_description(incoming, digest)
        others = "" if self._workspace == "local" else f"{self._workspace}%%"
        return StoredModel(
            workspace=self._workspace,
            owner=self._owner,
            name=name,
            version=version,
            directory=f"{others}{name.replace('/', '%')}@{version}",
            digest=digest,
            algorithm=description["algorithm"],
            task=description["signature"]["task"],
            created=description["created"],
        )

    def _remove_older(self, newest: StoredModel) -> None:
        older = [m for m in self.list(newest.name) if m.version < newest.version and not m.aliases]
        self._forget(tuple(older))

    def _forget(self, doomed: tuple[StoredModel, ...]) -> None:
        """Rows first: a version that is listed always has its directory."""
        try:
            with database.writing(self._directory) as connection:
                delete_versions(connection, doomed)
        except sqlite3.IntegrityError as error:
            raise ModelError("an alias was set to this version meanwhile, so it stays") from error
        for model in doomed:
            shutil.rmtree(self._directory / model.directory, ignore_errors=True)


def _on_its_way(path: Path) -> bool:
    """A directory that a writer may still be filling: only its age tells."""
    with contextlib.suppress(FileNotFoundError):
        young = time.time() - path.stat().st_mtime < INCOMING_SECONDS
        return path.name.startswith(INCOMING) and young
    return True
