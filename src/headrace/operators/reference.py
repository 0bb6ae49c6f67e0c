"""Everything that scripts can name, read from the declarations: for help, docs and forms."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from headrace.algorithms.catalog import algorithm_names, find_algorithm
from headrace.graph.options import aliases_of, fold
from headrace.graph.step import Json
from headrace.operators import formats
from headrace.operators.catalog import COMMANDS, find_command, find_operator, operator_names
from headrace.operators.train import train_class

WRITERS_TYPES = {
    "str": "text",
    "SecretStr": "text",
    "ByteSize": "size",
    "float": "number",
    "bool": "true | false",
}
"""Python's types in a writer's words, where they differ."""

KINDS = ("algorithm", "operator", "command", "format")


@dataclass(frozen=True, slots=True)
class ParameterEntry:
    """One option: what it means, what it may be, and what else it may be called."""

    name: str
    type: str
    default: str
    title: str
    aliases: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that a script can name."""

    kind: str
    name: str
    title: str
    description: str
    aliases: tuple[str, ...]
    parameters: tuple[ParameterEntry, ...]
    example: str = ""
    source: str = ""
    category: str = ""
    schema: Mapping[str, Json] | None = None

    def is_called(self, name: str) -> bool:
        return fold(name.lstrip("!")) in {fold(own) for own in (self.name, *self.aliases)}


def entries() -> tuple[Entry, ...]:
    """All algorithms, operators, commands and formats of this version."""
    return (*_algorithms(), *_operators(), *_commands(), *_formats())


def _algorithms() -> Iterator[Entry]:
    for name in algorithm_names():
        found = find_algorithm(name)
        assert found is not None  # the catalogue has just listed it
        yield Entry(
            "algorithm",
            name,
            found.title,
            found.description,
            found.aliases,
            parameters_of(train_class(found)),
            found.example,
            found.source,
            found.task,
            found.model_json_schema(),
        )


def _operators() -> Iterator[Entry]:
    for name in operator_names():
        found = find_operator(name)
        assert found is not None
        title, description = docstring_parts(found)
        yield Entry(
            "operator",
            name,
            title,
            description,
            found.aliases,
            parameters_of(found),
            f"run t as {name}.`` as result;",
            category=found.category,
            schema=found.model_json_schema(),
        )


def _commands() -> Iterator[Entry]:
    for name in COMMANDS:
        found = find_command(name)
        assert found is not None
        title, description = docstring_parts(found)
        yield Entry(
            "command", name, title, description, (), parameters_of(found), found.usage,
            category="command", schema=found.model_json_schema(),
        )  # fmt: skip


def _formats() -> Iterator[Entry]:
    for name in formats.names():
        if formats.is_readable(name):
            record = formats.read_options(name)
            example = f"load {name}.`PATH` as t;"
            yield _format("load", name, record, example)
        if formats.is_writable(name):
            record = formats.write_options(name)
            yield _format("save", name, record, f"save overwrite t as {name}.`PATH`;")


def _format(verb: str, name: str, record: type[BaseModel], example: str) -> Entry:
    title, description = docstring_parts(record)
    return Entry(
        "format", name, f"{verb}: {title}", description, (), parameters_of(record), example,
        category=verb, schema=record.model_json_schema(),
    )  # fmt: skip


def parameters_of(record: type[BaseModel]) -> tuple[ParameterEntry, ...]:
    """The options of a record that scripts may write, in their declared order."""
    return tuple(
        ParameterEntry(
            name,
            type_name(info),
            "" if info.is_required() else default_text(info),
            info.description or "",
            aliases_of(info),
            info.is_required(),
        )
        for name, info in record.model_fields.items()
        if info.description
    )


def type_name(info: FieldInfo) -> str:
    """The type of an option in a writer's words, with its limits.

    >>> from headrace.operators.rate_sampler import RateSampler
    >>> type_name(RateSampler.model_fields["seed"])
    'int'
    """
    return _type_text(info.annotation) + _limits(info)


def _type_text(annotation: Any) -> str:
    arguments = [a for a in get_args(annotation) if a is not type(None)]
    if getattr(annotation, "__metadata__", None):
        return _type_text(arguments[0])
    origin = str(getattr(annotation, "__origin__", ""))
    if "Literal" in origin:
        return " | ".join(str(choice) or "''" for choice in arguments)
    if origin == "<class 'tuple'>":
        inner = _type_text(arguments[0])
        return inner if inner == "parameter groups" else f"list of {inner}"
    if arguments and origin in ("typing.Union", ""):
        return " or ".join(dict.fromkeys(_type_text(argument) for argument in arguments))
    if arguments:
        return "object"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "parameter groups"
    name = getattr(annotation, "__name__", str(annotation))
    return WRITERS_TYPES.get(name, name)


def _limits(info: FieldInfo) -> str:
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
    found = [
        f"{sign} {getattr(limit, name)}"
        for limit in info.metadata
        for name, sign in signs.items()
        if hasattr(limit, name)
    ]
    return f" ({', '.join(found)})" if found else ""


def default_text(info: FieldInfo) -> str:
    """The default as a script would write it."""
    value = info.get_default(call_default_factory=True)
    if value is None or value is PydanticUndefined:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def docstring_parts(documented: type) -> tuple[str, str]:
    """The first sentence of a docstring without its stop, and the paragraphs before any section."""
    text = inspect.cleandoc(documented.__doc__ or "")
    body = re.split(r"\n\n[A-Z][a-z]+\n-{3,}", text)[0]
    title = re.split(r"(?<=[^.])\.(?:\s|$)|\n\n", body)[0].replace("\n", " ")
    return title, body
