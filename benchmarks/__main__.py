"""Runs benchmarks by name, or all of them, and prints one table."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from benchmarks.results import HEADER, Result

NAMES = ("startup", "check", "parser", "readers", "scoring", "credit", "fuzz_parser")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    chosen = parser.parse_args().names or NAMES
    found: list[Result] = []
    for name in chosen:
        print(f"{name} …", file=sys.stderr, flush=True)
        found += import_module(f"benchmarks.{name}").run()
    rows = [HEADER, *(result.cells() for result in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    for row in rows:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )
    return 0 if all(result.holds for result in found) else 1


if __name__ == "__main__":
    sys.exit(main())
