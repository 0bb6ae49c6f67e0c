"""Vectorised functions of this process, as an in-process engine finds them.

What travels to the engine is only a key, so a function may hold what no pickle can carry
(a loaded model), and nothing of it is copied.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

VectorFunction = Callable[..., pa.Array]

_functions: dict[int, VectorFunction] = {}
_keys = itertools.count()


@dataclass(frozen=True, slots=True)
class InProcessFunction:
    """A pickled name for a function of this process."""

    key: int

    def __call__(self, *columns: pa.Array) -> pa.Array:
        return _functions[self.key](*columns)


def hold(function: VectorFunction) -> InProcessFunction:
    """Keep ``function`` callable by its key until ``release``."""
    key = next(_keys)
    _functions[key] = function
    return InProcessFunction(key)


def release(held: InProcessFunction) -> None:
    """Forget a function; calling it afterwards is a KeyError."""
    _functions.pop(held.key, None)
