"""From the options that a script writes to the typed record that declares them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

from headrace.errors import OptionError, Problem, suggest
from headrace.graph.span import MappedText, Span
from headrace.graph.step import Json


class Options(BaseModel):
    """Base of every record of options: frozen, and unknown names are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Record = TypeVar("Record", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class GivenOption:
    """An option as written; the texts know where each character stood."""

    key: str
    value: Json
    key_text: MappedText | None = None
    value_text: MappedText | None = None

    @property
    def key_span(self) -> Span | None:
        return self.key_text.origin if self.key_text else None

    @property
    def value_span(self) -> Span | None:
        return self.value_text.origin if self.value_text else self.key_span


@dataclass(frozen=True, slots=True)
class Bound(Generic[Record]):
    """What binding gave: the record, or None and why not; and where each value was written."""

    record: Record | None
    problems: tuple[Problem, ...] = ()
    texts: Mapping[str, MappedText] = field(default_factory=dict)

    def unwrap(self) -> Record:
        """The record.

        Raises
        ------
        OptionError : with every problem, where there is any
        """
        if self.record is None:
            raise OptionError.of(self.problems)
        return self.record


def parameter(default: Any, *aliases: str, title: str, **limits: Any) -> Any:
    """A field of an options record: its default, other systems' names for it, a one-line title.

    ``limits`` are pydantic's: ``ge``, ``le``, ``gt``, ``lt``, ``pattern``, ``max_length``.
    Case and underscores never count, so ``maxDepth`` needs no alias for ``max_depth``.
    """
    return Field(default, description=title, json_schema_extra={"aliases": list(aliases)}, **limits)


def aliases_of(info: FieldInfo) -> tuple[str, ...]:
    """The other names under which an option may be written."""
    extra = info.json_schema_extra
    aliases = extra.get("aliases", []) if isinstance(extra, dict) else []
    return tuple(str(alias) for alias in aliases) if isinstance(aliases, list) else ()


def fold(name: str) -> str:
    """Names that differ in case or underscores only are the same option."""
    return name.replace("_", "").casefold()


def names_by_fold(record: type[BaseModel]) -> dict[str, str]:
    """Every folded name of the record's options, and the field that it means."""
    names: dict[str, str] = {}
    for name, info in record.model_fields.items():
        for written in (name, *aliases_of(info)):
            names[fold(written)] = name
    return names


def bind(record: type[Record], options: Iterable[GivenOption], owner: str) -> Bound[Record]:
    """Read options as a record of their declared types, reporting every fault at once.

    Parameters
    ----------
    record : the declaration
    options : as written, in order; of two that mean the same the second is a fault
    owner : what has these options, for messages, such as ``RandomForest`` or ``csv``
    """
    known = names_by_fold(record)
    values: dict[str, Json] = {}
    given: dict[str, GivenOption] = {}
    problems: list[Problem] = []
    for option in options:
        name = known.get(fold(option.key))
        if name is None:
            problems.append(unknown_option(option, record, owner))
        elif name in given:
            problems.append(
                Problem(
                    f"option '{option.key}' of {owner} is given twice",
                    option.key_span,
                    f"'{given[name].key}' means the same; keep one",
                    code="option",
                )
            )
        else:
            values[name], given[name] = option.value, option
    texts = {n: o.value_text for n, o in given.items() if o.value_text is not None}
    try:
        made = record.model_validate(values)
    except ValidationError as error:
        problems += _faults(error, given, owner)
        made = None
    return Bound(None if problems else made, tuple(problems), texts)


def unknown_option(option: GivenOption, record: type[BaseModel], owner: str) -> Problem:
    """The problem of an option that nobody declares, with the nearest that somebody does."""
    written = {fold(alias): alias for f in record.model_fields.values() for alias in aliases_of(f)}
    names = [*record.model_fields, *written.values()]
    near = suggest(option.key, names, "options")
    listed = ", ".join(record.model_fields) or "none"
    hint = f"{near.split('?')[0]}? Options: {listed}" if "?" in near else f"options: {listed}"
    return Problem(
        f"{owner} has no option '{option.key}'", option.key_span, hint, code="unknown-option"
    )


def _faults(error: ValidationError, given: Mapping[str, GivenOption], owner: str) -> list[Problem]:
    problems = []
    for fault in error.errors(include_url=False):
        name = str(fault["loc"][0]) if fault["loc"] else ""
        option = given.get(name)
        reason = _reason(fault["type"], fault["msg"])
        if option is None:
            message = f"{owner} needs the option '{name}'" if name else f"{owner}: {reason}"
            problems.append(Problem(message, code="option"))
        else:
            shown = json.dumps(option.value, ensure_ascii=False)
            message = f"option '{option.key}' of {owner}: {shown} is refused: {reason}"
            problems.append(Problem(message, option.value_span, code="option-value"))
    return problems


EXPECTED = {
    "bool_parsing": "expected true or false",
    "bool_type": "expected true or false",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "int_type": "expected a whole number",
    "float_parsing": "expected a number",
    "float_type": "expected a number",
    "string_type": "expected a text",
    "tuple_type": "expected a list",
}
"""Pydantic's kinds of fault in our words; the others' own messages read well."""


def _reason(kind: str, message: str) -> str:
    """Why a value is refused, in a writer's words."""
    if kind == "value_error":
        return message.removeprefix("Value error, ")
    reason = EXPECTED.get(kind) or message.replace("Input should be", "expected").replace(
        "expected greater", "expected a number greater"
    ).replace("expected less", "expected a number less")
    return reason[:1].lower() + reason[1:]


def _read_list(value: object) -> object:
    """``"a, b"`` and ``"[1, 2]"`` as lists, for options that take several values."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if text.startswith("["):
        try:
            return tuple(json.loads(text))
        except json.JSONDecodeError as error:
            raise ValueError(f"not a list: {error.msg} at character {error.pos + 1}") from error
    return tuple(part.strip() for part in text.split(",") if part.strip())


Names = Annotated[tuple[str, ...], BeforeValidator(_read_list)]
"""Several names: a list, or one string with commas."""

Numbers = Annotated[tuple[float, ...], BeforeValidator(_read_list)]
"""Several numbers: a list, or one string with commas."""


def given(options: Mapping[str, Json] | Sequence[tuple[str, Json]]) -> tuple[GivenOption, ...]:
    """Options that no script wrote (Python, YAML), ready to bind."""
    pairs = options.items() if isinstance(options, Mapping) else options
    return tuple(GivenOption(key, value) for key, value in pairs)
