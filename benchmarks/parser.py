"""Our parser beside sqlglot's, on the same SQL text: lines a second of one run.

Each query is parsed by sqlglot as SQL, and by us as ``QUERY as tN;``: we read the script around
it and find where it ends; sqlglot reads inside it. That is the work that each has per query.
"""

from __future__ import annotations

from dataclasses import replace

import sqlglot

from benchmarks.results import Result, ratio
from headrace.graph.span import Source
from headrace.language.parser import parse

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


def run() -> list[Result]:
    """Lines a second of ours, divided by sqlglot's."""
    queries = QUERIES * COPIES
    script = "".join(f"{query}\nas t{index};\n" for index, query in enumerate(queries))
    measured = ratio(
        "lines a second: parser / sqlglot",
        lambda: parse(Source("benchmark", script)),
        lambda: [sqlglot.parse(query, dialect="spark") for query in queries],
        bound=1.0,
    )
    return [replace(measured, figure=1 / measured.figure, kind="at least")]
