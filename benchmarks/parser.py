"""Our parser beside sqlglot's, on the same SQL text: lines a second of one run.

Each query is parsed by sqlglot as SQL, and by us as ``QUERY as tN;``: we read the script around
it and find where it ends; sqlglot reads inside it. That is the work that each has per query.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import sqlglot

from headrace.graph.span import Source
from headrace.language.parser import parse

ROUNDS = 5
COPIES = 40

QUERIES = (
    "select 1 as a",
    """select c.name, count(*) as orders, sum(o.amount) as total
from customers c
join orders o on o.customer_id = c.id -- every order has one
where o.day between '2024-01-01' and '2024-12-31'
group by c.name
having sum(o.amount) > 1000""",
    """with monthly as (
  select customer_id, date_trunc('MONTH', day) as month, sum(amount) as amount
  from orders
  group by customer_id, date_trunc('MONTH', day)
), ranked as (
  select *, row_number() over (partition by month order by amount desc) as place
  from monthly
)
select r.month, c.name, r.amount
from ranked r
left join customers c on c.id = r.customer_id
where r.place <= 10""",
    """select
  cast(age as double) as age,
  case when education in (1, 2) then 'high' when education = 3 then 'school' else 'other' end
    as education,
  coalesce(limit_bal, 0) / greatest(bill_amt1, 1) as usage, /* share of the limit */
  `default.payment.next.month` as label
from credit
where pay_0 is not null and (sex = 1 or sex = 2)""",
    """select 'it''s; fine' as note, "a;b" as pair, array(1, 2, 3) as numbers,
  map('k', named_struct('x', 1, 'y', 2.5)) as nested,
  regexp_extract(line, '^(\\\\d+)-(\\\\w+)$', 1) as code
from lines
lateral view explode(split(line, ',')) parts as part""",
)


@dataclass(frozen=True)
class Result:
    """A measured ratio and the bound that it is to keep."""

    name: str
    ratio: float
    bound: str
    holds: bool
    detail: str

    def __str__(self) -> str:
        verdict = "holds" if self.holds else "FAILS"
        return f"{self.name}: {self.ratio:.1f} ({self.bound}, {verdict}); {self.detail}"


def run() -> list[Result]:
    """Lines a second of ours, divided by sqlglot's."""
    queries = QUERIES * COPIES
    script = "".join(f"{query}\nas t{index};\n" for index, query in enumerate(queries))
    line_count = sum(query.count("\n") + 1 for query in queries)
    ours, theirs = _alternate(
        lambda: parse(Source("benchmark", script)),
        lambda: [sqlglot.parse(query, dialect="spark") for query in queries],
    )
    detail = f"ours {line_count / ours:,.0f} lines/s, sqlglot's {line_count / theirs:,.0f} lines/s"
    ratio = theirs / ours
    return [Result("parser / sqlglot, lines a second", ratio, "at least 1", ratio >= 1, detail)]


def _alternate(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """The median seconds of each, their rounds taking turns."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for work, taken in zip((first, second), seconds, strict=True):
            start = time.perf_counter()
            work()
            taken.append(time.perf_counter() - start)
    return statistics.median(seconds[0]), statistics.median(seconds[1])


if __name__ == "__main__":
    for result in run():
        print(result)
