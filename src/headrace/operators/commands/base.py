"""What ``!commands`` share: an operator that reads its arguments from words."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from headrace.errors import OptionError
from headrace.graph.span import MappedText, Span
from headrace.operators.base import Operator
from headrace.operators.options import GivenOption


@dataclass(frozen=True, slots=True)
class Word:
    """One argument of a command, without its quotes."""

    text: str
    mapped: MappedText | None = None

    @property
    def span(self) -> Span | None:
        return self.mapped.origin if self.mapped else None

    def option(self, key: str) -> GivenOption:
        """This argument as the option ``key``."""
        return GivenOption(key, self.text, None, self.mapped)


@dataclass(frozen=True, slots=True)
class Call:
    """A command's arguments read: its options, the tables it reads, the table it makes."""

    options: tuple[GivenOption, ...] = ()
    tables: Mapping[str, Word] = field(default_factory=dict)
    result: Word | None = None


class Command(Operator):
    """An operator that ``!name`` calls; ``usage`` is shown when the arguments are wrong."""

    category: ClassVar[str] = "command"
    verbs: ClassVar[tuple[str, ...]] = ("!",)
    usage: ClassVar[str]

    @classmethod
    @abstractmethod
    def read(cls, words: Sequence[Word]) -> Call:
        """Read the arguments.

        Raises
        ------
        OptionError : with the usage, where they do not fit
        """

    @classmethod
    def misuse(cls, message: str, word: Word | None = None) -> OptionError:
        return OptionError(
            f"!{cls.operator_name}: {message}",
            span=word.span if word else None,
            hint=f"usage: {cls.usage}",
            code="command-usage",
        )

    @classmethod
    def expect(cls, words: Sequence[Word], least: int, most: int | None = None) -> None:
        """Refuse a number of arguments outside ``least`` to ``most``."""
        if len(words) < least:
            raise cls.misuse(f"takes {least} argument{'s' if least > 1 else ''}, got {len(words)}")
        if most is not None and len(words) > most:
            raise cls.misuse(f"does not take '{words[most].text}'", words[most])


def flags(words: Sequence[Word], command: type[Command]) -> dict[str, Word]:
    """The arguments of the named form: ``_ -i table -o out`` as ``{"i": …, "o": …}``."""
    words = words[1:] if words and words[0].text == "_" else words
    named: dict[str, Word] = {}
    for flag, value in zip(words[::2], words[1::2], strict=False):
        if not flag.text.startswith("-"):
            raise command.misuse(f"expected -name before '{flag.text}'", flag)
        name = flag.text.lstrip("-")
        if name in named:
            raise command.misuse(f"-{name} is given twice", flag)
        named[name] = value
    if len(words) % 2:
        raise command.misuse(f"'{words[-1].text}' lacks its value", words[-1])
    return named
