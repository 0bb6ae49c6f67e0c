"""Texts that nobody may see: hidden variables and passwords, masked wherever something is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from headrace.errors import HeadraceError, Problem
from headrace.graph.options import GivenOption, fold
from headrace.graph.span import Source, Span

MASK = "(hidden)"
SHORT = 4
"""A secret shorter than this is masked only where it is a whole word: it is part of too many."""

_IN_ADDRESS = re.compile(
    r"://[^/@\s:]*:([^/@\s]+)@|[?&;](?:password|pwd)=([^&;\s]+)", re.IGNORECASE
)


class Secrets:
    """The secrets that a session has seen so far; it only grows."""

    def __init__(self) -> None:
        self._texts: frozenset[str] = frozenset()

    def add(self, *texts: str) -> None:
        self._texts |= {text for text in texts if text.strip()}

    def add_options(self, options: Iterable[GivenOption]) -> None:
        """The passwords among a source's or a connection's options."""
        for option in options:
            text = str(option.value)
            if fold(option.key) == "password":
                self.add(text)
            elif fold(option.key) == "url":
                self.add(*(part for found in _IN_ADDRESS.findall(text) for part in found))

    def __bool__(self) -> bool:
        return bool(self._texts)

    def occur_in(self, text: str) -> bool:
        """Whether the text holds a secret that is long enough not to be there by chance."""
        return any(secret in text for secret in self._texts if len(secret) >= SHORT)

    def mask(self, text: str) -> str:
        """The text with each secret replaced by ``(hidden)``."""
        return _pattern(self._texts).sub(MASK, text) if self._texts else text

    def mask_source(self, source: Source) -> Source:
        """A script whose secrets are stars, each as long, so that places stay what they were."""
        if not self._texts:
            return source
        text = _pattern(self._texts).sub(lambda found: "*" * len(found[0]), source.text)
        return replace(source, text=text) if text != source.text else source

    def mask_problem(self, problem: Problem) -> Problem:
        """The problem without secrets in its words, and in the line that it shows."""
        if not self._texts:
            return problem
        span = problem.span
        if isinstance(span, Span):
            span = Span(self.mask_source(span.source), span.start, span.end)
        hint = self.mask(problem.hint) if problem.hint else problem.hint
        return replace(problem, message=self.mask(problem.message), hint=hint, span=span)

    def mask_error(self, error: HeadraceError) -> None:
        """Take the secrets out of an error's problems, and out of what Python prints of it."""
        error.problems = tuple(self.mask_problem(problem) for problem in error.problems)
        error.args = (error.problems[0].message,)


@lru_cache(maxsize=8)
def _pattern(texts: frozenset[str]) -> re.Pattern[str]:
    """Any of the secrets, the longest first."""
    ordered = sorted(texts, key=lambda text: (-len(text), text))
    return re.compile("|".join(_occurrence(text) for text in ordered))


def _occurrence(text: str) -> str:
    escaped = re.escape(text)
    return rf"(?<!\w){escaped}(?!\w)" if len(text) < SHORT else escaped
