"""Content hashes: equal fingerprints mean equal work on equal input."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from headrace.graph.pipeline import Pipeline
from headrace.graph.step import Json


def digest(value: Json) -> str:
    """A SHA-256 of the canonical JSON of ``value``, in hexadecimal."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprints(
    pipeline: Pipeline, sources: Mapping[str, Json] | None = None, code_version: str = ""
) -> dict[str, str]:
    """The reuse key of each step: its operator, parameters, inputs' keys and source data.

    Parameters
    ----------
    pipeline : the steps
    sources : step id → what identifies the data that it reads (path, size, mtime or etag)
    code_version : changes when the operators' meaning does

    Returns
    -------
    step id → hexadecimal SHA-256
    """
    keys: dict[str, str] = {}
    for step in pipeline:
        keys[step.id] = digest(
            {
                "operator": step.operator.operator_name,
                "parameters": dict(step.operator.parameters()),
                "inputs": [[link.port, keys[link.step], link.output] for link in step.inputs],
                "source": (sources or {}).get(step.id),
                "code": code_version,
            }
        )
    return keys
