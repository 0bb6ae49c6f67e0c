"""Threads: one inside numerical libraries, and no more than the machine's cores in all.

An engine calls a model from as many threads as it has partitions. Where it has fewer than the
machine has cores (a file of one row group), the idle cores help inside the call.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Any


@cache
def cores() -> int:
    """How many cores this process may use; a container's quota counts."""
    from joblib import cpu_count  # type: ignore[import-untyped]

    return max(1, int(cpu_count()))


@cache
def pool() -> ThreadPoolExecutor:
    """Threads that help with scoring; idle ones cost nothing."""
    return ThreadPoolExecutor(cores(), thread_name_prefix="headrace-scoring")


class _Callers:
    """Who scores at this moment."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.count = 0


_callers = _Callers()


@contextmanager
def share_of_cores() -> Iterator[int]:
    """How many threads the caller may use now: the cores, shared among all who score."""
    with _callers.lock:
        _callers.count += 1
        share = max(1, cores() // _callers.count)
    try:
        yield share
    finally:
        with _callers.lock:
            _callers.count -= 1


@cache
def _controller() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


class _BlasLimit:
    """How many callers are inside, and what restores the setting when the last one leaves.

    A BLAS's thread count belongs to the process. Were each caller to restore what it found,
    two that overlap would leave it at 1 for ever.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.callers = 0
        self.limit: Any = None


_blas = _BlasLimit()


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
