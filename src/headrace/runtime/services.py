"""What a session works with, wired together by ``headrace.app``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from headrace.graph.protocols import Analyzer, Sinks, Sources, Tables
from headrace.models.protocols import Fits, Models
from headrace.runtime.configuration import Configuration


class Notices:
    """Passes on what a source finds wrong, to the step that reads it."""

    def __init__(self) -> None:
        self.receiver: Callable[[str, str | None], None] = lambda message, hint: None

    def __call__(self, message: str, hint: str | None = None) -> None:
        self.receiver(message, hint)


@dataclass(frozen=True, slots=True)
class Services:
    """One session's engine tables, and what the workspace's sessions share.

    ``root`` is the project's folder, against which paths are read; ``scratch`` is this
    session's own directory, removed when the session closes.
    """

    configuration: Configuration
    root: Path
    scratch: Path
    tables: Tables
    analyzer: Analyzer
    sources: Sources
    sinks: Sinks
    models: Models
    fits: Fits
    notices: Notices
