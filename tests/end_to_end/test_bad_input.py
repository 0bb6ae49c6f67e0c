"""Bad input: every case ends with words that help, exit code 1, and nothing lost."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome
from tests.end_to_end.conftest import Accepted, Refused, mounted

TEN_MEGABYTES = 10_000_000
GROWING = "select id, uuid() as a, uuid() as b from range(100000) as t;\n"
"""A table that fills a small disk, however it is packed."""


def write_csv(path: Path, header: str, rows: Iterable[Iterable[object]]) -> None:
    lines = (",".join(map(str, row)) for row in rows)
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")


def load(path: str, table: str = "t") -> str:
    return f'load csv.`{path}` where header="true" and inferSchema="true" as {table};\n'


@pytest.fixture
def clients(project: Path) -> str:
    """The load of a small table that a model can learn from."""
    rows = ((i, (i * 37) % 101, "ab"[i % 2], int((i * 37) % 101 > 50)) for i in range(120))
    write_csv(project / "clients.csv", "number,amount,kind,late", rows)
    return load("clients.csv")


def kept_files(folder: Path) -> dict[str, bytes]:
    """All files of a folder with what they hold, hidden and temporary ones too."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


class TestSources:
    def test_a_missing_file_is_named_with_the_nearest(self, refused: Refused, clients: str) -> None:
        told = refused(clients.replace("clients.csv", "cleints.csv"))

        assert "script.mlsql:1:11: no file or directory 'cleints.csv'" in told
        assert "did you mean 'clients.csv'?" in told

    def test_a_wrong_delimiter_is_guessed(self, refused: Refused, project: Path) -> None:
        (project / "semi.csv").write_text("a;b\n1;2\n")

        told = refused(load("semi.csv") + "select a from t as u;")

        assert "has one column only with the delimiter ','" in told
        assert "did you mean delimiter=';'?" in told

    def test_an_empty_file_says_so(self, refused: Refused, project: Path) -> None:
        (project / "empty.csv").write_text("")

        assert "is empty: no columns can be known from it" in refused(load("empty.csv"))

    def test_duplicate_column_names_are_shown(self, refused: Refused, project: Path) -> None:
        write_csv(project / "twice.csv", "a,b,a", [(1, 2, 3)])

        told = refused(load("twice.csv") + "select a from t as u;")

        assert "'a'" in told
        assert "rename" in told.lower()

    def test_a_folder_that_cannot_be_a_csv_is_refused(
        self, refused: Refused, project: Path
    ) -> None:
        (project / "folder").mkdir()

        assert "folder" in refused(load("folder"))


class TestTextInRowTwentyThousand:
    @pytest.fixture
    def late(self, project: Path) -> str:
        rows: list[list[object]] = [[i, i * 0.5, i % 2] for i in range(30_000)]
        rows[19_999][1] = "n/a"
        write_csv(project / "late.csv", "number,amount,label", rows)
        return load("late.csv")

    def test_it_makes_the_column_text_for_the_check(self, refused: Refused, late: str) -> None:
        told = refused(f"{late}select sum(amount + 1) as total from t as u;")

        assert "script.mlsql:2:8: cannot calculate string + int" in told
        assert "amount is string" in told

    def test_and_is_not_a_number_to_predict(self, refused: Refused, late: str) -> None:
        told = refused(f'{late}train t as LinearRegression.`m` where labelCol="amount";')

        assert "the label 'amount' is string, which LinearRegression cannot predict" in told

    def test_a_cast_reads_the_other_rows(self, accepted: Accepted, late: str) -> None:
        shown = accepted(f"{late}select count(try_cast(amount as double)) as numbers from t as u;")

        assert "29999" in shown.replace(",", "")


