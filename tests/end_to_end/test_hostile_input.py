"""Names and texts that were chosen to break something."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.end_to_end.conftest import Accepted, Refused

TRAINABLE = "select id % 17 as a, id % 2 as y from range(90) as t;\n"


class TestScripts:
    def test_nul_bytes_are_refused_at_their_place(self, refused: Refused) -> None:
        told = refused(b"select 1 as x as t;\n\0\0")

        assert "script.mlsql:2:1" in told

    def test_nul_in_a_path_is_refused(self, refused: Refused) -> None:
        assert "the path holds a NUL character" in refused(b"load csv.`a\0b.csv` as t;")

    def test_a_condition_of_two_thousand_parts_runs(self, accepted: Accepted) -> None:
        """A chain this deep overflows the engine's stack where that is left at its default."""
        condition = " or ".join(f"x = {number}" for number in range(2_000))

        accepted(f"select 1 as x as t; select * from t where {condition} as u;")

    def test_control_characters_of_a_script_do_not_reach_the_terminal(
        self, refused: Refused
    ) -> None:
        told = refused("selct '\x1b[2J\x1b]0;owned\x07' as x as t;")

        assert "\x1b[2J" not in told


class TestModelNames:
    @pytest.mark.parametrize(
        "name", ["../../evil", "a/../../evil", "..", "a\\evil", "evil@3", "e" * 300, "evil\tx"]
    )
    def test_that_leave_the_store_are_refused(
        self, refused: Refused, project: Path, name: str
    ) -> None:
        told = refused(f'{TRAINABLE}train t as LogisticRegression.`{name}` where labelCol="y";')

        assert re.search("is not a name for a model|is longer than", told)
        assert not list(project.parent.glob("*evil*"))

    @pytest.mark.parametrize("name", ["/tmp/evil", "模型"])
    def test_that_look_like_paths_stay_inside(
        self, accepted: Accepted, project: Path, name: str
    ) -> None:
        accepted(
            f'{TRAINABLE}train t as LogisticRegression.`{name}` where labelCol="y";\n'
            f"predict t as LogisticRegression.`{name}` as p; select count(*) as n from p as u;"
        )

        stored = {path.parent for path in project.rglob("model.json")}
        assert [folder.parent for folder in stored] == [project / ".headrace" / "models"]
        assert not Path("/tmp/evil").exists()


class TestTableNames:
    @pytest.mark.parametrize(
        "name", ["select", "from", "my table", 'a"b', "a'b", "a``b", "订单", "order-1", "x.y"]
    )
    def test_any_text_in_back_quotes_is_a_name(
        self, accepted: Accepted, project: Path, name: str
    ) -> None:
        accepted(
            f"select 1 as x, 2 as y as `{name}`;\n"
            f"select t.x + t.y as z from `{name}` t as u;\n"
            "save u as parquet.`out`;"
        )

        assert pq.read_table(project / "out").to_pylist() == [{"z": 3}]


class TestColumnNames:
    COLUMNS = ("a.b", "c`d", "e f", "金额", 'g"h', "i'j", "select", "K")

    def test_odd_ones_go_from_the_file_through_the_model_to_the_output(
        self, accepted: Accepted, project: Path
    ) -> None:
        header = ",".join(f'"{name.replace(chr(34), chr(34) * 2)}"' for name in self.COLUMNS)
        rows = (",".join(str((i * (k + 3)) % 13) for k in range(8)) for i in range(90))
        lines = [f"{header},标签", *(f"{row},{i % 2}" for i, row in enumerate(rows))]
        (project / "odd.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        quoted = ", ".join(f"`{name.replace('`', '``')}`" for name in (*self.COLUMNS, "标签"))

        accepted(f"""
            load csv.`odd.csv` where header="true" and inferSchema="true" as t;
            select {quoted} from t as chosen;
            train chosen as RandomForest.`m` where labelCol="标签" and nTrees=5;
            predict chosen as RandomForest.`m` as p;
            register RandomForest.`m` as score where output="positive";
            select *, score(*) as `a score.` from p as scored;
            save scored as parquet.`out`;
        """)

        saved = pq.read_table(project / "out")
        assert saved.column_names[:9] == [*self.COLUMNS, "标签"]
        assert saved["a score."].to_pylist() == [p[1] for p in saved["probability"].to_pylist()]


class TestReports:
    def test_data_cannot_end_the_reports_script(self, accepted: Accepted, project: Path) -> None:
        pytest.importorskip("headrace.report.html")
        attack = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
        script = f"select '{attack}' as `{attack}` as `{attack}`;\nselect * from `{attack}` as t;"

        accepted(script, "--report", str(project / "report.html"))

        page = (project / "report.html").read_text(encoding="utf-8")
        assert "<script>alert(1)" not in page
        assert "<img src=x" not in page
