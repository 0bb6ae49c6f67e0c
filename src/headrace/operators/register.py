"""``register ALGORITHM.`name` as f``: a fitted model becomes an SQL function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from headrace.errors import ModelError, Problem
from headrace.graph.options import parameter
from headrace.graph.ports import MODEL, Port
from headrace.graph.report import Report, TextItem
from headrace.graph.schema import Column, Schema
from headrace.graph.signature import FunctionOutput
from headrace.models.signatures import return_type
from headrace.operators.base import Context, FunctionValue, Inputs, Knowledge, Site, Value
from headrace.operators.fitted import FittedOperator, FittedOptions, bind_fitted
from headrace.operators.options import Bound, GivenOption

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class RegisterOptions(FittedOptions):
    """Options of ``register``."""

    output: FunctionOutput = parameter(
        "default",
        title="default, label, probability (of every class) or positive (of the last class)",
    )


class Register(FittedOperator):
    """Make a model callable in SQL, one argument a raw column, in the model's order."""

    operator_name: ClassVar[str] = "register"
    category: ClassVar[str] = "model"
    verbs: ClassVar[tuple[str, ...]] = ("register",)

    function: str
    output: FunctionOutput = "default"

    def inputs(self) -> tuple[Port, ...]:
        return self.model_port()

    def outputs(self) -> tuple[Port, ...]:
        return (Port("function", MODEL),)

    def check(self, site: Site) -> Iterable[Problem]:
        problems = list(self.model_problems(site))
        yield from problems
        signature = None if _errors(problems) else self.signature(site)
        if signature is None:
            return
        try:
            return_type(signature, self.output)
        except ModelError as error:
            yield from error.at(site.place("output")).problems

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        signature = self.signature(site)
        if signature is None:
            return {"function": None}
        result = Column(self.function, return_type(signature, self.output))
        return {"function": replace(signature, outputs=Schema((result,)))}

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        model = self.open(inputs, context)
        made = model.function(self.output)
        context.tables.register_function(
            self.function, made.function, made.argument_types, made.return_type
        )
        call = f"{self.function}({', '.join(made.argument_names)})"
        text = f"{call} → {made.return_type}: {model.algorithm} {model.reference}"
        context.show(Report("register", (TextItem(text),)))
        return {"function": FunctionValue(self.function, model)}


def register_operator(
    name: str, options: Sequence[GivenOption], path: GivenOption, function: str
) -> Bound[Register]:
    """The operator of ``register name.`path` as function where options``."""
    return bind_fitted(Register, RegisterOptions, name, options, path, function=function)


def _errors(problems: Iterable[Problem]) -> bool:
    return any(problem.severity == "error" for problem in problems)
