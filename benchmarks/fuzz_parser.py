"""A hundred thousand spoilt scripts: each is read or refused, in time, and nothing else happens."""

from __future__ import annotations

import argparse
import time
from random import Random

from benchmarks.results import Result
from headrace.graph.span import Source
from headrace.language.formatter import format_script, format_statements
from headrace.language.parser import parse, parse_with_problems
from tests.language.cases import parse_cases
from tests.language.mutation import mutated, random_text, shuffled_fragments

CASES = 100_000
SLOW_SECONDS = 1.0


def run() -> list[Result]:
    survived = sum(fuzz().values())
    return [Result("spoilt scripts read or refused", survived, CASES, "at least", "cases")]


def fuzz(cases: int = CASES, seed: int = 0) -> dict[str, int]:
    """How many cases were scripts and how many were refused; raises on anything else.

    Every script must survive both formatters, and none may take more than ``SLOW_SECONDS``.
    """
    random = Random(seed)
    scripts = [case.script for case in parse_cases()]
    counts = {"read": 0, "refused": 0}
    for number in range(cases):
        makers = (
            random_text(random, 200),
            shuffled_fragments(random, 80),
            mutated(random, random.choice(scripts)),
        )
        source = Source(f"case {number}", makers[number % 3])
        start = time.perf_counter()
        counts["read" if _try(source) else "refused"] += 1
        if time.perf_counter() - start > SLOW_SECONDS:
            raise AssertionError(f"slow: {source.text!r}")
    return counts


def _try(source: Source) -> bool:
    """Whether the text is a script; its trees and layouts must agree."""
    script, problems = parse_with_problems(source)
    if problems:
        "".join(map(str, problems))  # each can be shown
        return False
    again = parse(Source("again", format_statements(script)))
    formatted = format_script(source)
    if again != script or format_script(Source("again", formatted)) != formatted:
        raise AssertionError(f"not the same again: {source.text!r}")
    return True


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cases", type=int, default=CASES)
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    print(fuzz(options.cases, options.seed))
