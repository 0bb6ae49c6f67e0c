"""``$1x`` in a replacement is group 1 and an x; Sail looks for a group named ``1x``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from headrace.engines.embedded.rewrites.rule import ColumnsOf, Rule
from headrace.engines.embedded.rewrites.statement import Edit, Statement

_GROUP = re.compile(r"(?<!\\)\$(\d)(?=[A-Za-z_])")


def edits(statement: Statement, _: ColumnsOf | None) -> Iterator[Edit]:
    for call in statement.calls("regexp_replace"):
        for part in call.arguments[2:3]:
            braced = _GROUP.sub(r"${\1}", part.text)
            if braced != part.text:
                yield Edit(part.start, part.end, braced)


RULE = Rule("regexp_replace(s, p, '$1x')", "'${1}x'", "regexp_replace", edits)
