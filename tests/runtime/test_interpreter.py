"""The answers that a run gives to a script's questions."""

from __future__ import annotations

from datetime import datetime

import pytest

from headrace.errors import HeadraceError, RunError
from headrace.runtime import interpreter
from tests.sessions import Run, texts


class TestCells:
    @pytest.mark.parametrize(
        ("expression", "text"),
        [
            ("1 + 1", "2"),
            ("1.50", "1.50"),
            ("true", "true"),
            ("null", ""),
            ("'a'", "a"),
            ("date '2024-05-01'", "2024-05-01"),
        ],
    )
    def test_a_cell_is_a_text_in_the_spelling_of_sql(
        self, run: Run, expression: str, text: str
    ) -> None:
        history = run(f"""set v = "select {expression}" where type="sql"; !println '<$!v>';""")

        assert texts(history) == [f"<{text}>"]

    def test_of_many_columns_the_first_counts(self, run: Run) -> None:
        assert texts(run("""set v = "select 1, 2" where type="sql"; !println '${v}';""")) == ["1"]

    def test_a_loop_over_too_many_rows_is_refused(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(interpreter, "LONGEST_LIST", 3)

        with pytest.raises(RunError, match="more than 3 rows"):
            run("!for x in '''select id from range(10)'''; !println '${x}'; !done;")

    def test_a_faulty_query_has_its_place(self, run: Run) -> None:
        with pytest.raises(HeadraceError) as caught:
            run("set a = '1';\nset v = 'select x from nowhere' where type='sql';")

        assert caught.value.span is not None
        assert (caught.value.span.line, caught.value.span.column) == (2, 24)


class TestScalars:
    def test_functions_are_asked_of_the_engine(self, run: Run) -> None:
        history = run("!if ''' year(current_date()) >= 2024 '''; !println 'now'; !fi;")

        assert datetime.now().year >= 2024
        assert texts(history) == ["now"]

    def test_a_refused_expression_has_its_place(self, run: Run) -> None:
        with pytest.raises(HeadraceError) as caught:
            run("!if ''' no_such_function(1) == 1 '''; !fi;")

        assert caught.value.span is not None
        assert caught.value.span.column == 9
