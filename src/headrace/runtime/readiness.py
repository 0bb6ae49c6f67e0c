"""Getting ready for the first model while the child process fits it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module

from headrace.algorithms import catalog
from headrace.models.protocols import FitRequest, FitResult, Fits

FOR_SCORING = ("skops.io", "headrace.models.artifact", "headrace.models.store")
"""What opening and calling any model loads, beside its estimator's own modules."""


class ReadyingFits:
    """Another ``Fits``; while its first fit runs, this process imports what scoring will need.

    Only then: before it, the time belongs to the data and to the engine, and a script without
    a training never pays for it.
    """

    def __init__(self, fits: Fits) -> None:
        self._fits = fits
        self._readying: threading.Thread | None = None

    def fit(self, request: FitRequest) -> FitResult:
        if self._readying is None:
            self._readying = threading.Thread(
                target=_import_all, args=(request.algorithm,), daemon=True, name="headrace-imports"
            )
            self._readying.start()
        result = self._fits.fit(request)
        self._readying.join()  # two threads that import one package may see it half loaded
        return result

    def warm_up(self, algorithms: Sequence[str]) -> None:
        self._fits.warm_up(algorithms)

    def cancel(self) -> None:
        self._fits.cancel()

    def close(self) -> None:
        self._fits.close()


def _import_all(algorithm: str) -> None:
    """What cannot be imported says so where it is needed."""
    with suppress(ImportError):
        catalog.algorithm(algorithm).warm_up()
        for module in FOR_SCORING:
            import_module(module)
