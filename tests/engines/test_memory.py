"""Memory is what the container gives, shared out to engine, training and the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from headrace.engines.memory import SMALLEST_POOL, available_memory, budget


class TestBudget:
    def test_the_engine_and_training_get_two_fifths_each(self) -> None:
        shares = budget(10_000_000_000)

        assert (shares.engine, shares.training, shares.rest) == (
            4_000_000_000,
            4_000_000_000,
            2_000_000_000,
        )

    def test_without_a_number_it_is_what_there_is(self) -> None:
        assert budget().total == available_memory()

    def test_the_engine_always_gets_enough_to_work(self) -> None:
        assert budget(1000).engine == SMALLEST_POOL


class TestAvailableMemory:
    @pytest.mark.parametrize("name", ["memory.max", "memory/memory.limit_in_bytes"])
    def test_a_containers_limit_counts(self, tmp_path: Path, name: str) -> None:
        (tmp_path / "memory").mkdir()
        (tmp_path / name).write_text("300000000\n")

        assert available_memory(tmp_path) == 300_000_000

    @pytest.mark.parametrize("text", ["max", "9223372036854771712", ""])
    def test_without_a_limit_it_is_the_machines(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "memory.max").write_text(text)

        assert available_memory(tmp_path) == available_memory(tmp_path / "absent")
        assert available_memory(tmp_path) > 1 << 28
