"""Training from a table: what is checked before, what is fitted, kept, shown and returned."""

from __future__ import annotations

import json
from typing import cast

import numpy as np
import pyarrow as pa
import pytest

from headrace.errors import FitError
from headrace.graph.schema import Schema
from headrace.graph.signature import Signature
from headrace.models.protocols import OpenModel
from headrace.operators.options import GivenOption, given
from headrace.operators.train import find_train_class, train_operator
from headrace.operators.training import Train
from tests.operators.workbench import Desk, Workbench, codes, problems

CLIENTS = Schema.of(
    id="bigint", age="int", city="string", joined="date", v="array<double>", label="int", w="double"
)


def train(name: str, path: str = "", **options: object) -> Train:
    written = {key.replace("__", "."): value for key, value in options.items()}
    place = GivenOption("path", path)
    return train_operator(name, given(cast("dict[str, str]", written)), place).unwrap()


def clients(rows: int = 400, seed: int = 0) -> pa.Table:
    """Text decides half, a number the other half; a date and an identifier say nothing."""
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 80, rows)
    city = rng.choice(["Oslo", "Rome", "Lima"], rows)
    log_odds = (age - 50) / 8 + np.where(city == "Oslo", 2.0, -1.0)
    label = (rng.random(rows) < 1 / (1 + np.exp(-log_odds))).astype(np.int32)
    days = rng.integers(0, 3000, rows).astype("datetime64[D]")
    return pa.table(
        {
            "client_id": np.arange(rows) + 7,
            "age": pa.array(age, mask=rng.random(rows) < 0.05),
            "city": pa.array(city.tolist()),
            "joined": pa.array(days),
            "label": label,
        }
    )


class TestOptions:
    def test_each_algorithm_has_an_operator_of_its_own(self) -> None:
        forest = find_train_class("randomforestclassifier")

        assert forest is not None
        assert forest.operator_name == "RandomForest"
        assert find_train_class("NoSuchThing") is None

    def test_common_and_own_options_stand_in_one_where_clause(self) -> None:
        operator = train("RandomForest", "/tmp/rf", labelCol="y", numTrees="20", n_jobs=2)

        assert operator.path == "tmp/rf"
        assert operator.threads == 2
        assert operator.own_parameters().model_dump()["n_trees"] == 20

    def test_every_fault_is_reported_with_what_exists(self) -> None:
        options = given({"labelCol": "y", "numTree": 3, "maxDepth": "deep", "metric": "auk"})

        found = train_operator("RandomForest", options).problems

        assert [problem.code for problem in found] == [
            "unknown-option",
            "option-value",
            "option-value",
        ]
        assert "did you mean 'numTrees'" in str(found[0])
        assert "did you mean 'auc'" in str(found[1])

    def test_groups_take_what_stands_outside_them(self) -> None:
        operator = train(
            "RandomForest",
            labelCol="y",
            numTrees=20,
            fitParam__0__maxDepth=3,
            fitParam__1__maxDepth="none",
            fitParam__1__numTrees=30,
        )

        dumped = [algorithm.model_dump() for algorithm in operator.algorithms()]
        assert [(group["n_trees"], group["max_depth"]) for group in dumped] == [(20, 3), (30, None)]

    def test_the_label_may_be_repeated_in_each_group(self) -> None:
        operator = train("GBTs", fitParam__0__labelCol="y", fitParam__1__labelCol="y")

        assert operator.wanted_label() == "y"
        assert len(operator.algorithms()) == 2

    def test_groups_that_contradict_each_other_are_refused(self) -> None:
        options = given({"fitParam.0.labelCol": "y", "fitParam.1.labelCol": "z"})

        found = train_operator("GBTs", options).problems

        assert "fitParam.1: 'labelCol' is 'z', and 'y' elsewhere" in str(found[0])

    def test_a_fault_in_a_group_names_the_group(self) -> None:
        found = train_operator("GBTs", given({"fitParam.3.maxDepht": 2})).problems

        assert "fitParam.3, has no option 'maxDepht'" in str(found[0])

    def test_parameters_make_the_same_operator_again(self) -> None:
        operator = train("KMeans", "seg", k=3, fitParam__0__k=4, fitParam__1__k=5)

        again = type(operator)(**dict(operator.parameters()))

        assert again == operator
        assert hash(again) == hash(operator)

    def test_clustering_has_no_label(self) -> None:
        found = train_operator("KMeans", given({"labelCol": "y"})).problems

        assert [problem.code for problem in found] == ["unknown-option"]

    def test_the_evaluation_table_is_a_port(self) -> None:
        operator = train("GBTs", labelCol="y", evaluateTable="held_out")

        assert [port.name for port in operator.inputs()] == ["table", "evaluate_table"]


