"""The Spark Connect client of pyspark, imported so that it works in any program, and quickly.

While it is first imported, pyspark takes a ``__main__`` without a file (``python -c``, standard
input, a spawned worker) for its own doctests, looks for a Spark installation and ends the process.
It also imports pandas, a third of the time that a small script takes, and uses it only where
``createDataFrame`` is given a frame of pandas.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from types import ModuleType


class _OnFirstUse(ModuleType):
    """Stands for a module that is imported when somebody asks it for one of its names."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):  # the import system asks for such names
            raise AttributeError(name)
        return getattr(import_module(self.__name__), name)


@contextlib.contextmanager
def _pandas_on_first_use() -> Iterator[None]:
    """While it lasts, an import of pandas gives what loads the real one on first use."""
    if "pandas" in sys.modules:
        yield
        return
    pandas, types = _OnFirstUse("pandas"), _OnFirstUse("pandas.api.types")
    vars(pandas).update(__version__=version("pandas"), __path__=[], DataFrame=object)
    vars(types).update({name: _late(name) for name in _CHECKS})
    names = {"pandas": pandas, "pandas.api": ModuleType("pandas.api"), "pandas.api.types": types}
    sys.modules.update(names)
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]
        del pandas.DataFrame  # an annotation of pyspark's read it; now the real one is asked for


_CHECKS = ("is_datetime64_dtype", "is_timedelta64_dtype")
"""What pyspark imports by name."""


def _late(name: str) -> object:
    def check(dtype: object) -> object:
        return getattr(import_module("pandas.api.types"), name)(dtype)

    return check


@contextlib.contextmanager
def _main_with_a_file() -> Iterator[None]:
    main = sys.modules["__main__"]
    if hasattr(main, "__file__"):
        yield
        return
    main.__file__ = "<command>"
    try:
        yield
    finally:
        del main.__file__


with _main_with_a_file(), _pandas_on_first_use():
    from pyspark.sql.connect.client import DefaultChannelBuilder
    from pyspark.sql.connect.client.retries import DefaultPolicy
    from pyspark.sql.connect.dataframe import DataFrame
    from pyspark.sql.connect.session import SparkSession
    from pyspark.sql.connect.udf import UserDefinedFunction

__all__ = [
    "DataFrame",
    "DefaultChannelBuilder",
    "DefaultPolicy",
    "SparkSession",
    "UserDefinedFunction",
]
