"""The Spark Connect client of pyspark, imported so that it works in any program.

While it is first imported, pyspark takes a ``__main__`` without a file (``python -c``, standard
input, a spawned worker) for its own doctests, looks for a Spark installation and ends the process.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator


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


with _main_with_a_file():
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
