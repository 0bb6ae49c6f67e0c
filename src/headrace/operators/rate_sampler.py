"""``run t as RateSampler.`` … as split``: parts of a table by a hash of each row.

Engines' own ``sample`` and ``randomSplit`` depend on partitions and row order, which no engine
keeps: parts of one call were seen to overlap. A hash depends on the row alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import field_validator

from headrace.algorithms.base import DEFAULT_SEED, Nothing
from headrace.errors import Problem, RunError, suggest
from headrace.graph.report import Report, TextItem
from headrace.graph.schema import Column, Schema
from headrace.operators.base import Context, Inputs, Knowledge, Operator, Site, Value
from headrace.operators.options import Names, Numbers, parameter
from headrace.operators.row_hash import quoted, row_hash

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SPLIT = Column("__split__", "int", nullable=False)
"""The column that says which part a row belongs to, from 0."""

HASH_BITS = 53
"""How many bits of the hash decide: as many as a double holds exactly."""


class RateSampler(Operator):
    """Number the rows' parts in a new column ``__split__``; each row is in exactly one part.

    Without a label each row's hash decides alone: shares are met on average, and identical rows
    fall into one part. With a label each part gets its share of every label to within one row, by
    the order of the hashes. With ``key_col`` the hash is of those columns only, so that rows of
    one key (and label) stay together and new columns do not move a row.
    """

    operator_name: ClassVar[str] = "RateSampler"
    category: ClassVar[str] = "split"

    sample_rate: Numbers = parameter(
        (0.9, 0.1), "rates", "shares", title="share of each part; they are divided by their sum"
    )
    label_col: Annotated[str | None, Nothing] = parameter(
        None, title="column whose values each part gets its share of"
    )
    is_split_with_sub_label: Annotated[bool | None, Nothing] = parameter(
        None, "stratified", title="keep to the shares within each label; none: where there is one"
    )
    key_col: Names = parameter((), title="columns that identify a row; none: all of them")
    seed: int = parameter(DEFAULT_SEED, "randomSeed", title="another seed gives another split")

    @field_validator("sample_rate")
    @classmethod
    def _positive_shares(cls, value: tuple[float, ...]) -> tuple[float, ...]:
        if len(value) < 2 or any(not 0 < share < float("inf") for share in value):
            raise ValueError('two shares or more, each above 0, such as "0.8,0.2"')
        return value

    @property
    def shares(self) -> tuple[float, ...]:
        total = sum(self.sample_rate)
        return tuple(share / total for share in self.sample_rate)

    @property
    def stratified(self) -> bool:
        wanted = self.is_split_with_sub_label
        return self.label_col is not None if wanted is None else wanted

    def check(self, site: Site) -> Iterable[Problem]:
        named = [("key_col", name) for name in self.key_col]
        named += [("label_col", self.label_col)] if self.label_col else []
        for parameter_name, name in named:
            problem = site.column_problem(name, parameter_name)
            if problem is not None:
                yield problem
        if self.stratified and not self.label_col:
            yield Problem(
                "isSplitWithSubLabel needs a labelCol",
                site.place("is_split_with_sub_label"),
                "name the label, or leave isSplitWithSubLabel out",
                code="no-label",
            )

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        schema = site.schema()
        return {"table": split_schema(schema) if schema else None}

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        schema = context.tables.schema(inputs.frame())
        text = self.query(schema, inputs.view())
        parts = " / ".join(f"{share:.4g}" for share in self.shares)
        how = f"within each {self.label_col}" if self.stratified else "by hash"
        context.show(Report("Split", (TextItem(f"split {parts} {how}, seed {self.seed}"),)))
        return {"table": context.tables.sql(text)}

    def query(self, schema: Schema, view: str) -> str:
        """The SQL text that adds the part's number to every row of ``view``."""
        columns = schema.without([SPLIT.name])
        keys = [self._column(columns, name) for name in self.key_col] or list(columns)
        names = ", ".join(quoted(column.name) for column in columns)
        key = row_hash(keys, self.seed)
        if not self.stratified or self.label_col is None:
            part = by_threshold(key, self.shares)
            return f"select {names}, {part} as {SPLIT.name} from {quoted(view)}"
        label = quoted(self._column(columns, self.label_col).name)
        # Rows of one key have one rank, so they stay together. Without a key only identical rows
        # have equal hashes; which of them is where makes no difference, and counts are exact.
        rank = "rank" if self.key_col else "row_number"
        ranked = (
            f"select *, {rank}() over (partition by {label} order by {key}) as __rank__, "
            f"count(*) over (partition by {label}) as __rows__ from {quoted(view)}"
        )
        return f"select {names}, {by_rank(self.shares)} as {SPLIT.name} from ({ranked})"

    def _column(self, schema: Schema, name: str) -> Column:
        column = schema.get(name)
        if column is None:
            hint = suggest(name, list(schema.names), "columns")
            raise RunError(f"RateSampler: there is no column '{name}'", hint=hint)
        return column


def split_schema(schema: Schema) -> Schema:
    """The input's columns and the part's number."""
    return Schema((*schema.without([SPLIT.name]), SPLIT))


def by_threshold(key: str, shares: tuple[float, ...]) -> str:
    """SQL for the part that a hash falls into, by comparing integers: nothing is rounded.

    >>> by_threshold("h", (0.5, 0.5))
    'case when shiftrightunsigned(h, 11) < 4503599627370496 then 0 else 1 end'
    """
    bits = f"shiftrightunsigned({key}, {64 - HASH_BITS})"
    cuts = [round(cut * 2**HASH_BITS) for cut in accumulate(shares[:-1])]
    cases = " ".join(f"when {bits} < {cut} then {part}" for part, cut in enumerate(cuts))
    return f"case {cases} else {len(shares) - 1} end"


def by_rank(shares: tuple[float, ...]) -> str:
    """SQL for the part of a row by its rank among the ``__rows__`` of its label."""
    cuts = [f"round(__rows__ * {cut!r}D)" for cut in accumulate(shares[:-1])]
    cases = " ".join(f"when __rank__ <= {cut} then {part}" for part, cut in enumerate(cuts))
    return f"case {cases} else {len(shares) - 1} end"
