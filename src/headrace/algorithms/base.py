"""What every algorithm is: its parameters, declared once, and a builder of an estimator."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Protocol

from pydantic import BeforeValidator, Field

from headrace.graph.options import Options, parameter
from headrace.graph.signature import Task

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from headrace.models.preparation import Treatment

DEFAULT_SEED = 42
"""The seed of every random choice where none is given; it is printed with the model."""


WARM_UP_ROWS = 1000
"""What a builder is told when it is called for its imports alone."""


@dataclass(frozen=True, slots=True)
class FitContext:
    """What a builder may want to know of the data and of the machine.

    ``categorical`` tells which features are codes of categories; ``threads`` of None means
    all that this machine offers.
    """

    rows: int
    features: int = 1
    categorical: tuple[bool, ...] = ()
    seed: int = DEFAULT_SEED
    threads: int | None = None


class Estimator(Protocol):
    """A scikit-learn estimator, or anything with its two verbs."""

    def fit(self, X: NDArray[Any], y: Any = None, /, **options: Any) -> Any: ...  # noqa: N803

    def predict(self, X: NDArray[Any], /) -> NDArray[Any]: ...  # noqa: N803


@dataclass(frozen=True, slots=True)
class Conflict:
    """A parameter whose value does not go with the others."""

    parameter: str
    message: str
    hint: str


class Algorithm(Options):
    """Parameters in the terms of the field, and what is made of them.

    A subclass is a file of its own in this folder (or another package's, found by the entry
    point ``headrace.algorithms``), which sets the class variables and ``build``. Importing it
    loads no heavy library.

    Attributes
    ----------
    name : what scripts call it; ``aliases`` are its other names
    task : what kind of model it makes
    title : a line for lists; ``description`` is a paragraph, ``source`` where to read more
    matrix_dtype, matrix_order : the matrix that the estimator reads without copying it
    """

    name: ClassVar[str]
    aliases: ClassVar[tuple[str, ...]] = ()
    task: ClassVar[Task]
    title: ClassVar[str]
    description: ClassVar[str]
    source: ClassVar[str]
    example: ClassVar[str] = ""
    matrix_dtype: ClassVar[Literal["float32", "float64"]] = "float64"
    matrix_order: ClassVar[Literal["C", "F"]] = "C"
    takes_weights: ClassVar[bool] = True

    def treatment(self) -> Treatment:
        """How raw columns become numbers for this algorithm."""
        raise NotImplementedError(self.name)

    def conflicts(self) -> Iterable[Conflict]:
        """Parameters that exclude each other, which can be said before any work."""
        return ()

    def check_target(self, y: NDArray[np.number]) -> None:
        """Refuse a target that the parameters cannot learn.

        Parameters
        ----------
        y : (n,) class codes 0…k-1, each of which occurs, or numbers

        Raises
        ------
        FitError : naming the parameter
        """

    def build(self, context: FitContext) -> Estimator:
        """The estimator, not fitted, its random choices fixed by ``context.seed``."""
        raise NotImplementedError(self.name)

    @classmethod
    def warm_up(cls) -> None:
        """Load what building needs."""
        cls().build(FitContext(rows=WARM_UP_ROWS))

    def importance(self, estimator: Any) -> NDArray[np.float64] | None:
        """How much each feature counts, shape (n_features,); None where the model cannot tell.

        Impurity decrease for forests; for linear models the size of the weights, which
        are comparable where the features were scaled.
        """
        import numpy as np

        if hasattr(estimator, "feature_importances_"):
            return np.asarray(estimator.feature_importances_, np.float64)
        if hasattr(estimator, "coef_"):
            weights = np.atleast_2d(np.asarray(estimator.coef_, np.float64))
            return np.abs(weights).mean(axis=0)  # type: ignore[no-any-return]
        return None


def _read_class_weight(value: object) -> object:
    """``balanced``, nothing, or a JSON object from class to weight."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.startswith("{"):
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            raise ValueError(f"not a JSON object: {error.msg}") from error
    return text


def _read_nothing(value: object) -> object:
    if isinstance(value, str) and value.strip().casefold() in ("", "null", "none"):
        return None
    return value


Nothing = BeforeValidator(_read_nothing)
"""Lets a text say ``none`` or ``null`` for an option that may be absent."""


def spelling(**meanings: str) -> BeforeValidator:
    """Other systems' words for a choice: ``spelling(deviance="log_loss")``; case never counts."""

    def read(value: object) -> object:
        if not isinstance(value, str):
            return value
        folded = value.strip().casefold().replace("-", "_")
        return meanings.get(folded, folded)

    return BeforeValidator(read)


Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]

ClassWeight = Annotated[
    Literal["balanced"] | Mapping[str, Weight] | None, BeforeValidator(_read_class_weight), Nothing
]


class Classifier(Algorithm):
    """An algorithm that learns classes; it takes any number of them, of any scalar type."""

    task: ClassVar[Task] = "classify"

    class_weight: ClassWeight = parameter(
        None,
        "classWeights",
        title="`balanced` gives every class the same total weight; or an object: class → weight",
    )


class Regressor(Algorithm):
    """An algorithm that learns a number."""

    task: ClassVar[Task] = "regress"


class Clusterer(Algorithm):
    """An algorithm that groups rows without a label."""

    task: ClassVar[Task] = "cluster"
