"""Names of models and what may follow an ``@``."""

from __future__ import annotations

import pytest

from headrace.errors import ModelError
from headrace.models.names import Reference, parse_reference, valid_name


class TestReferences:
    @pytest.mark.parametrize(
        ("text", "reference"),
        [
            ("churn", Reference("churn")),
            ("churn@3", Reference("churn", version=3)),
            ("churn@champion", Reference("churn", alias="champion")),
            ("/tmp/rf/", Reference("tmp/rf")),
            ("客户/流失-v2.1@冠军", Reference("客户/流失-v2.1", alias="冠军")),
        ],
    )
    def test_are_read(self, text: str, reference: Reference) -> None:
        assert parse_reference(text) == reference

    @pytest.mark.parametrize("text", ["churn@3", "a/b", "a@b"])
    def test_are_written_as_they_are_read(self, text: str) -> None:
        assert str(parse_reference(text)) == text

    @pytest.mark.parametrize("text", ["churn@", "churn@0", "churn@-1", "churn@a b", "churn@1@2"])
    def test_other_things_after_the_at_are_refused(self, text: str) -> None:
        with pytest.raises(ModelError, match="not a model reference"):
            parse_reference(text)


class TestNames:
    @pytest.mark.parametrize(
        "text", ["", "/", "..", "a/../b", "./a", "a//b", "a b", "a%b", "a\\b", "a\nb", "a:b"]
    )
    def test_that_could_lead_elsewhere_are_refused(self, text: str) -> None:
        with pytest.raises(ModelError, match="not a name for a model"):
            valid_name(text)

    def test_too_long_ones_are_refused(self) -> None:
        with pytest.raises(ModelError, match="longer than 200 bytes"):
            valid_name("模" * 67)

    def test_composed_and_decomposed_letters_are_the_same(self) -> None:
        assert valid_name("cafe\u0301") == valid_name("caf\u00e9")
