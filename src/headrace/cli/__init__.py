"""The ``headrace`` command: a thin shell over ``headrace.app``."""

from headrace.cli.main import main

__all__ = ["main"]