class TestEmptyTable:
    EMPTY = "select * from t where number < 0 as e;\n"

    @pytest.mark.parametrize("algorithm", ["GBTClassifier", "LinearRegression"])
    def test_it_cannot_train(self, refused: Refused, clients: str, algorithm: str) -> None:
        told = refused(f'{clients}{self.EMPTY}train e as {algorithm}.`m` where labelCol="late";')

        assert f"the table to train {algorithm} on has no rows" in told
        assert "does a filter or a join leave nothing?" in told

    def test_it_cannot_be_evaluated(self, refused: Refused, clients: str) -> None:
        told = refused(
            f"{clients}select late, 0.5 as probability from t where number < 0 as e;\n"
            'run e as ClassificationEvaluator.`` where labelCol="late" as m;'
        )

        assert "there is no row with both a label and a prediction" in told

    @pytest.mark.parametrize("form", ["parquet", "csv", "json"])
    def test_it_is_saved_with_its_columns(
        self, accepted: Accepted, clients: str, project: Path, form: str
    ) -> None:
        header = ' where header="true"' if form == "csv" else ""
        told = accepted(f"{clients}{self.EMPTY}save e as {form}.`out`{header};")

        assert "saved 0 rows" in told
        assert (project / "out").is_dir()

    def test_it_is_split_and_described(self, accepted: Accepted, clients: str) -> None:
        accepted(
            f'{clients}{self.EMPTY}!split e by late with "0.8,0.2" named a,b;\n'
            "run e as DataSummary.`` as s;\nselect count(*) as n from a as u;"
        )


class TestColumns:
    def test_one_class_only_is_named(self, refused: Refused, clients: str) -> None:
        told = refused(
            f"{clients}select * from t where late = 1 as one;\n"
            'train one as GBTClassifier.`m` where labelCol="late";'
        )

        assert "label 'late' has only the class 1" in told
        assert "a classifier needs at least two classes" in told

    def test_an_all_null_column_is_left_out_and_told(
        self, accepted: Accepted, project: Path
    ) -> None:
        write_csv(project / "null.csv", "a,nothing,y", ((i, "", i % 2) for i in range(60)))

        told = accepted(f'{load("null.csv")}train t as LogisticRegression.`m` where labelCol="y";')

        assert "nothing: left out, every value is missing" in told

    def test_an_all_null_label_is_refused(self, refused: Refused, project: Path) -> None:
        write_csv(project / "null.csv", "a,nothing", ((i, "") for i in range(60)))

        told = refused(f'{load("null.csv")}train t as GBTClassifier.`m` where labelCol="nothing";')

        assert "label 'nothing' is missing in 60" in told

    def test_nothing_but_nulls_to_learn_from_is_refused(
        self, refused: Refused, project: Path
    ) -> None:
        write_csv(project / "null.csv", "nothing,y", (("", i % 2) for i in range(60)))

        told = refused(f'{load("null.csv")}train t as GBTClassifier.`m` where labelCol="y";')

        assert "no column is left to learn from: nothing: left out" in told

    def test_infinity_is_found_with_its_column(self, refused: Refused, project: Path) -> None:
        write_csv(project / "inf.csv", "a,y", (("inf" if i == 6 else i, i % 2) for i in range(60)))

        told = refused(f'{load("inf.csv")}train t as GBTClassifier.`m` where labelCol="y";')

        assert "column 'a' holds 1 infinite value" in told
        assert "nullif(nullif(a, double('inf')), double('-inf'))" in told

    def test_nan_is_a_missing_value(self, accepted: Accepted, project: Path) -> None:
        write_csv(project / "nan.csv", "a,y", (("NaN" if i == 6 else i, i % 2) for i in range(60)))

        accepted(
            f'{load("nan.csv")}train t as LogisticRegression.`m` where labelCol="y";\n'
            "predict t as LogisticRegression.`m` as p;\n"
            "!assertNotNullThrow p prediction;\nselect count(*) as n from p as u;"
        )

    def test_infinity_as_a_label_is_refused(self, refused: Refused, project: Path) -> None:
        write_csv(project / "inf.csv", "a,y", ((i, "inf" if i == 6 else i) for i in range(60)))

        told = refused(f'{load("inf.csv")}train t as LinearRegression.`m` where labelCol="y";')

        assert "label 'y' is infinite in 1 of 60 rows" in told

    def test_two_equal_names_in_a_result_are_refused(self, refused: Refused) -> None:
        told = refused("select 1 as a, 2 as a as t;\nsave t as parquet.`out`;")

        assert "'a'" in told


