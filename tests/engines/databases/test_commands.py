from __future__ import annotations

import pyarrow as pa
import pytest

from headrace.engines.databases import execute_jdbc
from headrace.errors import DataError
from tests.engines.databases.conftest import Database


class TestExecute:
    def test_counts_the_rows_that_each_statement_changed(self, database: Database) -> None:
        table = database.table
        statements = (
            f"create table {table} (n int, t varchar(9));",
            f"insert into {table} values (1, 'a%'), (2, ':b')",
            f"update {table} set n = n + 1 where t like '%'",
        )

        changed = execute_jdbc(statements, database.load_options(), database.root)

        assert changed[1:] == (2, 2)
        assert database.read().to_pydict() == {"n": [2, 3], "t": ["a%", ":b"]}

    def test_a_refused_statement_undoes_those_before_it(self, database: Database) -> None:
        database.save(pa.table({"n": [1]}))
        statements = (f"delete from {database.table}", "delete from nowhere")

        with pytest.raises(DataError, match=r"refused: .*nowhere"):
            execute_jdbc(statements, database.load_options(), database.root)

        assert database.read().num_rows == 1
