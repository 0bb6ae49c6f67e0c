"""One script from raw tables to served models; on a laptop or on Spark.

``run`` and ``check`` take a script's text or file; ``Workspace`` holds a project's engine,
models and settings; ``Session`` runs texts one after another over the same tables.
"""

from typing import TYPE_CHECKING

from headrace.version import __version__

if TYPE_CHECKING:
    from headrace.app import Workspace, check, explain, run
    from headrace.errors import HeadraceError
    from headrace.runtime.session import RunResult, Session

_PLACES = {
    "HeadraceError": "headrace.errors",
    "RunResult": "headrace.runtime.session",
    "Session": "headrace.runtime.session",
    "Workspace": "headrace.app",
    "check": "headrace.app",
    "explain": "headrace.app",
    "run": "headrace.app",
}


def __getattr__(name: str) -> object:
    """Public names load with their first use, so that importing the package is quick."""
    from importlib import import_module

    if name not in _PLACES:
        raise AttributeError(f"module 'headrace' has no attribute '{name}'")
    return getattr(import_module(_PLACES[name]), name)


__all__ = [
    "HeadraceError",
    "RunResult",
    "Session",
    "Workspace",
    "__version__",
    "check",
    "explain",
    "run",
]
