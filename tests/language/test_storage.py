"""``load``, ``save`` and ``connect``: options, connections, and texts of variables as tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from headrace.errors import HeadraceError, ScriptError
from tests.sessions import Check, Rows, Run

SHOP = """
    connect jdbc where url="jdbc:sqlite:shop.db" and password="hunter22" as Shop;
    !jdbc shop '''create table orders (id integer)''' '''insert into orders values (1), (2)''';
"""


class TestOptions:
    @pytest.mark.parametrize("value", ['"1"', "1", "'1'"])
    def test_a_text_is_read_as_the_declared_type(
        self, run: Run, rows: Rows, tmp_path: Path, value: str
    ) -> None:
        (tmp_path / "a.csv").write_text("skip\nx\n5\n")

        run(f"load csv.`a.csv` where header=true and skipFirstNLines={value} as t;")

        assert rows("t") == [{"x": "5"}]

    @pytest.mark.parametrize(
        ("options", "problem"),
        [
            ('header="maybe"', "expected true or false"),
            ('skipFirstNLines="x"', "expected a whole number"),
            ("headr=true", "csv has no option 'headr'"),
            ("header=true and Header=false", "is given twice"),
        ],
    )
    def test_wrong_ones_are_found_before_the_run(
        self, check: Check, tmp_path: Path, options: str, problem: str
    ) -> None:
        (tmp_path / "a.csv").write_text("x\n5\n")

        (found,) = check(f"load csv.`a.csv` where {options} as t;")

        assert problem in found

    def test_all_faults_of_a_statement_come_together(self, check: Check, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("x\n5\n")

        assert len(check('load csv.`a.csv` where header="maybe" and delim=";" as t;')) == 2


class TestConnections:
    def test_a_connections_options_are_taken_over(self, run: Run, rows: Rows) -> None:
        run(SHOP + "load jdbc.`SHOP.orders` as t; select count(*) as n from t as u;")

        assert rows("u") == [{"n": 2}]

    def test_a_statements_own_options_go_first(self, run: Run) -> None:
        with pytest.raises(HeadraceError, match=r"no SQLite file 'other\.db'"):
            run(SHOP + 'load jdbc.`shop.orders` where url="jdbc:sqlite:other.db" as t;')

    def test_options_of_saves_do_not_disturb_loads(self, run: Run, rows: Rows) -> None:
        run("""
            connect jdbc where url="jdbc:sqlite:a.db" and batchSize=10 and fetchSize=5 as db;
            select 1 as x as t;
            save t as jdbc.`db.t`;
            load jdbc.`db.t` as u;
        """)

        assert rows("u") == [{"x": 1}]

    def test_a_load_after_a_statement_of_the_connection_is_not_looked_at(
        self, check: Check
    ) -> None:
        assert check(SHOP + "load jdbc.`sHop.orders` as t;") == []

    def test_an_unknown_one_names_the_nearest(self, run: Run) -> None:
        with pytest.raises(HeadraceError) as caught:
            run(SHOP + "load jdbc.`shpo.orders` as t;")

        assert "did you mean 'shop'" in str(caught.value.hint)

    def test_after_a_faulty_connection_its_loads_are_not_reported(self, check: Check) -> None:
        assert check("connect jdbc where urll='x' as db; load jdbc.`db.t` as t;") == [
            "1:20 unknown-option: jdbc has no option 'urll'"
        ]

    def test_a_connection_needs_a_name(self, check: Check) -> None:
        (found,) = check('connect jdbc where url="jdbc:sqlite:a.db";')

        assert "does not name the connection" in found

    def test_passwords_are_never_printed(self, run: Run) -> None:
        with pytest.raises(HeadraceError) as caught:
            run(
                'connect jdbc where url="jdbc:postgresql://ann:hunter22@127.0.0.1:1/x" as db;'
                "load jdbc.`db.t` as t;"
            )

        assert "hunter22" not in str(caught.value)


class TestTextsOfVariables:
    def test_a_text_is_taken_as_it_is(self, run: Run, rows: Rows) -> None:
        run(
            """set v = "select '{\\"a\\": \\"\\\\${x}\\"}'" where type="sql"; load jsonStr.`v` as t;"""
        )

        assert rows("t") == [{"a": "${x}"}]

    def test_one_that_only_a_run_gives_is_not_checked(self, check: Check) -> None:
        assert check("""set v = "select 1" where type="sql"; load jsonStr.`v` as t;""") == []

    def test_a_name_in_it_that_nobody_set_is_an_error(self, run: Run) -> None:
        with pytest.raises(ScriptError, match="unknown variable 'x'"):
            run("""set data = '''{"a": "$x"}'''; load jsonStr.`data` as t;""")


class TestSave:
    def test_of_several_modes_the_last_counts(self, run: Run, check: Check) -> None:
        script = "select 1 as x as t; save append overwrite t as parquet.`o`;"

        history = run(script)

        assert [w.code for w in history.warnings] == ["save-mode"]
        assert check(script) == [
            "1:33 save-mode: several save modes; the last one, overwrite, counts"
        ]

    def test_each_partition_column_is_looked_for_at_its_place(self, check: Check) -> None:
        found = check("select 1 as x, 2 as y as t; save t as parquet.`o` partitionBy y, zz;")

        assert found == ["1:66 unknown-column: unknown column 'zz' in 't'"]
