"""Operators by name, found without importing them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from headrace.errors import GraphError, Problem, closest
from headrace.operators.base import Operator
from headrace.operators.commands.base import Command
from headrace.operators.options import Bound, GivenOption, bind

ENTRY_POINTS = "headrace.operators"

OPERATORS: Mapping[str, str] = {
    "ClassificationEvaluator": "headrace.operators.classification_evaluator",
    "ClusteringEvaluator": "headrace.operators.clustering_evaluator",
    "ConfusionMatrix": "headrace.operators.confusion_matrix",
    "DataSummary": "headrace.operators.data_summary",
    "EmptyTable": "headrace.operators.commands.empty_table",
    "RateSampler": "headrace.operators.rate_sampler",
    "RegressionEvaluator": "headrace.operators.regression_evaluator",
    "TableRepartition": "headrace.operators.commands.table_repartition",
}
"""What ``run`` and ``train`` may name beside algorithms, and the module that holds it."""

COMMANDS: Mapping[str, str] = {
    "assert": "assertions:Assert",
    "assertCondition": "assertions:AssertCondition",
    "assertNotNull": "assertions:AssertNotNull",
    "assertUniqueKey": "assertions:AssertUniqueKey",
    "assertUniqueKeys": "assertions:AssertUniqueKey",
    "cache": "cache:Cache",
    "desc": "desc:Desc",
    "emptyTable": "empty_table:EmptyTable",
    "fs": "files:Files",
    "hdfs": "files:Files",
    "jdbc": "jdbc:Jdbc",
    "println": "println:Println",
    "saveFile": "save_file:SaveFile",
    "show": "show_table:ShowTable",
    "split": "split_tables:Split",
    "tableRepartition": "table_repartition:TableRepartition",
    "throw": "throw:Throw",
    "unCache": "cache:UnCache",
}
"""Commands that are operators: module and class. Those that only name things are the lowering's."""

THROWING = ("assertCondition", "assertNotNull", "assertUniqueKey", "assertUniqueKeys")
"""Commands whose ``…Throw`` form ends the run."""

LATER_COMMANDS = (
    "et", "model", "profiler", "visualize", "python", "resource", "kill", "runScript", "callback",
    "delta", "scheduler", "kafkaTool", "stream", "plugin", "spark",
)  # fmt: skip
"""Commands of MLSQL that parse and are refused with a reason."""

LATER_SHOWS = (
    "et", "commands", "jobs", "datasources", "api", "conf", "log", "resource", "progress", "version",
)  # fmt: skip
"""What MLSQL's ``!show`` lists beside tables, functions and variables."""

LATER_OPERATORS = (
    "NaiveBayes", "DecisionTree", "LSVM", "SVC", "MultinomialNB", "KNN", "MLP", "XGBoostClassifier",
    "LightGBMClassifier", "XGBoostRegressor", "LightGBMRegressor", "IsotonicRegression",
    "AFTSurvivalRegression", "BisectingKMeans", "GaussianMixture", "DBSCAN", "LDA", "PageRank",
    "ALSInPlace", "FPGrowth", "AutoML", "TokenAnalysis", "TokenExtract", "TfIdfInPlace",
    "HashTfIdf", "Word2VecInPlace", "Word2ArrayInPlace", "FeatureExtractInPlace", "OneHot",
    "ScalerInPlace", "NormalizeInPlace", "Discretizer", "VecMapInPlace", "MapValues",
    "ReduceFeaturesInPlace", "DataMissingValueProcess", "Binning", "SampleDatasetExt",
    "PredictionEva", "ModelExplainInPlace", "DataTranspose", "UniqueIdentifier",
    "PatternDistribution", "ApproxQuantile", "CacheExt", "JsonExpandExt", "SyntaxAnalyzeExt",
    "PythonAlg", "SKLearn",
)  # fmt: skip
"""Operators of the language that this version does not have; those it has are taken out."""


@cache
def _plugins() -> Mapping[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=ENTRY_POINTS):
        other = found.get(point.name.casefold())
        if other is not None or point.name.casefold() in _by_folded(OPERATORS):
            first = other.value if other else _by_folded(OPERATORS)[point.name.casefold()]
            raise GraphError(
                f"two operators are called '{point.name}': {first} and {point.value}",
                hint="uninstall one of the packages, or rename its operator",
            )
        found[point.name.casefold()] = point
    return found


def _by_folded(names: Mapping[str, str]) -> dict[str, str]:
    return {name.casefold(): where for name, where in names.items()}


def operator_names() -> tuple[str, ...]:
    """What ``run`` may name, algorithms apart."""
    return (*OPERATORS, *(point.name for point in _plugins().values()))


def find_operator(name: str) -> type[Operator] | None:
    """The class of an operator, whatever the name's case; None where there is none."""
    module_name = _by_folded(OPERATORS).get(name.casefold())
    if module_name is None:
        point = _plugins().get(name.casefold())
        return point.load() if point else None
    return next(c for c in _operators_in(module_name) if _is_called(c, name))


def _operators_in(module_name: str) -> Iterator[type[Operator]]:
    module = import_module(module_name)
    for value in vars(module).values():
        if not (isinstance(value, type) and issubclass(value, Operator)):
            continue
        if value.__module__ == module_name and hasattr(value, "operator_name"):
            yield value


def _is_called(operator: type[Operator], name: str) -> bool:
    return name.casefold() in {n.casefold() for n in (operator.operator_name, *operator.aliases)}


def find_command(name: str) -> type[Command] | None:
    """The class behind ``!name``, whatever the name's case; None where there is none."""
    where = _by_folded(COMMANDS).get(_base_command(name))
    if where is None:
        return None
    module_name, _, class_name = where.partition(":")
    module = import_module(f"headrace.operators.commands.{module_name}")
    command: type[Command] = getattr(module, class_name)
    return command


def throws(name: str) -> bool:
    """Whether ``!name`` is the form of a rule that ends the run when the rule is broken."""
    return _base_command(name) != name.casefold()


def _base_command(name: str) -> str:
    folded = name.casefold()
    without = folded.removesuffix("throw")
    return without if without in {n.casefold() for n in THROWING} else folded


def later(name: str, names: Sequence[str]) -> str | None:
    """The name as the language spells it, where it belongs to a later version."""
    return next((known for known in names if known.casefold() == name.casefold()), None)


def unknown_operator(name: str, known: Sequence[str]) -> Problem:
    """The problem of an operator that nobody provides; the caller places it."""
    spelt = later(name, LATER_OPERATORS)
    if spelt and spelt not in known:
        message = f"the operator '{spelt}' is not available in this version"
        return Problem(message, hint=f"available: {', '.join(known)}", code="later")
    near = closest(name, known)
    question = f"did you mean '{near}'? " if near else ""
    hint = f"{question}Operators: {', '.join(known)}"
    return Problem(f"unknown operator '{name}'", hint=hint, code="unknown-operator")


def bind_operator(
    operator: type[Operator], options: Sequence[GivenOption], path: GivenOption
) -> Bound[Operator]:
    """An operator of the statement's options; its path is an option, where it declares one."""
    if "path" in operator.model_fields and path.value:
        options = (*options, path)
    return bind(operator, options, operator.operator_name)
