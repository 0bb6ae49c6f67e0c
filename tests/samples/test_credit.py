"""The generated credit-card clients look like the public ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyarrow import csv

from headrace.samples.credit import LABEL, credit_clients, write_credit_clients


class TestCreditClients:
    def test_has_the_columns_of_the_public_table(self, shared_data: Path) -> None:
        with (shared_data / "credit" / "UCI_Credit_Card.csv").open() as file:
            public = file.readline().strip().split(",")

        assert credit_clients(10).column_names == [name.strip('"') for name in public]

    def test_about_22_percent_default(self) -> None:
        share = credit_clients()[LABEL].to_numpy().mean()

        assert share == pytest.approx(0.22, abs=0.015)

    def test_equal_seeds_give_equal_tables(self) -> None:
        assert credit_clients(500, seed=1).equals(credit_clients(500, seed=1))
        assert not credit_clients(500, seed=1).equals(credit_clients(500, seed=2))

    def test_delays_raise_the_risk(self) -> None:
        clients = credit_clients()
        late = clients["PAY_0"].to_numpy() >= 2
        label = clients[LABEL].to_numpy()

        assert label[late].mean() > 3 * label[~late].mean()

    def test_codes_stay_in_their_ranges(self) -> None:
        clients = credit_clients(5_000)

        assert set(np.unique(clients["SEX"])) == {1, 2}
        assert set(np.unique(clients["MARRIAGE"])) <= {0, 1, 2, 3}
        assert clients["AGE"].to_numpy().min() >= 21
        assert clients["PAY_0"].to_numpy().min() >= -2
        assert clients["LIMIT_BAL"].to_numpy().min() >= 10_000

    def test_a_table_without_rows_is_refused(self) -> None:
        with pytest.raises(ValueError, match="at least one row"):
            credit_clients(0)


class TestWriteCreditClients:
    def test_the_file_reads_back_as_the_table(self, tmp_path: Path) -> None:
        path = tmp_path / "clients.csv"

        write_credit_clients(path, rows=50)

        assert csv.read_csv(path).equals(credit_clients(50))
        assert list(tmp_path.iterdir()) == [path]
