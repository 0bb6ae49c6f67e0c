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
def _openmp() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="openmp")


@contextmanager
def one_openmp_thread() -> Iterator[None]:
    """Limit OpenMP to one thread for the calling thread.

    A BLAS is left alone: its limit belongs to the whole process, and threads that overlap would
    restore one another's. At the sizes of a batch it mostly uses one thread by itself.
    """
    with _openmp().limit(limits=1):
        yield