class TestCheck:
    def test_a_good_training_has_no_problems(self) -> None:
        assert codes(train("GBTs"), table=CLIENTS) == []

    def test_unknown_columns_are_named_with_the_nearest(self) -> None:
        operator = train("GBTs", labelCol="lable", inputCols="age,citty", weightCol="wt")

        found = problems(operator, table=CLIENTS)

        assert [problem.code for problem in found] == ["unknown-column"] * 3
        assert "did you mean 'city'" in str(found[0])

    def test_without_a_label_column_the_choice_is_shown(self) -> None:
        found = problems(train("GBTs"), table=Schema.of(a="int", b="int"))

        assert found[0].code == "no-label"
        assert "a, b" in str(found[0].hint)

    def test_the_label_cannot_be_a_feature(self) -> None:
        operator = train("GBTs", inputCols="age,LABEL")

        assert codes(operator, table=CLIENTS) == ["label-in-features"]

    def test_label_and_features_swapped(self) -> None:
        found = problems(train("GBTs", labelCol="v", featuresCol="age"), table=CLIENTS)

        assert found[0].code == "label-type"
        assert "swapped" in str(found[0].hint)

    def test_a_regression_of_text_points_to_classifiers(self) -> None:
        found = problems(train("LinearRegression", labelCol="city"), table=CLIENTS)

        assert found[0].code == "label-type"
        assert "GBTClassifier" in str(found[0].hint)

    def test_a_feature_that_no_model_can_use(self) -> None:
        schema = Schema.of(m="map<string,int>", label="int")

        assert codes(train("GBTs", inputCols="m"), table=schema) == ["feature-type"]
        assert codes(train("GBTs"), table=schema) == ["no-features"]

    def test_a_weight_that_is_text(self) -> None:
        assert codes(train("GBTs", weightCol="city"), table=CLIENTS) == ["weight-type"]

    def test_groups_without_an_evaluation_table_are_warned_of(self) -> None:
        operator = train("GBTs", fitParam__0__maxDepth=2, fitParam__1__maxDepth=3)

        found = problems(operator, table=CLIENTS)

        assert [problem.severity for problem in found] == ["warning"]

    def test_parameters_that_exclude_each_other(self) -> None:
        operator = train("LogisticRegression", c=2, regParam=0.1, solver="sag", l1_ratio=0.5)

        found = problems(operator, table=CLIENTS)

        assert [problem.code for problem in found] == ["option-value"] * 2
        assert "the solver sag cannot" in found[0].message

    def test_an_evaluation_table_without_a_feature(self) -> None:
        operator = train("GBTs", inputCols="age,city", evaluateTable="other")
        other = Schema.of(age="string", city="string")

        found = problems(operator, table=CLIENTS, evaluate_table=other)

        assert [problem.code for problem in found] == ["type", "unknown-column"]
        assert "has no column 'label'" in found[1].message

    def test_nothing_is_said_of_a_table_that_is_not_known(self) -> None:
        assert codes(train("GBTs"), table=None) == []

    def test_the_signature_is_known_before_the_training(self) -> None:
        known = train("GBTs", excludeCols="id,v,w").knowledge(Desk({"table": CLIENTS}))

        assert known["table"] == Schema.of(name="string", value="string")
        signature = known["model"]
        assert isinstance(signature, Signature)
        assert signature.inputs.names == ("age", "city", "joined")
        assert signature.outputs == Schema.of(prediction="int", probability="array<double>")


