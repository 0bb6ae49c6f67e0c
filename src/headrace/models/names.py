"""How models are named: ``churn``, ``risk/churn``, ``churn@3``, ``churn@champion``."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from headrace.errors import ModelError

LONGEST_NAME_BYTES = 200
"""A name becomes part of a file name, of which file systems allow 255 bytes."""

_NAME = re.compile(r"[\w.\-]+(?:/[\w.\-]+)*")
_ALIAS = re.compile(r"[^\W\d][\w.\-]*")


@dataclass(frozen=True, slots=True)
class Reference:
    """A model's name and, where one was written, its version or an alias of one."""

    name: str
    version: int | None = None
    alias: str | None = None

    def __str__(self) -> str:
        chosen = self.version if self.version is not None else self.alias
        return self.name if chosen is None else f"{self.name}@{chosen}"


def parse_reference(text: str) -> Reference:
    """Read ``name``, ``name@3`` or ``name@alias``.

    Raises
    ------
    ModelError : when it is none of these
    """
    name, at, chosen = text.partition("@")
    name = valid_name(name)
    if not at:
        return Reference(name)
    if chosen.isdecimal() and int(chosen) > 0:
        return Reference(name, version=int(chosen))
    if not _ALIAS.fullmatch(chosen):
        raise ModelError(
            f"'{text}' is not a model reference",
            hint="write a name, name@3 for a version, or name@champion for an alias",
        )
    return Reference(name, alias=unicodedata.normalize("NFC", chosen))


def valid_name(text: str) -> str:
    """A model's name in its normal form, slashes around it (MLSQL's ``/tmp/model``) taken off.

    Raises
    ------
    ModelError : when it is empty, too long, leads upwards, or has other characters than
        letters, digits and ``_ - . /``
    """
    name = unicodedata.normalize("NFC", text).strip("/")
    if not _NAME.fullmatch(name) or any(part in (".", "..") for part in name.split("/")):
        raise ModelError(
            f"'{text}' is not a name for a model",
            hint="use letters, digits and _ - . with / between parts, such as risk/churn-v2",
        )
    if len(name.encode()) > LONGEST_NAME_BYTES:
        raise ModelError(f"the model name '{name[:40]}…' is longer than {LONGEST_NAME_BYTES} bytes")
    return name
