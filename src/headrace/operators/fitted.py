"""What ``predict`` and ``register`` share: a fitted model, of this script or of the store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from headrace.algorithms.catalog import find_algorithm
from headrace.errors import HeadraceError, ModelError, Problem
from headrace.graph.options import Options, parameter
from headrace.graph.ports import MODEL, Port
from headrace.graph.signature import Signature
from headrace.models.protocols import OpenModel
from headrace.operators.base import Context, Inputs, Operator, Site
from headrace.operators.options import Bound, GivenOption, bind


class FittedOptions(Options):
    """Options of every statement that names a fitted model."""

    model_version: int | None = parameter(
        None, title="version of the model; none: the newest, or what @ in the path says", ge=1
    )
    alg_index: int | None = parameter(
        None, title="taken for older scripts: only the best of several fits is kept", ge=0
    )
    auto_select_by_metric: str | None = parameter(
        None, "evaluateMetric", title="taken for older scripts: training has chosen the best fit"
    )


class FittedOperator(Operator):
    """An operator over the model ``algorithm.`path```.

    A model that this script trains arrives at the port ``model``; without a link, or when the
    path or an option names a version, the model is the store's.
    """

    algorithm: str
    path: str
    model_version: int | None = None
    alg_index: int | None = None
    auto_select_by_metric: str | None = None

    @property
    def reference(self) -> str:
        """The model as the store knows it, such as ``churn@3``."""
        return self.path if self.model_version is None else f"{self.path}@{self.model_version}"

    def model_port(self) -> tuple[Port, ...]:
        """No port where a version is named: what the script trains has none yet."""
        return () if "@" in self.reference else (Port("model", MODEL, optional=True),)

    def signature(self, site: Site) -> Signature | None:
        """The model's signature; None while it cannot be known.

        Raises
        ------
        ModelError : when neither this script nor the store has the model
        """
        if self.model_port() and site.linked("model"):
            return site.signature()
        if not self.path.strip("/"):
            raise ModelError(
                f"no model of this run is called {self.algorithm}.``",
                hint="train it before, under the same path",
                code="unknown-model",
            )
        return None if site.offline else site.models.signature(self.reference)

    def model_problems(self, site: Site) -> Iterator[Problem]:
        """An unknown model, another algorithm's model, options that have no effect."""
        try:
            signature = self.signature(site)
        except HeadraceError as error:
            yield from error.at(site.place("path")).problems
            return
        right = signature.algorithm if signature else None
        if right is not None and _differs(self.algorithm, right):
            problem = self._wrong_algorithm(right)
            yield Problem(problem.message, site.place("operator"), problem.hint, code="algorithm")
        for option in ("alg_index", "auto_select_by_metric"):
            if getattr(self, option) is not None:
                yield Problem(
                    f"'{option}' has no effect here",
                    site.place(option),
                    "training keeps the best of its fitParam groups; choose by 'metric' there",
                    severity="warning",
                    code="no-effect",
                )

    def open(self, inputs: Inputs, context: Context) -> OpenModel:
        """The model, loaded and verified.

        Raises
        ------
        ModelError : unknown, damaged, or another algorithm's
        """
        linked = bool(self.model_port()) and inputs.has("model")
        model = inputs.model() if linked else context.models.open(self.reference)
        if _differs(self.algorithm, model.algorithm):
            raise self._wrong_algorithm(model.algorithm)
        return model

    def _wrong_algorithm(self, right: str) -> ModelError:
        return ModelError(
            f"the model '{self.reference}' is a {right}, not a {self.algorithm}",
            hint=f"write {right}.`{self.path}`",
        )


Fitted = TypeVar("Fitted", bound=FittedOperator)


def bind_fitted(
    operator: type[Fitted],
    record: type[Options],
    name: str,
    options: Sequence[GivenOption],
    path: GivenOption,
    **fields: str,
) -> Bound[Fitted]:
    """An operator over ``name.`path```, its options read as ``record``."""
    bound = bind(record, options, name)
    if bound.record is None:
        return Bound(None, bound.problems, bound.texts)
    known = find_algorithm(name)
    algorithm = known.name if known else name
    text = str(path.value or "").strip().strip("/")
    made = operator(algorithm=algorithm, path=text, **fields, **bound.record.model_dump())
    return Bound(made, bound.problems, bound.texts)


def _differs(name: str, other: str) -> bool:
    return name.casefold() != other.casefold()
