"""``!split``: one table into several, each row into exactly one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import field_validator, model_validator

from headrace.errors import Problem
from headrace.graph.ports import Port
from headrace.operators.base import Context, Inputs, Knowledge, Site, Value
from headrace.operators.commands.base import Call, Command, Word
from headrace.operators.options import Names, Numbers, parameter
from headrace.operators.rate_sampler import SPLIT, RateSampler

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class Split(Command):
    """``RateSampler`` with a table for each share."""

    operator_name: ClassVar[str] = "split"
    usage: ClassVar[str] = '!split TABLE [by LABEL] with "0.8,0.2" named TRAIN,TEST [seed 7];'

    shares: Numbers = parameter(..., title="The share of each part")
    names: Names = parameter(..., title="The tables to make, one a share")
    label_col: str | None = parameter(None, title="Keep this column's mixture in every part")
    seed: int = parameter(42, title="Equal seeds give equal parts")

    @classmethod
    def read(cls, words: Sequence[Word]) -> Call:
        cls.expect(words, 5)
        keys = {"by": "label_col", "with": "shares", "named": "names", "seed": "seed"}
        options = []
        for keyword, value in zip(words[1::2], words[2::2], strict=False):
            if keyword.text not in keys:
                raise cls.misuse(f"does not know '{keyword.text}'", keyword)
            options.append(value.option(keys[keyword.text]))
        if len(words) % 2 == 0:
            raise cls.misuse(f"'{words[-1].text}' lacks its value", words[-1])
        return Call(tuple(options), {"table": words[0]})

    def outputs(self) -> tuple[Port, ...]:
        return tuple(Port(name) for name in self.names)

    @field_validator("shares")
    @classmethod
    def _two_or_more(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if len(value) < 2 or any(not 0 < share < float("inf") for share in value):
            raise ValueError('two shares or more, each above 0, such as "0.8,0.2"')
        return value

    @field_validator("names")
    @classmethod
    def _distinct(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len({name.casefold() for name in value}) < len(value):
            raise ValueError("each part is a table of its own, under another name")
        return value

    @model_validator(mode="after")
    def _one_name_a_share(self) -> Split:
        if len(self.names) != len(self.shares):
            raise ValueError(f"{len(self.shares)} shares and {len(self.names)} names")
        return self

    @property
    def sampler(self) -> RateSampler:
        return RateSampler(
            sample_rate=self.shares,
            label_col=self.label_col,
            is_split_with_sub_label=self.label_col is not None,
            seed=self.seed,
        )

    def check(self, site: Site) -> Iterable[Problem]:
        problem = site.column_problem(self.label_col, "label_col") if self.label_col else None
        if problem:
            yield problem

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        return {name: site.schema() for name in self.names}

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        schema = context.tables.schema(inputs.frame())
        sampled = context.tables.sql(self.sampler.query(schema, inputs.view()))
        parts = enumerate(self.names)
        return {
            name: sampled.where(f"{SPLIT.name} = {index}").drop(SPLIT.name) for index, name in parts
        }
