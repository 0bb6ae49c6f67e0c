"""What is refused before any engine sees it."""

from __future__ import annotations

import pytest

from headrace.queries import QuerySyntaxError, parse_query
from headrace.queries.parser import MAX_CONDITIONS, MAX_TOKENS


class TestLongStatements:
    def test_a_chain_of_conditions_that_would_end_the_process_is_refused(self) -> None:
        chain = " or ".join(f"x = {number}" for number in range(MAX_CONDITIONS + 2))

        with pytest.raises(QuerySyntaxError, match="the statement is too long") as caught:
            parse_query(f"select * from t where {chain}")

        assert "use in (…)" in str(caught.value.hint)

    def test_a_long_list_of_values_is_no_chain(self) -> None:
        values = ", ".join(str(number) for number in range(MAX_CONDITIONS + 2))

        assert parse_query(f"select * from t where x in ({values})").table_names == ("t",)

    def test_more_words_than_an_engine_analyses_are_refused(self) -> None:
        columns = ", ".join(["0"] * (MAX_TOKENS // 2 + 1))

        with pytest.raises(QuerySyntaxError, match="the statement is too long"):
            parse_query(f"select {columns}")
