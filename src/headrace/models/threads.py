"""One thread inside numerical libraries while an engine calls us from several of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


class _Depth:
    """How many callers are inside, and what restores the settings when the last one leaves.

    A BLAS's thread count belongs to the process. Were each caller to restore what it found,
    two that overlap would leave it at 1 for ever.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.callers = 0
        self.limit: Any = None


_blas = _Depth()


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit BLAS (for the process) and OpenMP (for the calling thread) to one thread."""
    with _blas.lock:
        _blas.callers += 1
        if _blas.callers == 1:
            _blas.limit = _controller().limit(limits=1, user_api="blas").__enter__()
    try:
        with _controller().limit(limits=1, user_api="openmp"):
            yield
    finally:
        with _blas.lock:
            _blas.callers -= 1
            if _blas.callers == 0:
                _blas.limit.restore_original_limits()