class TestRun:
    def test_mixed_columns_are_enough(self, bench: Workbench) -> None:
        outputs = bench.put(clients()).run(train("LogisticRegression", "churn"))

        model = cast("OpenModel", outputs["model"])
        assert model.reference == "churn@1"
        assert model.signature.inputs.names == ("age", "city", "joined")
        assert bench.metrics()["auc"] > 0.85

    def test_every_choice_is_shown_and_kept(self, bench: Workbench) -> None:
        outputs = bench.put(clients()).run(train("LogisticRegression", "churn"))

        said = "\n".join(bench.texts())
        assert "client_id: left out" in said
        assert "city: text of 3 categories" in said
        assert "joined: date as" in said
        assert "age: " in said
        assert "seed 42" in said
        extra = cast("dict[str, list[str]]", cast("OpenModel", outputs["model"]).metadata["extra"])
        assert set(extra["choices"]) <= set(bench.texts())

    def test_the_result_is_a_name_and_value_table(self, bench: Workbench) -> None:
        table = bench.put(clients()).table(train("LogisticRegression", "churn", C=0.5))

        rows = dict(zip(table["name"].to_pylist(), table["value"].to_pylist(), strict=True))
        assert list(rows) == [
            "modelPath",
            "algIndex",
            "alg",
            "metrics",
            "status",
            "message",
            "startTime",
            "endTime",
            "trainParams",
        ]
        assert rows["modelPath"] == "churn@1"
        assert json.loads(rows["trainParams"])["c"] == 0.5
        assert json.loads(rows["metrics"])["auc"] > 0.8

    def test_versions_count_up(self, bench: Workbench) -> None:
        bench.put(clients())

        references = [
            cast("OpenModel", bench.run(train("LogisticRegression", "m"))["model"]).reference
            for _ in range(2)
        ]

        assert references == ["m@1", "m@2"]

    def test_without_a_name_the_model_is_of_this_run_only(self, bench: Workbench) -> None:
        outputs = bench.put(clients()).run(train("LogisticRegression"))

        assert cast("OpenModel", outputs["model"]).reference == "step"
        assert bench.models.names() == ()

    def test_the_order_of_the_rows_does_not_matter(self, bench: Workbench) -> None:
        rows = clients()
        shuffled = rows.take(np.random.default_rng(1).permutation(rows.num_rows))
        operator = train("RandomForest", n_trees=5)

        first = cast("OpenModel", bench.put(rows).run(operator)["model"]).predict(rows)
        again = bench.put(shuffled)
        again.step_id = "again"
        second = cast("OpenModel", again.run(operator)["model"]).predict(rows)

        assert first.equals(second)

    def test_the_best_group_in_the_metrics_own_direction_is_kept(self, bench: Workbench) -> None:
        rows = clients()
        rows = rows.filter(rows["age"].is_valid())
        bench.put(rows.slice(0, 300)).put(rows.slice(300), "evaluate_table")
        operator = train(
            "GBTRegressor",
            "price",
            labelCol="age",
            excludeCols="client_id,joined",
            evaluateTable="held_out",
            fitParam__0__n_trees=1,
            fitParam__1__n_trees=60,
            fitParam__1__learning_rate=0.1,
        )

        table = bench.table(operator)

        chosen = [i for i, n in enumerate(table["name"].to_pylist()) if n == "modelPath"]
        assert [table["value"][i].as_py() for i in chosen] == ["", "price@1"]

    def test_a_group_that_fails_fails_the_statement(self, bench: Workbench) -> None:
        bench.put(clients(10))
        operator = train("KMeans", "seg", fitParam__0__k=2, fitParam__1__k=50)

        with pytest.raises(FitError, match=r"fitParam\.1"):
            bench.run(operator)

        assert bench.models.names() == ()

    @pytest.mark.parametrize("option", ["inputCols", "excludeCols", "weightCol"])
    def test_a_column_that_no_check_could_see_is_refused(
        self, bench: Workbench, option: str
    ) -> None:
        with pytest.raises(FitError, match="there is no column 'ages'"):
            bench.put(clients()).run(train("GBTs", **{option: "ages"}))

    def test_an_evaluation_table_without_a_column_is_refused(self, bench: Workbench) -> None:
        bench.put(clients()).put(clients().drop_columns(["city"]), "evaluate_table")

        with pytest.raises(FitError, match="evaluation table has no column 'city'"):
            bench.run(train("GBTs", evaluateTable="other"))

    def test_a_column_named_twice_is_one_feature(self, bench: Workbench) -> None:
        model = cast(
            "OpenModel", bench.put(clients()).run(train("GBTs", inputCols="age,AGE,city"))["model"]
        )

        assert model.signature.inputs.names == ("age", "city")

    def test_the_model_keeps_the_script(self, bench: Workbench) -> None:
        bench.script = "train clients as LogisticRegression.``;"

        model = cast("OpenModel", bench.put(clients()).run(train("LogisticRegression"))["model"])

        assert model.metadata["script"] == bench.script

    def test_a_clustering_needs_no_label(self, bench: Workbench) -> None:
        rng = np.random.default_rng(0)
        points = np.concatenate([rng.normal(0, 1, 50), rng.normal(9, 1, 50)])
        bench.put({"x": points, "y": points})

        model = cast("OpenModel", bench.run(train("KMeans", "seg", k=2))["model"])

        assert model.signature.outputs.names == ("prediction", "distance")
        assert bench.metrics()["silhouette"] > 0.8

    def test_a_vector_column_is_taken_as_features(self, bench: Workbench) -> None:
        rng = np.random.default_rng(0)
        vectors = rng.normal(size=(200, 3))
        label = (vectors[:, 1] > 0).astype(int)
        bench.put({"features": pa.array(vectors.tolist()), "label": label})

        bench.run(train("GBTs", featuresCol="features", min_samples_leaf=5))

        assert bench.metrics()["auc"] > 0.95

    def test_one_class_only_is_refused_by_name(self, bench: Workbench) -> None:
        bench.put({"x": [1.0, 2.0, 3.0], "label": ["no", "no", "no"]})

        with pytest.raises(FitError, match="only the class 'no'"):
            bench.run(train("GBTs"))

    def test_an_empty_table_is_refused(self, bench: Workbench) -> None:
        bench.put(clients(5).slice(0, 0))

        with pytest.raises(FitError, match="has no rows"):
            bench.run(train("GBTs"))

    def test_missing_labels_are_counted(self, bench: Workbench) -> None:
        bench.put({"x": [1.0, 2.0, 3.0], "label": pa.array([1, None, 0])})

        with pytest.raises(FitError, match="missing in 1 rows"):
            bench.run(train("GBTs"))
