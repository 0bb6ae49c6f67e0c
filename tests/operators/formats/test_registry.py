"""Formats are found by name; unknown ones and later ones say so."""

from __future__ import annotations

import subprocess
import sys

import pytest

from headrace.errors import OptionError
from headrace.operators import formats


class TestFind:
    def test_case_and_underscores_do_not_count(self) -> None:
        assert formats.find("CSVSTR").name == "csvStr"
        assert formats.find("binary_file").name == "binaryFile"

    def test_an_unknown_format_names_the_nearest(self) -> None:
        with pytest.raises(OptionError) as caught:
            formats.find("parqet")

        assert caught.value.problems[0].code == "unknown-format"
        assert "did you mean 'parquet'?" in str(caught.value)

    @pytest.mark.parametrize("name", ["image", "kafka", "hive", "MONGO"])
    def test_a_later_format_is_known_and_not_available(self, name: str) -> None:
        with pytest.raises(OptionError, match="not available in this version") as caught:
            formats.read_options(name)

        assert caught.value.problems[0].code == "not-available"
        assert caught.value.hint

    def test_what_cannot_be_saved_says_what_can(self) -> None:
        with pytest.raises(OptionError, match="cannot be saved as 'csvStr'") as caught:
            formats.write_options("csvStr")

        assert "parquet" in str(caught.value.hint)


class TestNames:
    def test_every_format_of_the_language_is_there(self) -> None:
        wanted = "csv json parquet text delta libsvm excel orc binaryFile jsonStr csvStr script"

        assert set(wanted.split()) <= set(formats.names())

    def test_texts_of_variables_are_only_read(self) -> None:
        assert {"csvStr", "jsonStr", "script"}.isdisjoint(formats.writable_names())

    def test_declarations_load_no_heavy_library(self) -> None:
        code = (
            "import sys; from headrace.operators import formats; formats.names();"
            "print([m for m in ('pyarrow', 'pandas', 'deltalake') if m in sys.modules])"
        )

        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

        assert done.stdout.strip() == b"[]"