class TestTenMegabytesInOneLine:
    def test_of_text(self, accepted: Accepted) -> None:
        shown = accepted(f"select length('{'a' * TEN_MEGABYTES}') as n as t;")

        assert f"{TEN_MEGABYTES:,}" in shown

    def test_of_comment(self, accepted: Accepted) -> None:
        accepted(f"/*{'a' * TEN_MEGABYTES}*/ select 1 as x as t;")

    def test_that_is_no_script_shows_a_part_only(self, refused: Refused) -> None:
        told = refused("select (((((" * (TEN_MEGABYTES // 12))

        assert "'select' has no name for its result" in told
        assert len(told) < 3_000


class TestDiskFull:
    @pytest.mark.parametrize("form", ["parquet", "csv", "json"])
    def test_the_old_output_stands_and_no_half_file(
        self, refused: Refused, accepted: Accepted, small_disk: Path, form: str
    ) -> None:
        accepted(f"select 1 as kept as t; save t as {form}.`small/out`;")
        before = kept_files(small_disk)

        told = refused(f"{GROWING}save overwrite t as {form}.`small/out`;")

        assert "cannot save to 'small/out': the disk is full" in told
        assert "free some space, or save to another disk" in told
        assert kept_files(small_disk) == before

    def test_an_append_keeps_what_stood(
        self, refused: Refused, accepted: Accepted, small_disk: Path
    ) -> None:
        accepted("select 1 as id, 'a' as a, 'b' as b as t; save t as parquet.`small/out`;")
        before = kept_files(small_disk)

        told = refused(
            "select int(id) as id, uuid() as a, uuid() as b from range(100000) as t;\n"
            "save append t as parquet.`small/out`;"
        )

        assert "the disk is full" in told
        assert kept_files(small_disk) == before

    def test_a_limit_on_file_sizes_is_told_too(self, project: Path) -> None:
        """What anyone can try without root: the kernel refuses to let a file grow."""
        (project / "script.mlsql").write_text(f"{GROWING}save t as parquet.`out`;")

        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

        done = subprocess.run(
            [str(Path(sys.executable).with_name("headrace")), "run", "script.mlsql"],
            cwd=project,
            preexec_fn=limit,
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 1
        assert "cannot save to 'out'" in done.stderr
        assert "Traceback" not in done.stderr
        assert not (project / "out").exists()


class TestReadOnlyWorkspace:
    """A project on a file system that cannot be written; as root, permissions do not count."""

    def test_what_needs_no_writing_works_and_the_rest_says_why(
        self, headrace: Callable[..., Outcome], project: Path, clients: str
    ) -> None:
        folder, script = project / "readonly", project / "script.mlsql"
        with mounted(folder, ["-o", "size=4m"]) as disk:
            (folder / "clients.csv").write_bytes((project / "clients.csv").read_bytes())
            disk.make_read_only()
            results = {}
            for name, text in {
                "query": "select 1 as x as u;",
                "load": f"{clients}select count(*) as n from t as u;",
                "save": "select 1 as x as u;\nsave u as parquet.`out`;",
                "train": "select id as a, id % 2 as y from range(90) as t;\n"
                "train t as LogisticRegression.`m` where labelCol='y';",
            }.items():
                script.write_text(text)
                results[name] = headrace("run", str(script), "--project", str(folder))

        assert {name: found.code for name, found in results.items()} == {
            "query": 0,
            "load": 1,
            "save": 1,
            "train": 1,
        }
        assert "cannot be written: Read-only file system" in results["load"].errors
        assert "cannot save to 'out'" in results["save"].errors
        assert "may not be written to" in results["save"].errors
        assert "model 'm' could not be stored" in results["train"].errors
        assert "Read-only file system" in results["train"].errors
        assert not any("Traceback" in found.errors for found in results.values())

    def test_a_workspace_folder_that_is_a_file_is_told(
        self, refused: Refused, project: Path, clients: str
    ) -> None:
        """What anyone can try without root: nothing can be made inside."""
        (project / ".headrace").write_text("not a folder")

        told = refused(clients + "select count(*) as n from t as u;")

        assert ".headrace" in told
        assert (project / ".headrace").read_text() == "not a folder"

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
    def test_a_folder_without_permission_is_told(
        self, refused: Refused, project: Path, clients: str
    ) -> None:
        (project / ".headrace").mkdir(mode=0o500)

        assert "Permission denied" in refused(clients + "select count(*) as n from t as u;")
