"""``predict t as ALGORITHM.`name```: a table with what a fitted model says of each row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from headrace.errors import ModelError, Problem, suggest
from headrace.graph.ports import Port
from headrace.graph.schema import Schema
from headrace.graph.signature import Signature
from headrace.models.signatures import fits
from headrace.operators.base import Context, Inputs, Knowledge, Site, Value
from headrace.operators.fitted import FittedOperator, FittedOptions, bind_fitted
from headrace.operators.options import Bound, GivenOption
from headrace.operators.row_hash import quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SCORES = "__scores"
"""The column that holds the model's answer until it is spread."""


class Predict(FittedOperator):
    """All columns of the table, then the model's: one of the same name takes the old one's place.

    The answer is computed by the engine as rows stream through, and only if somebody reads it.
    """

    operator_name: ClassVar[str] = "predict"
    category: ClassVar[str] = "model"
    verbs: ClassVar[tuple[str, ...]] = ("predict",)

    def inputs(self) -> tuple[Port, ...]:
        return (Port("table"), *self.model_port())

    def check(self, site: Site) -> Iterable[Problem]:
        problems = list(self.model_problems(site))
        yield from problems
        if any(problem.severity == "error" for problem in problems):
            return
        signature, schema = self.signature(site), site.schema()
        if signature is not None and schema is not None:
            for problem in input_problems(signature, schema, self.reference):
                yield Problem(problem.message, site.place("path"), problem.hint, code=problem.code)

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        signature, schema = self.signature(site), site.schema()
        if signature is None or schema is None:
            return {"table": None}
        return {"table": schema.with_columns(*signature.outputs)}

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        """Lazy: nothing is scored before somebody reads the table.

        Raises
        ------
        ModelError : when the table lacks a column of the model's, or has it with another type
        """
        model = self.open(inputs, context)
        schema = context.tables.schema(inputs.frame())
        problems = tuple(input_problems(model.signature, schema, model.reference))
        if problems:
            raise ModelError.of(problems)
        made = model.predictor()
        name = f"__predict_{context.step_id}"
        context.tables.register_function(name, made.function, made.argument_types, made.return_type)
        query = predict_query(inputs.view(), schema, model.signature, name)
        return {"table": context.tables.sql(query)}


def predict_operator(
    name: str, options: Sequence[GivenOption], path: GivenOption
) -> Bound[Predict]:
    """The operator of ``predict t as name.`path` where options``."""
    return bind_fitted(Predict, FittedOptions, name, options, path)


def predict_query(view: str, schema: Schema, signature: Signature, function: str) -> str:
    """A query that calls ``function`` once a row and spreads the struct that it returns."""
    arguments = ", ".join(
        quoted(found.name) for wanted in signature.inputs if (found := schema.get(wanted.name))
    )
    added = {column.name.casefold(): column.name for column in signature.outputs}
    columns = [
        f"{SCORES}.{quoted(added[c.name.casefold()])}"
        if c.name.casefold() in added
        else quoted(c.name)
        for c in schema.with_columns(*signature.outputs)
    ]
    scored = f"select *, {quoted(function)}({arguments}) as {SCORES} from {quoted(view)}"
    return f"select {', '.join(columns)} from ({scored})"


def input_problems(signature: Signature, schema: Schema, reference: str) -> Iterator[Problem]:
    """The columns that the model reads and the table lacks, or has with an unfit type."""
    missing = [column.name for column in signature.inputs if column.name not in schema]
    if missing:
        plural = "s" if len(missing) > 1 else ""
        yield Problem(
            f"the model '{reference}' reads the column{plural} {', '.join(missing)}, "
            "which the table lacks",
            hint=suggest(missing[0], schema.names, "columns"),
            code="unknown-column",
        )
    for wanted in signature.inputs:
        found = schema.get(wanted.name)
        if found is not None and not fits(found.type, wanted.type):
            yield Problem(
                f"the model '{reference}' was trained with {wanted.name} as {wanted.type}, "
                f"and the table has it as {found.type}",
                hint=f"cast it: cast({wanted.name} as {wanted.type})",
                code="type",
            )
