"""Record ends, against a parser that walks character by character."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.engines.readers.quotes import (
    Dialect,
    first_record_end,
    last_record_end,
    quoted_parts,
)

COMMA = Dialect(b",", b'"', b"")


def record_ends(data: bytes) -> list[int]:
    """Offsets after each line break that ends a record, the slow and plain way."""
    ends, is_open, position = [], False, 0
    while position < len(data):
        char = data[position : position + 1]
        if is_open and char == b'"':
            if data[position + 1 : position + 2] == b'"':
                position += 1
            else:
                is_open = False
        elif char == b'"' and (position == 0 or data[position - 1] in b",\r\n"):
            is_open = True
        elif char == b"\n" and not is_open:
            ends.append(position + 1)
        position += 1
    return ends


class TestRecordEnds:
    @given(st.text('ab,"\n\r', max_size=60).map(str.encode))
    @settings(max_examples=1500, deadline=None)
    def test_are_where_walking_finds_them(self, data: bytes) -> None:
        ends = record_ends(data)

        assert last_record_end(data, COMMA) == (ends[-1] if ends else 0)
        assert first_record_end(data, COMMA) == (ends[0] if ends else len(data))

    @pytest.mark.parametrize(("text", "offset"), [(b'a,"b', 2), (b'"a"\n"', 4), (b'"a""b', 0)])
    def test_a_quote_left_open_is_found(self, text: bytes, offset: int) -> None:
        assert quoted_parts(text, COMMA).left_open == offset

    def test_escaped_quotes_do_not_count(self) -> None:
        dialect = Dialect(b",", b'"', b"\\")

        assert quoted_parts(b'"a\\"b\n"\n', dialect).left_open is None
        assert last_record_end(b'"a\\"b\nc', dialect) == 0
