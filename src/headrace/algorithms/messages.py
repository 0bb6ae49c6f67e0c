"""What a fit's parent and child process say to each other: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from headrace.errors import FitError, HeadraceError
from headrace.graph.step import Json
from headrace.models.protocols import FitRequest, FitResult


@dataclass(frozen=True, slots=True)
class WarmUp:
    """Import what these algorithms need; there is no answer."""

    algorithms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Started:
    """The request has been read, and the fit begins."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The algorithm, the data or the options are at fault; the user can mend it."""

    message: str
    hint: str | None = None

    @classmethod
    def of(cls, error: HeadraceError) -> Refused:
        return cls(error.message, error.hint)

    def error(self) -> FitError:
        return FitError(self.message, hint=self.hint)


@dataclass(frozen=True, slots=True)
class Crashed:
    """An error that nobody foresaw; its traceback stands in the log."""

    kind: str
    message: str


Request = WarmUp | FitRequest
Answer = Started | FitResult | Refused | Crashed

_KINDS: Mapping[str, Callable[..., Request | Answer]] = {
    kind.__name__: kind for kind in (WarmUp, FitRequest, Started, FitResult, Refused, Crashed)
}
_PATHS = frozenset({"table", "artifact", "evaluation_table"})
_TUPLES = frozenset({"algorithms", "features", "choices"})


def encode(message: Request | Answer) -> bytes:
    """A message as one line, its end included."""
    fields = asdict(message)
    text = json.dumps({"kind": type(message).__name__, "fields": fields}, default=str)
    return text.encode() + b"\n"


def decode(line: bytes) -> Request | Answer:
    """The message of a line that ``encode`` made."""
    document = json.loads(line)
    fields = {name: _value(name, value) for name, value in document["fields"].items()}
    return _KINDS[document["kind"]](**fields)


def _value(name: str, value: Json) -> object:
    if name in _PATHS and value is not None:
        return Path(str(value))
    if name in _TUPLES and isinstance(value, list):
        return tuple(value)
    return value
