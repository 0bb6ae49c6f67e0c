"""What can be known to be wrong with a training before it runs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from headrace.algorithms.base import Algorithm
from headrace.errors import Problem
from headrace.graph.schema import Column, Schema, is_date, is_numeric, is_vector
from headrace.graph.signature import Task
from headrace.operators.base import Site


class Training(Protocol):
    """The part of a training operator that its checks look at."""

    @property
    def operator_name(self) -> str: ...

    @property
    def task(self) -> Task: ...

    @property
    def takes_weights(self) -> bool: ...

    @property
    def features_col(self) -> tuple[str, ...]: ...

    @property
    def exclude_cols(self) -> tuple[str, ...]: ...

    @property
    def weight_col(self) -> str | None: ...

    def features(self, schema: Schema) -> tuple[list[Column], list[Column]]: ...

    def label_column(self, schema: Schema) -> Column | None: ...


def is_feature(type_name: str) -> bool:
    """Whether a column of this type can be learnt from."""
    scalar = type_name in ("string", "boolean", "void") or is_numeric(type_name)
    return scalar or is_date(type_name) or is_vector(type_name)


def unknown_columns(training: Training, site: Site) -> Iterable[Problem]:
    """Named columns that the table does not have."""
    named = [("features_col", name) for name in training.features_col]
    named += [("exclude_cols", name) for name in training.exclude_cols]
    named += [("weight_col", training.weight_col)] if training.weight_col else []
    for parameter_name, name in named:
        problem = site.column_problem(name, parameter_name)
        if problem is not None:
            yield problem


def feature_problems(training: Training, schema: Schema, site: Site) -> Iterable[Problem]:
    """Features that no model can use, or none at all."""
    usable, unusable = training.features(schema)
    if training.task == "transform" and not training.features_col:
        yield Problem(
            f"{training.operator_name} does not know which columns to work on",
            site.place("features_col"),
            f"name some in inputCols; columns: {', '.join(schema.names)}",
            code="no-features",
        )
        return
    if not training.features_col and not usable:
        yield Problem(
            f"{training.operator_name} has no column to learn from",
            site.place("table"),
            f"columns: {', '.join(schema.names) or 'none'}",
            code="no-features",
        )
    for column in unusable if training.features_col else ():
        yield Problem(
            f"column '{column.name}' is {column.type}, which no model can use",
            site.place("features_col"),
            "numbers, texts, dates, booleans and array<double> can be features",
            code="feature-type",
        )
    if _names(training.weight_col, training.features_col):
        yield Problem(
            f"the weight '{training.weight_col}' is among the features",
            site.place("features_col"),
            "leave it out of the features",
            code="weight-in-features",
        )


def weight_problems(training: Training, schema: Schema, site: Site) -> Iterable[Problem]:
    """A weight that is not a number, or of an algorithm that takes none."""
    if training.weight_col and not training.takes_weights:
        yield Problem(
            f"{training.operator_name} takes no weights",
            site.place("weight_col"),
            "leave weightCol out",
            code="no-effect",
        )
    weight = schema.get(training.weight_col) if training.weight_col else None
    if weight is not None and not is_numeric(weight.type):
        yield Problem(
            f"the weight '{weight.name}' is {weight.type}, not a number",
            site.place("weight_col"),
            f"cast({weight.name} as double)",
            code="weight-type",
        )


def label_problems(
    training: Training, schema: Schema, site: Site, wanted: str | None
) -> Iterable[Problem]:
    """A label that is missing, of a wrong type, or among the features.

    ``wanted`` is the label as the script names it, None where it does not.
    """
    label = training.label_column(schema)
    if label is None:
        yield from _missing_label(training, schema, site, wanted)
        return
    hint = _wrong_type(training.task, label)
    if hint is not None:
        yield Problem(
            f"the label '{label.name}' is {label.type}, which {training.operator_name} "
            "cannot predict",
            site.place("label_col"),
            hint,
            code="label-type",
        )
    if _names(label.name, training.features_col):
        yield Problem(
            f"the label '{label.name}' is among the features",
            site.place("features_col"),
            "leave it out: a model that sees the label learns nothing else",
            code="label-in-features",
        )


def conflicts(algorithms: Iterable[Algorithm], site: Site) -> Iterable[Problem]:
    """Parameters that exclude each other, in any of the fits."""
    found = (conflict for algorithm in algorithms for conflict in algorithm.conflicts())
    for conflict in dict.fromkeys(found):
        yield Problem(
            conflict.message, site.place(conflict.parameter), conflict.hint, code="option-value"
        )


def _missing_label(
    training: Training, schema: Schema, site: Site, wanted: str | None
) -> Iterable[Problem]:
    if wanted:
        problem = site.column_problem(wanted, "label_col")
        if problem is not None:
            yield problem
        return
    yield Problem(
        f"{training.operator_name} does not know what to predict",
        site.place("label_col"),
        f"set labelCol to one of the columns: {', '.join(schema.names)}",
        code="no-label",
    )


def _wrong_type(task: Task, label: Column) -> str | None:
    """What to do about a label that this task cannot have; None for a good one."""
    if is_vector(label.type):
        return "labelCol and featuresCol seem to be swapped"
    quantity = is_numeric(label.type) or label.type == "boolean"
    if task == "regress" and not quantity:
        return "it predicts numbers; for classes take a classifier such as GBTClassifier"
    if task == "classify" and not quantity and label.type != "string":
        return "a class is a number, a text or a boolean"
    return None


def _names(name: str | None, names: Iterable[str]) -> bool:
    return name is not None and name.casefold() in {known.casefold() for known in names}
