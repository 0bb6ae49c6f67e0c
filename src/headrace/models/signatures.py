"""What a model of each task adds to a table, and what it answers as an SQL function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headrace.errors import ModelError
from headrace.graph.schema import VECTOR, Column, Schema, is_date, is_numeric, is_vector
from headrace.graph.signature import FunctionOutput, Signature, Task

PREDICTION = "prediction"
PROBABILITY = "probability"
DISTANCE = "distance"


def make_signature(
    task: Task,
    inputs: Schema,
    label: Column | None = None,
    classes: tuple[str | int | float | bool, ...] | None = None,
    algorithm: str | None = None,
    outputs: Schema | None = None,
) -> Signature:
    """The signature of a model, before training (``classes`` is None) or after.

    A classifier predicts in the label's own type, a regression ``double``, a clustering ``int``;
    a feature step says itself what its ``outputs`` are.
    """
    name = label.name if label else None
    return Signature(task, inputs, outputs or _outputs(task, label), name, classes, algorithm)


def _outputs(task: Task, label: Column | None) -> Schema:
    if task == "classify":
        label_type = label.type if label else "double"
        # A decimal label is read as double: 1.00 and 1 are the same class.
        label_type = "double" if label_type.startswith("decimal") else label_type
        return Schema((Column(PREDICTION, label_type), Column(PROBABILITY, VECTOR)))
    if task == "cluster":
        return Schema((Column(PREDICTION, "int"), Column(DISTANCE, "double")))
    return Schema((Column(PREDICTION, "double"),))


def return_type(signature: Signature, output: FunctionOutput) -> str:
    """The Spark SQL type that the model's function returns.

    Raises
    ------
    ModelError : when a model of this task has no such output
    """
    if signature.task == "classify":
        prediction = signature.outputs.columns[0].type
        types = {"default": VECTOR, "probability": VECTOR, "positive": "double"}
        return types.get(output, prediction)
    if output in ("probability", "positive"):
        kind = {"regress": "a regression", "cluster": "a clustering"}.get(signature.task, "a step")
        raise ModelError(
            f"output '{output}' needs a classifier, and this model is {kind}",
            hint="leave the option 'output' out, or write output='label'",
        )
    return signature.outputs.columns[0].type


def fits(given: str, trained: str) -> bool:
    """Whether a column of type ``given`` can stand where training saw ``trained``.

    Numbers and booleans stand for each other, dates for timestamps, vectors for vectors.

    >>> fits("int", "double"), fits("string", "double")
    (True, False)
    """
    return given == "void" or _family(given) == _family(trained)


def _family(type_name: str) -> str:
    if is_numeric(type_name) or type_name in ("boolean", "void"):
        return "number"
    if is_date(type_name):
        return "date"
    return "vector" if is_vector(type_name) else type_name.partition("(")[0]


def struct_type(columns: Schema) -> str:
    """Several columns as one, in Spark SQL's words.

    >>> struct_type(Schema.of(prediction="int", distance="double"))
    'struct<prediction:int,distance:double>'
    """
    return f"struct<{','.join(f'{column.name}:{column.type}' for column in columns)}>"


def signature_to_json(signature: Signature) -> dict[str, Any]:
    return {
        "task": signature.task,
        "inputs": [[c.name, c.type] for c in signature.inputs],
        "outputs": [[c.name, c.type] for c in signature.outputs],
        "label": signature.label,
        "classes": None if signature.classes is None else list(signature.classes),
        "algorithm": signature.algorithm,
    }


def signature_from_json(value: Mapping[str, Any]) -> Signature:
    return Signature(
        value["task"],
        Schema(tuple(Column(name, type_name) for name, type_name in value["inputs"])),
        Schema(tuple(Column(name, type_name) for name, type_name in value["outputs"])),
        value["label"],
        None if value["classes"] is None else tuple(value["classes"]),
        value["algorithm"],
    )
