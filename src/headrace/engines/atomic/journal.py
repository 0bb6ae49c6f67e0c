"""The journal entry of an append: which files move from the hidden directory to the table."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from headrace.engines.atomic.crash_points import crash_point
from headrace.engines.atomic.durability import sync
from headrace.engines.atomic.staging import PREFIX

APPEND = f"{PREFIX}append-"
JOURNAL = f"{PREFIX}journal-"

_VERSION = 1


@dataclass(frozen=True, slots=True)
class Journal:
    """``files`` are paths relative to the hidden directory ``staged`` and to the table alike."""

    staged: str
    files: Sequence[str]

    @classmethod
    def read(cls, entry: Path) -> Journal:
        stored = json.loads(entry.read_text("utf-8"))
        if stored["version"] != _VERSION:
            raise ValueError(f"journal version {stored['version']} is not known")
        return cls(stored["staged"], tuple(stored["files"]))

    def as_json(self) -> Mapping[str, object]:
        return {"version": _VERSION, "staged": self.staged, "files": list(self.files)}

    def apply(self, target: Path) -> None:
        """Move the files that have not been moved yet."""
        for file in self.files:
            place = target / file
            if (target / self.staged / file).exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                (target / self.staged / file).rename(place)
                crash_point("append.moved")
        for folder in {(target / file).parent for file in self.files}:
            sync(folder)

    def undo(self, target: Path) -> None:
        """Move the files back that have been moved; their names are unique, so they are ours."""
        for file in self.files:
            if (target / file).exists():
                (target / file).rename(target / self.staged / file)
