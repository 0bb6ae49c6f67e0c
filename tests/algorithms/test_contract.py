"""What every algorithm of the catalogue keeps; a new file in the folder is tested with the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from headrace.algorithms import catalog
from headrace.algorithms.base import Algorithm
from headrace.algorithms.fitting import fit
from headrace.errors import FitError
from headrace.graph.options import given
from headrace.graph.signature import Task
from headrace.models.model import FittedModel
from headrace.models.protocols import FitRequest
from headrace.models.store import ModelStore
from headrace.operators.train import train_operator
from tests.algorithms.tables import request

pytestmark = pytest.mark.parametrize("name", catalog.algorithm_names())

MIXED = ("age", "city", "since", "member")
LABELS: dict[Task, str | None] = {
    "classify": "churned",
    "regress": "spend",
    "cluster": None,
    "transform": None,
}
QUICK = {"n_trees": 5, "starts": 1}
"""Values that make a fit fast, where an algorithm has such a parameter."""


@cache
def customers() -> pa.Table:
    """160 rows of every kind of column, with gaps, and labels that depend on them."""
    random = np.random.default_rng(0)
    age = random.normal(40, 10, 160)
    city = random.integers(0, 3, 160)
    return pa.table(
        {
            "age": pa.array(age, mask=random.random(160) < 0.1),
            "city": pa.array(
                np.array(["Lima", "Oslo", "Rome"])[city].tolist(), mask=random.random(160) < 0.1
            ),
            "since": [date(2000 + int(n), 3, 1) for n in random.integers(0, 20, 160)],
            "member": random.random(160) < 0.5,
            "point": np.column_stack([age, city.astype(float)]).tolist(),
            "churned": np.where(age + 10 * city > 50, "yes", "no").tolist(),
            "spend": age * 2 + city,
            "weight": random.integers(0, 4, 160),
        }
    )


def strangers() -> pa.Table:
    """Rows with a city that training did not see, and rows where everything is missing."""
    rows = customers().slice(0, 3)
    unseen = rows.set_column(1, "city", pa.array(["Bonn", None, "Oslo"]))
    nothing = pa.table([pa.nulls(2, kind) for kind in rows.schema.types], schema=rows.schema)
    return pa.concat_tables([rows, unseen, nothing])


def asked(name: str, table: pa.Table, folder: Path, *features: str, **more: Any) -> FitRequest:
    algorithm = catalog.algorithm(name)
    quick = {key: value for key, value in QUICK.items() if key in algorithm.model_fields}
    label = LABELS[algorithm.task]
    return request(name, table, folder, label, features=features, threads=1, **quick, **more)


def columns_of(algorithm: type[Algorithm], folder: Path) -> tuple[str, ...]:
    """All kinds of columns; of a feature step those that it accepts."""
    if algorithm.task != "transform":
        return MIXED
    return tuple(column for column in MIXED if accepts(algorithm.name, column, folder / column))


def accepts(name: str, column: str, folder: Path) -> bool:
    return refusal(asked(name, customers(), folder, column)) is None


def trained(name: str, folder: Path, **more: Any) -> FittedModel:
    """A model of the store, of all columns that the algorithm takes."""
    features = columns_of(catalog.algorithm(name), folder / "tried")
    result = fit(asked(name, customers(), folder, *features, **more))
    return ModelStore(folder / "store").add(result.artifact, "model")


def test_it_learns_from_every_kind_of_column(name: str, tmp_path: Path) -> None:
    model = trained(name, tmp_path)

    predicted = model.predict(customers())

    assert predicted.column_names == list(model.signature.outputs.names)
    assert model.signature.inputs.names
    assert all(len(set(map(str, column.to_pylist()))) > 1 for column in predicted.columns)


def test_it_learns_from_a_vector_or_says_why_not(name: str, tmp_path: Path) -> None:
    asks = asked(name, customers(), tmp_path, "point")

    if catalog.algorithm(name).task == "transform" and not accepts(name, "point", tmp_path / "try"):
        with pytest.raises(FitError, match="'point' is array<double>"):
            fit(asks)
    else:
        assert fit(asks).rows == 160


def test_the_same_seed_gives_the_same_model(name: str, tmp_path: Path) -> None:
    first = trained(name, tmp_path / "1", seed=3, **lenient(name)).predict(strangers())

    second = trained(name, tmp_path / "2", seed=3, **lenient(name)).predict(strangers())

    assert first.equals(second)


def test_weights_change_the_model_or_are_refused(name: str, tmp_path: Path) -> None:
    algorithm = catalog.algorithm(name)
    features = columns_of(algorithm, tmp_path / "tried")
    asks = asked(name, customers(), tmp_path, *features, weight="weight")

    if not algorithm.takes_weights:
        with pytest.raises(FitError, match=f"{name} takes no weights"):
            fit(asks)
        return
    plain = replace(asks, weight=None, artifact=tmp_path / "plain")
    fit(asks)
    fit(plain)

    assert not same(opened(asks).predict(customers()), opened(plain).predict(customers()))


def test_row_by_row_is_all_at_once(name: str, tmp_path: Path) -> None:
    model = trained(name, tmp_path, **lenient(name))
    together = model.predict(strangers())

    alone = [model.predict(strangers().slice(row, 1)) for row in range(strangers().num_rows)]

    assert same(pa.concat_tables(alone), together)


def test_the_sql_function_is_the_prediction(name: str, tmp_path: Path) -> None:
    model = trained(name, tmp_path, **lenient(name))
    made = model.predictor()

    answer = made.function(*(strangers()[n].combine_chunks() for n in made.argument_names))

    assert pa.Table.from_struct_array(answer).equals(model.predict(strangers()))


def test_an_unknown_option_is_refused_with_the_known_ones(name: str) -> None:
    parameter = next(iter(catalog.algorithm(name).model_fields))

    bound = train_operator(name, given({parameter + "x": "1"}))

    assert [problem.code for problem in bound.problems] == ["unknown-option"]
    assert "did you mean" in str(bound.problems[0].hint)


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_a_table_that_is_too_small_is_a_clear_error_or_a_model(
    name: str, rows: int, tmp_path: Path
) -> None:
    features = columns_of(catalog.algorithm(name), tmp_path / "tried")
    asks = asked(name, customers().slice(0, rows), tmp_path, *features, **lenient(name))

    error = refusal(asks)

    if error is None:
        assert opened(asks).predict(customers()).num_rows == 160
    else:
        assert error.hint
        assert not asks.artifact.exists()


def refusal(asks: FitRequest) -> FitError | None:
    try:
        fit(asks)
    except FitError as error:
        return error
    return None


def opened(asks: FitRequest) -> FittedModel:
    """The model that a request has left behind."""
    return ModelStore(asks.artifact.parent / "none").open_artifact(asks.artifact, "m")


def same(one: pa.Table, other: pa.Table) -> bool:
    """Equal but for rounding: a BLAS adds one row up in another order than many."""
    return all(
        equal(one[name].combine_chunks(), other[name].combine_chunks()) for name in one.schema.names
    )


def equal(one: pa.Array, other: pa.Array) -> bool:
    if pa.types.is_list(one.type):
        one, other = one.flatten(), other.flatten()
    if pa.types.is_floating(one.type):
        return np.allclose(one, other, rtol=1e-9, atol=1e-12, equal_nan=True)
    return bool(one.equals(other))


def lenient(name: str) -> dict[str, Any]:
    """Where a step has a policy for unseen texts, the one that is no error."""
    return {"unseen": "keep"} if "unseen" in catalog.algorithm(name).model_fields else {}
