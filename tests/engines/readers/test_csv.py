"""CSV: types over the whole text, dirt by policy, errors with lines."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from headrace.errors import DataError
from tests.engines.readers.reading import Loaded, load_files, load_text


def load(text: str, folder: Path, **options: Any) -> Loaded:
    return load_text("csvStr", text, folder, **{"header": True, "inferSchema": True} | options)


def refused(text: str, folder: Path, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        load(text, folder, **options)
    return str(caught.value)


class TestTypes:
    @pytest.mark.parametrize(
        ("cells", "type_name"),
        [
            (["1", "-2"], "int64"),
            (["1", "2.5"], "double"),
            (["1", "1e3"], "double"),
            (["1.5", "NaN"], "double"),
            (["true", "False"], "bool"),
            (["0", "1"], "int64"),
            (["true", "1"], "string"),
            (["2024-05-01", "2024-05-02"], "date32[day]"),
            (["2024-05-01", "2024-05-01 10:00:00"], "timestamp[us, tz=UTC]"),
            (["2024-05-01 10:00:00.5", "2024-05-01 10:00:00"], "timestamp[us, tz=UTC]"),
            (["2024-05-01", "1"], "string"),
            (["10:20", "11:30"], "string"),
            (["12345678901234567890", "1"], "string"),
            (["x", "1"], "string"),
            (['""', '""'], "string"),
            (["9", ""], "int64"),
        ],
    )
    def test_the_narrowest_type_that_holds_all(
        self, cells: list[str], type_name: str, tmp_path: Path
    ) -> None:
        loaded = load("a,b\n" + "".join(f"{cell},0\n" for cell in cells), tmp_path)

        assert loaded.types["a"] == type_name

    def test_a_column_of_nothing_is_a_string(self, tmp_path: Path) -> None:
        loaded = load("a,b\n1,\n2,\n", tmp_path)

        assert loaded.types == {"a": "int64", "b": "string"}
        assert loaded.rows == [(1, None), (2, None)]

    def test_text_in_a_late_row_makes_the_column_text_as_it_was_written(
        self, tmp_path: Path
    ) -> None:
        text = "id,v\n" + "".join(f"{i},00{i}\n" for i in range(20_000)) + "20000,x\n"

        loaded = load(text, tmp_path, block_bytes=4096)

        assert loaded.types == {"id": "int64", "v": "string"}
        assert loaded.rows[7] == (7, "007")
        assert loaded.rows[-1] == (20_000, "x")

    @pytest.mark.parametrize("first", ["1", "2024-05-01", "true", "", "1.50"])
    def test_types_do_not_depend_on_where_blocks_end(self, first: str, tmp_path: Path) -> None:
        for late in ("2.25", "2024-05-01 10:00:00", "x", "7", "", "0x1F"):
            text = "a,b\n" + f"{first},0\n" * 100 + f"{late},0\n" + f"{first},0\n" * 100

            in_blocks = load(text, tmp_path, block_bytes=64)

            at_once = load(text, tmp_path)
            assert in_blocks.types == at_once.types, late
            assert in_blocks.rows == at_once.rows, late

    def test_without_inference_all_is_text(self, tmp_path: Path) -> None:
        loaded = load("a,b\n007,\n", tmp_path, inferSchema=False)

        assert loaded.types == {"a": "string", "b": "string"}
        assert loaded.rows == [("007", None)]

    def test_null_values(self, tmp_path: Path) -> None:
        loaded = load("a,b\nNA,-\n1,x\n", tmp_path, nullValue="NA,-")

        assert loaded.rows == [(None, None), (1, "x")]

    def test_an_empty_field_is_null_and_an_empty_quoted_one_is_not(self, tmp_path: Path) -> None:
        assert load('a,b\n,""\n', tmp_path, inferSchema=False).rows == [(None, "")]


class TestHeader:
    def test_without_one_columns_are_numbered(self, tmp_path: Path) -> None:
        loaded = load("1,x\n2,y\n", tmp_path, header=False)

        assert loaded.types == {"_c0": "int64", "_c1": "string"}
        assert loaded.warnings == []

    def test_a_header_read_as_a_row_is_suspected(self, tmp_path: Path) -> None:
        loaded = load("id,name\n2,y\n", tmp_path, header=False)

        assert "looks like a header" in loaded.warnings[0]

    def test_names_are_kept_as_they_are(self, tmp_path: Path) -> None:
        loaded = load('订单 号,a.b,"c,d",`e`\n1,2,3,4\n', tmp_path)

        assert list(loaded.types) == ["订单 号", "a.b", "c,d", "`e`"]

    def test_nameless_columns_are_named_by_position(self, tmp_path: Path) -> None:
        loaded = load("a,, \n1,2,3\n", tmp_path)

        assert list(loaded.types) == ["a", "_c1", "_c2"]
        assert "2 columns without a name" in loaded.warnings[0]

    def test_equal_names_are_refused(self, tmp_path: Path) -> None:
        message = refused("id,v,ID\n1,2,3\n", tmp_path)

        assert "two columns named 'id'" in message
        assert "renameDuplicates" in message

    def test_equal_names_may_get_their_position(self, tmp_path: Path) -> None:
        loaded = load("a,a,a1\n1,2,3\n", tmp_path, renameDuplicates=True)

        assert list(loaded.types) == ["a0", "a1_", "a1"]

    def test_a_header_alone_is_an_empty_table(self, tmp_path: Path) -> None:
        loaded = load("a,b\n", tmp_path)

        assert loaded.types == {"a": "string", "b": "string"}
        assert loaded.rows == []

    @pytest.mark.parametrize("text", ["", "\n\r\n"])
    def test_nothing_at_all_is_refused(self, text: str, tmp_path: Path) -> None:
        assert "is empty" in refused(text, tmp_path)


class TestDelimiter:
    @pytest.mark.parametrize(("other", "written"), [(";", ";"), ("\t", "\\t"), ("|", "|")])
    def test_a_wrong_one_is_found_out(self, other: str, written: str, tmp_path: Path) -> None:
        message = refused(f"id{other}name\n1{other}x\n", tmp_path)

        assert f"did you mean delimiter='{written}'?" in message

    def test_one_that_was_chosen_is_only_doubted(self, tmp_path: Path) -> None:
        loaded = load("id;name\n1;x\n", tmp_path, delimiter=",")

        assert list(loaded.types) == ["id;name"]
        assert "one column only" in loaded.warnings[0]

    def test_others(self, tmp_path: Path) -> None:
        assert load("a|b\n1|x,y\n", tmp_path, sep="|").rows == [(1, "x,y")]


class TestQuotes:
    def test_line_breaks_and_doubled_quotes(self, tmp_path: Path) -> None:
        loaded = load('a,b\n1,"x ""y""\nz"\n2,w\n', tmp_path)

        assert loaded.rows == [(1, 'x "y"\nz'), (2, "w")]

    @pytest.mark.parametrize("size", [8, 16, 32, 64])
    def test_blocks_never_end_inside_quotes(self, size: int, tmp_path: Path) -> None:
        text = "a,b\n" + '1,"x\ny, ""z""\n"\n2,5" pipe\n' * 20

        loaded = load(text, tmp_path, block_bytes=size)

        assert loaded.rows == [(1, 'x\ny, "z"\n'), (2, '5" pipe')] * 20

    def test_one_left_open_is_named_by_its_line(self, tmp_path: Path) -> None:
        message = refused('a,b\n1,x\n2,"y\n3,z\n', tmp_path)

        assert "line 3: a quoted field begins and is never closed" in message

    def test_line_breaks_in_quotes_may_be_forbidden(self, tmp_path: Path) -> None:
        message = refused('a,b\n1,"x\ny"\n', tmp_path, multiLine=False)

        assert "line 2" in message
        assert "multiLine=true" in message

    def test_none_at_all(self, tmp_path: Path) -> None:
        assert load('a,b\n1,"x\n', tmp_path, quote="").rows == [(1, '"x')]

    def test_an_escape(self, tmp_path: Path) -> None:
        loaded = load('a,b\n1,"x \\"y\\", z"\n', tmp_path, escape="\\")

        assert loaded.rows == [(1, 'x "y", z')]

    def test_backslashes_are_kept_without_one(self, tmp_path: Path) -> None:
        assert load("a,b\n1,C:\\new\n", tmp_path).rows == [(1, "C:\\new")]


class TestBadRows:
    TEXT = 'a,b\n1,x\n2\n3,"y",z\n4,w\n'

    def test_fail_names_the_line_and_what_to_do(self, tmp_path: Path) -> None:
        message = refused(self.TEXT, tmp_path)

        assert "line 3: 1 fields instead of 2: 2" in message
        assert 'badRows="drop"' in message

    def test_lines_are_counted_over_blocks_quotes_and_comments(self, tmp_path: Path) -> None:
        text = "# note\na,b\n" + '1,"x\ny"\n' * 50 + "\n# again\n1,2,3\n"

        message = refused(text, tmp_path, comment="#", block_bytes=64)

        assert "line 105: 3 fields" in message

    def test_drop_counts(self, tmp_path: Path) -> None:
        loaded = load(self.TEXT, tmp_path, badRows="drop")

        assert loaded.rows == [(1, "x"), (4, "w")]
        assert loaded.warnings == ["'text': 2 bad rows left out"]

    def test_rows_are_counted_once_however_often_they_are_read(self, tmp_path: Path) -> None:
        text = "a,b\n" + "10:20,1\n3\n" * 40 + "x,y\n"

        loaded = load(text, tmp_path, badRows="drop", block_bytes=64)

        assert loaded.table.num_rows == 41
        assert loaded.warnings == ["'text': 40 bad rows left out"]

    def test_null_fills_up_and_cuts_off(self, tmp_path: Path) -> None:
        loaded = load(self.TEXT, tmp_path, badRows="null")

        assert loaded.rows == [(1, "x"), (2, None), (3, "y"), (4, "w")]
        assert loaded.warnings == [
            "'text': 1 bad row filled up with nulls",
            "'text': 1 bad row cut off",
        ]

    def test_bad_rows_only_leave_an_empty_table(self, tmp_path: Path) -> None:
        assert load("a,b\n1\n2\n", tmp_path, badRows="drop").rows == []

    def test_rows_are_cut_off_without_quotes_too(self, tmp_path: Path) -> None:
        assert load('a,b\n1,"x,3\n', tmp_path, badRows="null", quote="").rows == [(1, '"x')]

    def test_equal_bad_rows_and_look_alikes(self, tmp_path: Path) -> None:
        text = "a,b\n12,2\n2\n2\n2,22\n2\n"

        assert load(text, tmp_path, badRows="null").rows == [
            (12, 2), (2, None), (2, None), (2, 22), (2, None)
        ]  # fmt: skip


class TestLines:
    def test_first_and_last_lines_are_left_out(self, tmp_path: Path) -> None:
        text = "report\n\na,b\n1,2\n3,4\ntotal,6\nend"

        for size in (4, 16, 1 << 20):
            loaded = load(text, tmp_path, skipFirstNLines=2, skipLastNLines=2, block_bytes=size)

            assert loaded.rows == [(1, 2), (3, 4)], size

    def test_windows_and_old_mac_line_ends(self, tmp_path: Path) -> None:
        assert load("a,b\r\n1,2\r\n", tmp_path).rows == [(1, 2)]
        assert load("a,b\r1,2\r", tmp_path).rows == [(1, 2)]

    def test_a_long_line(self, tmp_path: Path) -> None:
        loaded = load(f"a,b\n1,{'x' * 10_000_000}\n2,y\n", tmp_path)

        assert [len(b) for _, b in loaded] == [10_000_000, 1]

    def test_a_line_of_very_many_fields_is_refused(self, tmp_path: Path) -> None:
        assert "1,000,001 fields" in refused("," * 1_000_000 + "\n", tmp_path)

    def test_nul_characters_are_kept(self, tmp_path: Path) -> None:
        assert load("a,b\n1,x\0y\n", tmp_path).rows == [(1, "x\0y")]


class TestEncoding:
    @pytest.mark.parametrize("encoding", ["gbk", "gb18030", "big5", "utf-16", "utf-8-sig"])
    @pytest.mark.parametrize("size", [7, 1 << 20])
    def test_any_by_its_name(self, encoding: str, size: int, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_bytes("名,值\n北京,1\n上海,2\n".encode(encoding))

        loaded = load_files(
            "csv", path, header=True, inferSchema=True, encoding=encoding, block_bytes=size
        )

        assert loaded.types == {"名": "string", "值": "int64"}
        assert loaded.rows == [("北京", 1), ("上海", 2)]

    def test_a_byte_order_mark_is_no_part_of_a_name(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_bytes(b"\xef\xbb\xbfid,v\n1,2\n")

        assert list(load_files("csv", path, header=True).types) == ["id", "v"]

    @pytest.mark.parametrize(("encoding", "hint"), [("gbk", "gbk"), ("utf-16", "utf-16")])
    def test_a_wrong_one_is_named_by_its_byte(
        self, encoding: str, hint: str, tmp_path: Path
    ) -> None:
        path = tmp_path / "a.csv"
        path.write_bytes("id,名\n1,北京\n".encode(encoding))

        with pytest.raises(DataError, match=r"byte \d+ cannot be decoded") as caught:
            load_files("csv", path, header=True)

        assert f'encoding="{hint}"' in str(caught.value)


class TestFiles:
    @pytest.mark.parametrize("size", [16, 1 << 20])
    def test_gzip_is_unpacked_on_the_way(self, size: int, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_bytes(gzip.compress(b"a,b\n1,2\n" + b"3,4\n" * 100))

        loaded = load_files("csv", path, header=True, inferSchema=True, block_bytes=size)

        assert loaded.rows == [(1, 2)] + [(3, 4)] * 100

    def test_cut_off_gzip_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv.gz"
        path.write_bytes(gzip.compress(bytes(range(256)) * 50)[:-40])

        with pytest.raises(DataError):
            load_files("csv", path, header=True, encoding="latin-1")

    def test_a_file_of_another_kind_is_found_out(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_bytes(b"PAR1\0\0\0\0PAR1")

        with pytest.raises(DataError, match="is a Parquet file, not text"):
            load_files("csv", path)

    def test_columns_of_several_files_go_by_name_and_types_join(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("id,v\n1,007\n")
        (tmp_path / "b.csv").write_text("v,id\nx,2.5\n")

        loaded = load_files(
            "csv", tmp_path / "a.csv", tmp_path / "b.csv", header=True, inferSchema=True
        )

        assert loaded.types == {"id": "double", "v": "string"}
        assert loaded.rows == [(1.0, "007"), (2.5, "x")]

    def test_other_columns_are_refused_unless_merged(self, tmp_path: Path) -> None:
        (tmp_path / "a.csv").write_text("id,v\n1,2\n")
        (tmp_path / "b.csv").write_text("id,w\n3,4\n")
        paths = (tmp_path / "a.csv", tmp_path / "b.csv")

        with pytest.raises(DataError, match=r"b\.csv' has a column 'w'") as caught:
            load_files("csv", *paths, header=True)

        assert "mergeSchema=true" in str(caught.value)
        merged = load_files("csv", *paths, header=True, inferSchema=True, mergeSchema=True)
        assert merged.rows == [(1, 2, None), (3, None, 4)]


class TestPublicData:
    def test_credit(self, shared_data: Path, tmp_path: Path) -> None:
        text = (shared_data / "credit" / "UCI_Credit_Card.csv").read_text()

        loaded = load(text, tmp_path)

        assert loaded.table.shape == (30_000, 25)
        assert set(loaded.types.values()) <= {"int64", "double"}

    def test_hotel_reviews_with_quotes(self, shared_data: Path, tmp_path: Path) -> None:
        text = (shared_data / "hotel" / "ChnSentiCorp_htl_all.csv").read_text()

        loaded = load(text, tmp_path, block_bytes=1 << 16)

        assert loaded.table.num_rows == 7_766
        assert loaded.types == {"label": "int64", "review": "string"}
        assert '"蔡陆线"' in loaded.rows[0][1]

    def test_ratings_with_nameless_columns(self, shared_data: Path, tmp_path: Path) -> None:
        text = (shared_data / "movielens" / "ratings.csv").read_text()

        loaded = load(text, tmp_path)

        assert loaded.table.num_rows == 100_004
        assert list(loaded.types)[3:] == ["timestamp", "_c4", "_c5", "_c6", "_c7"]
