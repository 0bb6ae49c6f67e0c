"""Algorithms are found by name without importing them, and names do not clash."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from headrace.algorithms import catalog
from headrace.algorithms.base import Algorithm, FitContext
from headrace.algorithms.catalog import Declaration
from headrace.errors import CheckError, GraphError
from headrace.graph.options import names_by_fold

ALL = catalog.algorithm_names()

SOURCE = """
class Helper:
    name: str = "not an algorithm, for it has no place"


class Mine(Classifier):
    name: ClassVar[str] = "Mine"
    aliases: ClassVar[tuple[str, ...]] = ("MyOwn", "Eigen")
    title: ClassVar[str] = "x"
"""


class TestFind:
    @pytest.mark.parametrize(
        ("written", "name"),
        [
            ("RandomForest", "RandomForest"),
            ("randomforestclassifier", "RandomForest"),
            ("GBTs", "GBTClassifier"),
            ("LinearRegressionExt", "LinearRegression"),
            ("kmeans", "KMeans"),
        ],
    )
    def test_names_and_aliases_in_any_case(self, written: str, name: str) -> None:
        assert catalog.algorithm(written).name == name

    def test_an_unknown_name_gets_the_nearest(self) -> None:
        with pytest.raises(CheckError, match="no algorithm 'RandomForrest'") as caught:
            catalog.algorithm("RandomForrest")

        assert "did you mean 'RandomForest'" in str(caught.value.hint)

    def test_the_main_job_has_its_algorithms(self) -> None:
        assert {
            "LogisticRegression",
            "RandomForest",
            "GBTClassifier",
            "LinearRegression",
            "GBTRegressor",
            "KMeans",
        } <= set(ALL)

    def test_listing_imports_no_algorithm_and_no_heavy_library(self) -> None:
        script = (
            "import sys; from headrace.algorithms import catalog; catalog.algorithm_names();"
            "heavy = {'numpy', 'pyarrow', 'sklearn', 'pyspark', 'headrace.algorithms.kmeans'};"
            "print(heavy & set(sys.modules))"
        )

        run = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=False
        )

        assert (run.stdout, run.stderr) == ("set()\n", "")


class TestDeclarations:
    def test_a_new_algorithm_costs_its_file(self, tmp_path: Path) -> None:
        (tmp_path / "mine.py").write_text(SOURCE)

        found = list(catalog.declared_in(tmp_path, "some.package"))

        assert [(d.name, d.place, d.aliases) for d in found[1:]] == [
            ("Mine", "some.package.mine:Mine", ("MyOwn", "Eigen"))
        ]

    def test_two_of_one_name_are_an_error_that_names_both(self) -> None:
        ours = Declaration("Forest", "headrace.forest:Forest", ("Trees",))
        theirs = Declaration("trees", "other.package:Trees")

        with pytest.raises(GraphError, match=r"headrace\.forest:Forest and other\.package:Trees"):
            catalog.index([ours, theirs])

    def test_a_plugin_must_be_an_algorithm(self) -> None:
        with pytest.raises(GraphError, match="is no Algorithm"):
            Declaration("Path", "pathlib:Path").load()


@pytest.mark.parametrize("name", ALL)
class TestEveryAlgorithm:
    def test_is_described(self, name: str) -> None:
        algorithm = catalog.algorithm(name)

        texts = (algorithm.title, algorithm.description, algorithm.source, algorithm.example)
        assert all(texts)
        assert f"as {name}." in algorithm.example
        assert all(info.description for info in algorithm.model_fields.values())

    def test_no_two_options_share_a_name(self, name: str) -> None:
        algorithm = catalog.algorithm(name)
        written = [
            written
            for field, info in algorithm.model_fields.items()
            for written in (field, *info.json_schema_extra["aliases"])  # type: ignore[index, misc]
        ]

        assert len(names_by_fold(algorithm)) == len({_fold(each) for each in written})
        assert len({_fold(each) for each in written}) == len(written)

    def test_builds_with_its_defaults(self, name: str) -> None:
        algorithm: Algorithm = catalog.algorithm(name)()

        estimator = algorithm.build(FitContext(rows=100, features=2))

        assert hasattr(estimator, "fit")
        assert hash(algorithm) == hash(catalog.algorithm(name)())


def _fold(name: str) -> str:
    return name.replace("_", "").casefold()
