"""What an estimator's archive may hold, and what is refused."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import skops.io
from sklearn.base import BaseEstimator
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FunctionTransformer
from sklearn.tree import DecisionTreeRegressor

from headrace.errors import ModelError
from headrace.models.artifact import Fitted
from headrace.models.estimators import check_trees, dump_estimator, load_estimator


def edited(content: bytes, edit: Callable[[dict[str, Any]], None], **members: bytes) -> bytes:
    """An archive with its schema changed and members added."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        schema = json.loads(old.read("schema.json"))
        edit(schema)
        for name in old.namelist():
            if name != "schema.json":
                new.writestr(name, old.read(name))
        new.writestr("schema.json", json.dumps(schema))
        for name, data in members.items():
            new.writestr(name, data)
    return buffer.getvalue()


def linear() -> bytes:
    return dump_estimator(LogisticRegression().fit([[0.0], [1.0]], [0, 1]))


def stump() -> DecisionTreeRegressor:
    return DecisionTreeRegressor(max_depth=1).fit([[0.0], [1.0]], [0, 1])


class Foreign(BaseEstimator):  # type: ignore[misc]
    """An estimator that is not scikit-learn's."""


class TestRoundTrip:
    def test_a_forest_keeps_every_tree(self, fitted: dict[str, Fitted]) -> None:
        forest = fitted["RandomForestClassifier"].estimator
        matrix = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)

        again = load_estimator(dump_estimator(forest), 4)

        np.testing.assert_array_equal(again.predict_proba(matrix), forest.predict_proba(matrix))


class TestRefusals:
    def test_what_is_no_archive(self) -> None:
        with pytest.raises(ModelError, match="not a skops archive"):
            load_estimator(b"\x80\x04K\x01.", 1)

    @pytest.mark.parametrize("name", ["evil.pkl", "../a.npy", "folder/a.npy"])
    def test_a_member_that_is_no_array(self, name: str) -> None:
        content = edited(linear(), lambda _: None, **{name: b"x"})

        with pytest.raises(ModelError, match=f"it holds '{name}'"):
            load_estimator(content, 1)

    def test_an_array_of_pickled_objects(self) -> None:
        array = io.BytesIO()
        np.save(array, np.array([{"a": 1}], dtype=object), allow_pickle=True)
        plain = linear()
        with zipfile.ZipFile(io.BytesIO(plain)) as archive:
            name = next(n for n in archive.namelist() if n.endswith(".npy"))
        buffer = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(plain)) as old, zipfile.ZipFile(buffer, "w") as new:
            for member in old.namelist():
                new.writestr(member, array.getvalue() if member == name else old.read(member))

        with pytest.raises(ModelError, match="cannot be read"):
            load_estimator(buffer.getvalue(), 1)

    def test_a_node_that_calls_what_it_likes(self) -> None:
        def call(schema: dict[str, Any]) -> None:
            schema["__loader__"] = "ConstructorFromReduceNode"

        with pytest.raises(ModelError, match="it holds ConstructorFromReduceNode"):
            load_estimator(edited(linear(), call), 1)

    def test_a_type_that_is_not_on_the_list(self) -> None:
        content = skops.io.dumps(Foreign())

        with pytest.raises(ModelError, match=r"refused: .*Foreign"):
            load_estimator(content, 1)

    def test_a_function_that_is_not_on_the_list(self) -> None:
        content = skops.io.dumps(FunctionTransformer(eval))

        with pytest.raises(ModelError, match="refused"):
            load_estimator(content, 1)

    def test_a_type_that_is_renamed_into_the_archive(self) -> None:
        def rename(schema: dict[str, Any]) -> None:
            schema["__module__"], schema["__class__"] = "subprocess", "Popen"

        with pytest.raises(ModelError, match=r"refused: .*Popen"):
            load_estimator(edited(linear(), rename), 1)


class TestTrees:
    def test_a_tree_that_asks_for_a_feature_that_is_not_is_refused(self) -> None:
        with pytest.raises(ModelError, match="asks for a feature"):
            check_trees(stump(), 0)

    def test_a_sound_tree_passes(self) -> None:
        check_trees(stump(), 1)

    @pytest.mark.parametrize("child", [0, 99, -7])
    def test_a_child_outside_or_before_its_parent_is_refused(self, child: int) -> None:
        tree = stump()
        tree.tree_.children_left[0] = child

        with pytest.raises(ModelError, match="points outside itself"):
            check_trees(tree, 1)

    def test_boosted_trees_are_checked_too(self, fitted: dict[str, Fitted]) -> None:
        content = dump_estimator(fitted["HistGradientBoostingRegressor"].estimator)

        with pytest.raises(ModelError, match="asks for a feature"):
            load_estimator(content, 1)

    def test_a_split_by_categories_that_are_not_there_is_refused(self) -> None:
        codes = np.arange(200.0)[:, None] % 8
        boosted = HistGradientBoostingClassifier(max_iter=1, categorical_features=[0])
        boosted.fit(codes, codes[:, 0] % 2)
        boosted._predictors[0][0].nodes["bitset_idx"] = 1000

        with pytest.raises(ModelError, match="points outside itself"):
            check_trees(boosted, 1)
