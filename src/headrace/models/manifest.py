"""Proof that a directory is what was written: a list of its files with their hashes.

``MANIFEST`` has a line a file, ``sha256  bytes  name``, sorted by name; its own SHA-256 is the
digest of the whole directory, which the store keeps in its database.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from headrace.errors import ModelError

MANIFEST = "MANIFEST"
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the directory, as it was written."""

    sha256: str
    size: int
    name: str


def write_manifest(directory: Path) -> str:
    """List every file below ``directory``; the digest of the list."""
    entries = [_measure(directory, name) for name in sorted(_files(directory)) if name != MANIFEST]
    text = "".join(f"{entry.sha256}  {entry.size}  {entry.name}\n" for entry in entries)
    (directory / MANIFEST).write_text(text, encoding="utf-8")
    return hashlib.sha256(text.encode()).hexdigest()


def read_manifest(directory: Path, digest: str | None = None) -> dict[str, Entry]:
    """The listed files by name; with a digest, only if the list is the one that was written.

    Raises
    ------
    ModelError : where there is none, it was changed, or a name leads out of the directory
    """
    _require(directory)
    path = directory / MANIFEST
    if path.is_symlink() or not path.is_file():
        raise damaged(directory, f"{MANIFEST} is missing")
    text = path.read_bytes()
    if digest is not None and hashlib.sha256(text).hexdigest() != digest:
        raise damaged(directory, f"{MANIFEST} was changed")
    entries = {}
    for line in text.decode(errors="replace").splitlines():
        sha256, _, rest = line.partition("  ")
        size, _, name = rest.partition("  ")
        if not size.isdecimal() or not _stays_inside(name):
            raise damaged(directory, f"{MANIFEST} names '{name}', which is not a file of it")
        entries[name] = Entry(sha256, int(size), name)
    return entries


def verify(directory: Path, digest: str | None = None) -> dict[str, Entry]:
    """Check every file of ``directory`` against its manifest.

    Raises
    ------
    ModelError : naming the file that is missing, changed, added, or a link
    """
    entries = read_manifest(directory, digest)
    found = set(_files(directory)) - {MANIFEST}
    for name in sorted(found - set(entries)):
        raise damaged(directory, f"'{name}' was added")
    for name in sorted(set(entries) - found):
        raise damaged(directory, f"'{name}' is missing")
    for name, entry in entries.items():
        if _measure(directory, name) != entry:
            raise damaged(directory, f"'{name}' was changed")
    return entries


def read_verified(directory: Path, entry: Entry) -> bytes:
    """The bytes of a listed file; what is returned is what was checked.

    Raises
    ------
    ModelError : when it is missing, a link, or not what was written
    """
    path = directory / entry.name
    if path.is_symlink() or not path.is_file():
        raise damaged(directory, f"'{entry.name}' is missing")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != entry.sha256:
        raise damaged(directory, f"'{entry.name}' was changed")
    return content


def manifest_digest(directory: Path) -> str:
    """The digest of a directory as it stands; says nothing of who wrote it."""
    read_manifest(directory)
    return hashlib.sha256((directory / MANIFEST).read_bytes()).hexdigest()


def damaged(directory: Path, what: str) -> ModelError:
    return ModelError(
        f"the model in {directory} is damaged: {what}",
        hint="train it again, or restore the directory from a copy",
    )


def _files(directory: Path) -> list[str]:
    """Names of all files below ``directory``, by slashes; a link anywhere is refused."""
    _require(directory)
    names = []
    for folder, folders, files in os.walk(directory):
        for name in (*folders, *files):
            path = Path(folder) / name
            relative = path.relative_to(directory).as_posix()
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise damaged(directory, f"'{relative}' is a link, not a file")
            if path.is_file():
                names.append(relative)
    return names


def _require(directory: Path) -> None:
    if directory.is_symlink() or not directory.is_dir():
        raise ModelError(f"there is no model directory {directory}")


def _measure(directory: Path, name: str) -> Entry:
    hasher = hashlib.sha256()
    size = 0
    with (directory / name).open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            hasher.update(chunk)
            size += len(chunk)
    return Entry(hasher.hexdigest(), size, name)


def _stays_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return bool(name) and not path.is_absolute() and ".." not in path.parts and "\\" not in name
