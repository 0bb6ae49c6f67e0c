"""Algorithms by name, found without importing them all.

Names and aliases are read from the source files of this folder: a class that assigns ``name`` a
string is an algorithm. So a new one costs its file alone, and listing them costs no import.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from headrace.algorithms.base import Algorithm
from headrace.errors import CheckError, GraphError, suggest
from headrace.graph.options import fold

ENTRY_POINTS = "headrace.algorithms"


@dataclass(frozen=True, slots=True)
class Declaration:
    """Where an algorithm is declared: ``module:Class``, or another package's entry point."""

    name: str
    place: str
    aliases: tuple[str, ...] = ()
    point: EntryPoint | None = None

    def load(self) -> type[Algorithm]:
        """Import the algorithm.

        Raises
        ------
        GraphError : when an entry point gives something that is no algorithm
        """
        module, _, attribute = self.place.partition(":")
        found = self.point.load() if self.point else getattr(import_module(module), attribute)
        if not (isinstance(found, type) and issubclass(found, Algorithm)):
            raise GraphError(f"the algorithm '{self.name}' ({self.place}) is no Algorithm")
        return found


def algorithm(name: str) -> type[Algorithm]:
    """The class behind a name or an alias, whatever its case.

    Raises
    ------
    CheckError : unknown, with the nearest names
    """
    found = find_algorithm(name)
    if found is None:
        hint = suggest(name, algorithm_names(), "algorithms")
        raise CheckError(f"no algorithm '{name}'", hint=hint, code="unknown-operator")
    return found


def find_algorithm(name: str) -> type[Algorithm] | None:
    """The class behind a name or an alias, whatever its case; None where there is none."""
    declaration = _by_name().get(fold(name))
    return declaration.load() if declaration else None


def algorithm_names() -> tuple[str, ...]:
    """The names, without aliases, in alphabetical order."""
    return tuple(sorted({declaration.name for declaration in _by_name().values()}))


@cache
def _by_name() -> Mapping[str, Declaration]:
    return index([*declared_in(Path(__file__).parent, __package__), *_plugins()])


def index(declarations: Iterable[Declaration]) -> dict[str, Declaration]:
    """Declarations by folded name and alias.

    Raises
    ------
    GraphError : when two have the same name, naming both
    """
    found: dict[str, Declaration] = {}
    for declaration in declarations:
        for name in (declaration.name, *declaration.aliases):
            other = found.setdefault(fold(name), declaration)
            if other is not declaration:
                raise GraphError(
                    f"two algorithms are called '{name}': {other.place} and {declaration.place}",
                    hint="uninstall one of the packages, or rename its algorithm",
                )
    return found


def declared_in(folder: Path, package: str) -> Iterator[Declaration]:
    """The algorithms that the Python files of a folder declare."""
    for file in sorted(folder.glob("*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                values = _constants(node)
                if "name" in values:
                    place = f"{package}.{file.stem}:{node.name}"
                    yield Declaration(values["name"], place, tuple(values.get("aliases", ())))


def _constants(node: ast.ClassDef) -> dict[str, str]:
    """The literal values of the class variables ``name`` and ``aliases``."""
    return {
        statement.target.id: ast.literal_eval(statement.value)
        for statement in node.body
        if isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and statement.target.id in ("name", "aliases")
        and statement.value is not None
    }


def _plugins() -> Iterator[Declaration]:
    for point in entry_points(group=ENTRY_POINTS):
        yield Declaration(point.name, point.value, point=point)
