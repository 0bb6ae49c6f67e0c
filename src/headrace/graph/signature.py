"""What a fitted model takes and gives, known before and after its training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from headrace.graph.schema import Schema

Task = Literal["classify", "regress", "cluster", "transform"]
FunctionOutput = Literal["default", "label", "probability", "positive"]


@dataclass(frozen=True, slots=True)
class Signature:
    """The raw columns that a model reads, and the columns that ``predict`` adds.

    As an SQL function the model takes one argument a column of ``inputs``, in that order.
    ``classes`` are the labels in the order of the probabilities; None before training.
    ``algorithm`` is the name in the catalogue; None where nobody said.
    """

    task: Task
    inputs: Schema
    outputs: Schema
    label: str | None = None
    classes: tuple[str | int | float | bool, ...] | None = None
    algorithm: str | None = None
