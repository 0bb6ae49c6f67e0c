"""``!fs`` and ``!hdfs``: list, make, remove and move files of the project."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from headrace.errors import RunError
from headrace.graph.ports import Port
from headrace.graph.schema import Schema
from headrace.operators.base import WRITTEN, Context, Inputs, Knowledge, Site, Value
from headrace.operators.commands.base import Call, Command, Word
from headrace.operators.options import Names, parameter

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

LISTING = Schema.of(path="string", kind="string", bytes="bigint", modified="string")
PATHS = {"ls": (0, 1), "mkdir": (1, 1), "rm": (1, 1), "mv": (2, 2)}


def inside(root: Path, path: str) -> Path:
    """The path below the project's folder.

    Raises
    ------
    RunError : for a path that leads out of it, also by a symbolic link, or that no file can have
    """
    if "\0" in path:
        raise RunError("a path cannot hold a NUL character")
    place = (root / path).resolve()
    if not place.is_relative_to(root.resolve()):
        raise RunError(
            f"'{path}' lies outside the project's folder {root}",
            hint="commands on files stay inside the project",
        )
    return place


def current_umask() -> int:
    """What new files of this process may not allow; asking for it means setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and rename it into it, so that no half file is seen."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), 0o666 & ~current_umask())
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


class Files(Command):
    """Work on files below the project's folder; ``ls`` gives a table."""

    operator_name: ClassVar[str] = "fs"
    aliases: ClassVar[tuple[str, ...]] = ("hdfs",)
    usage: ClassVar[str] = "!fs -ls [PATH]; !fs -mkdir PATH; !fs -rm [-r] PATH; !fs -mv FROM TO;"

    action: Literal["ls", "mkdir", "rm", "mv"] = parameter(..., title="What to do")
    paths: Names = parameter((), title="On which files")
    recursive: bool = parameter(False, title="Remove a directory with all that it holds")

    @classmethod
    def read(cls, words: Sequence[Word]) -> Call:
        cls.expect(words, 1)
        action = words[0].text.lstrip("-")
        if action not in PATHS:
            raise cls.misuse(f"does not know '{words[0].text}'", words[0])
        marks = [word for word in words[1:] if word.text.startswith("-")]
        paths = [word for word in words[1:] if not word.text.startswith("-")]
        unknown = [m for m in marks if m.text not in ("-r", "-f", "-rf", "-p", "-F", "-skipTrash")]
        if unknown:
            raise cls.misuse(f"does not know '{unknown[0].text}'", unknown[0])
        least, most = PATHS[action]
        if not least <= len(paths) <= most:
            raise cls.misuse(f"-{action} takes {most} path{'s' if most > 1 else ''}", words[0])
        option = words[0].option("action")
        given = type(option)
        return Call(
            (
                given("action", action, None, words[0].mapped),
                given("paths", tuple(p.text for p in paths), None, (paths or words)[0].mapped),
                given("recursive", any("r" in m.text for m in marks)),
            )
        )

    def inputs(self) -> tuple[Port, ...]:
        return ()

    def outputs(self) -> tuple[Port, ...]:
        return (Port("table"), WRITTEN)

    def written_paths(self) -> tuple[str, ...]:
        return self.paths[1:] if self.action == "mv" else ()

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        return {"table": LISTING}

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        places = [inside(context.root, path) for path in self.paths or (".",)]
        try:
            listed = self._act(places, context.root.resolve())
        except OSError as error:
            raise RunError(f"!fs -{self.action}: {error.strerror}: {error.filename}") from error
        return {"table": context.tables.from_rows(listed, LISTING)}

    def _act(self, places: list[Path], root: Path) -> list[dict[str, str | int]]:
        first = places[0]
        match self.action:
            case "ls":
                return [listing_row(path, root) for path in listed_paths(first)]
            case "mkdir":
                first.mkdir(parents=True, exist_ok=True)
            case "rm":
                self._remove(first, root)
            case "mv":
                first.rename(places[1] / first.name if places[1].is_dir() else places[1])
        return []

    def _remove(self, path: Path, root: Path) -> None:
        if path == root:
            raise RunError("!fs -rm refuses to remove the project's folder itself")
        if path.is_dir() and not self.recursive:
            raise RunError(f"'{path}' is a directory", hint="!fs -rm -r PATH removes all of it")
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def listed_paths(path: Path) -> list[Path]:
    return sorted(path.iterdir()) if path.is_dir() else [path]


def listing_row(path: Path, root: Path) -> dict[str, str | int]:
    status = path.stat()
    return {
        "path": str(path.relative_to(root)),
        "kind": "directory" if path.is_dir() else "file",
        "bytes": status.st_size,
        "modified": datetime.fromtimestamp(status.st_mtime, UTC).isoformat(timespec="seconds"),
    }
