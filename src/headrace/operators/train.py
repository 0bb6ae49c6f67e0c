"""The training operator of each algorithm, made from its declaration, and its options bound."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import cast

from pydantic import create_model

from headrace.algorithms import catalog
from headrace.algorithms.base import Algorithm
from headrace.errors import GraphError, Problem
from headrace.graph.span import MappedText
from headrace.graph.step import Json
from headrace.operators.options import Bound, GivenOption, bind, fold, names_by_fold
from headrace.operators.training import SupervisedTrain, Train

_GROUP_KEY = re.compile(r"fit_?param\.(\d+)\.(.+)", re.IGNORECASE)

Groups = Mapping[int, Sequence[GivenOption]]


def find_train_class(name: str) -> type[Train] | None:
    """The training operator of an algorithm's name or alias; None where there is no such."""
    algorithm = catalog.find_algorithm(name)
    return train_class(algorithm) if algorithm else None


@cache
def train_class(algorithm: type[Algorithm]) -> type[Train]:
    """The operator that trains an algorithm: options of every training and the algorithm's own.

    Raises
    ------
    GraphError : when the algorithm gives an option a name that every training has
    """
    base = Train if algorithm.task in ("cluster", "transform") else SupervisedTrain
    taken = names_by_fold(base).keys() & names_by_fold(algorithm).keys()
    if taken:
        raise GraphError(f"{algorithm.name} declares options of every training: {sorted(taken)}")
    fields = {name: (info.annotation, info) for name, info in algorithm.model_fields.items()}
    groups = (tuple[algorithm, ...], base.model_fields["fit_param"])  # type: ignore[valid-type]
    made = cast(
        "type[Train]",
        create_model(  # type: ignore[call-overload]
            f"Train{algorithm.__name__}",
            __base__=base,
            __module__=__name__,
            fit_param=groups,
            **fields,
        ),
    )
    made.operator_name = algorithm.name
    made.aliases = algorithm.aliases
    made.algorithm_class = algorithm
    made.__doc__ = algorithm.__doc__
    return made


def train_operator(
    name: str, options: Sequence[GivenOption], path: GivenOption | None = None
) -> Bound[Train]:
    """The training operator that a statement's options give.

    ``fitParam.N.k`` options make a group for each N. Those that every training has, such as the
    label, are lifted out of the groups, which MLSQL wants them repeated in; they must agree.

    Raises
    ------
    CheckError : for an unknown algorithm
    """
    operator = train_class(catalog.algorithm(name))
    if path is not None and path.value:
        options = (*options, path)
    plain, groups = split_groups(options)
    common, own, conflicts = _lift(operator, plain, groups)
    bound = bind(operator, common, operator.operator_name)
    algorithm = operator.algorithm_class
    each = {n: bind(algorithm, given, f"{name}, fitParam.{n},") for n, given in own.items()}
    problems = (*conflicts, *bound.problems, *(p for g in each.values() for p in g.problems))
    texts = {**bound.texts, **_group_texts(each)}
    if problems or bound.record is None:
        return Bound(None, problems, texts)
    shared = bound.record.own_parameters()
    merged = tuple(_merged(shared, each[n].unwrap()) for n in sorted(each))
    return Bound(bound.record.model_copy(update={"fit_param": merged}), (), texts)


def split_groups(options: Sequence[GivenOption]) -> tuple[list[GivenOption], Groups]:
    """Options outside ``fitParam`` groups, and those inside by group, their keys shortened."""
    plain: list[GivenOption] = []
    groups: dict[int, list[GivenOption]] = {}
    for option in options:
        match = _GROUP_KEY.fullmatch(option.key)
        if match is None:
            plain.append(option)
        else:
            groups.setdefault(int(match[1]), []).append(replace(option, key=match[2]))
    return plain, groups


def _lift(
    operator: type[Train], plain: Sequence[GivenOption], groups: Groups
) -> tuple[list[GivenOption], Groups, list[Problem]]:
    """Options common to all trainings out of the groups; a contradiction is a problem."""
    algorithm_names = names_by_fold(operator.algorithm_class)
    common_names = {
        written: field
        for written, field in names_by_fold(operator).items()
        if written not in algorithm_names
    }
    lifted = {common_names[fold(o.key)]: o for o in plain if fold(o.key) in common_names}
    added: list[GivenOption] = []
    own: dict[int, list[GivenOption]] = {n: [] for n in groups}
    problems: list[Problem] = []
    for n, options in groups.items():
        for option in options:
            field = common_names.get(fold(option.key))
            if field is None:
                own[n].append(option)
            elif field not in lifted:
                lifted[field] = option
                added.append(option)
            elif lifted[field].value != option.value:
                problems.append(_contradiction(option, lifted[field].value, n))
    return [*plain, *added], own, problems


def _contradiction(option: GivenOption, other: Json, group: int) -> Problem:
    return Problem(
        f"fitParam.{group}: '{option.key}' is {option.value!r}, and {other!r} elsewhere",
        option.value_span,
        f"one training has one {option.key}; write a second train statement for another",
        code="option-value",
    )


def _group_texts(groups: Mapping[int, Bound[Algorithm]]) -> dict[str, MappedText]:
    texts = {
        f"fit_param.{n}.{field}": text
        for n, bound in groups.items()
        for field, text in bound.texts.items()
    }
    if texts:
        texts["fit_param"] = next(iter(texts.values()))
    return texts


def _merged(shared: Algorithm, group: Algorithm) -> Algorithm:
    """A group's parameters over those outside the groups."""
    given = {name: getattr(group, name) for name in group.model_fields_set}
    return shared.model_copy(update=given)
