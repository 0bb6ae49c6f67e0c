"""The same script on the same data gives the same, however and however often it is asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from headrace.app import Workspace
from headrace.graph.span import Source
from headrace.runtime.session import Session
from headrace.samples.credit import write_credit_clients

ALGORITHMS = ("LogisticRegression", "RandomForest", "GBTClassifier")
SCRIPT = """
load csv.`clients.csv` where header="true" and inferSchema="true" as raw;
select ID as client, LIMIT_BAL as credit_limit, if(SEX = 1, 'male', 'female') as sex, AGE as age,
  PAY_0 as delay, BILL_AMT1 as bill, nullif(PAY_AMT1, 0) as paid,
  `default.payment.next.month` as defaulted
from raw as clients;
!split clients by defaulted with "0.8,0.2" named train,test seed 7;
"""
TRAINING = """
train train as ALGORITHM.`model` where labelCol="defaulted" and ignoreCols="client";
predict test as ALGORITHM.`model` as predicted;
register ALGORITHM.`model` as risk;
select *, risk(*) as by_function from test as called;
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write_credit_clients(tmp_path / "clients.csv", rows=1_500)
    return tmp_path


def by_client(table: pa.Table) -> pa.Table:
    """In one order: engines give rows in any."""
    return table.sort_by("client").combine_chunks()


def bytes_of(table: pa.Table) -> bytes:
    """A table's values as bytes, so that even the last digit counts."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def predictions(project: Path, algorithm: str) -> tuple[bytes, dict[str, Any]]:
    """Predictions and the model's record of a run of its own: engine, session and worker."""
    text = SCRIPT + TRAINING.replace("ALGORITHM", algorithm)
    with Workspace(project) as workspace, workspace.run(Source("script", text)) as result:
        found = bytes_of(by_client(result.table("predicted")))
        directory = max(
            (project / ".headrace" / "models").glob("model@*"), key=lambda path: path.name
        )
        record = json.loads((directory / "model.json").read_text(encoding="utf-8"))
    return found, record


@pytest.mark.parametrize("algorithm", ALGORITHMS)
class TestTwoRuns:
    def test_give_the_same_predictions_to_the_last_bit_and_an_equal_model(
        self, project: Path, algorithm: str
    ) -> None:
        first, first_record = predictions(project, algorithm)
        second, second_record = predictions(project, algorithm)

        assert first == second
        assert first_record["metrics"] == second_record["metrics"]
        assert first_record["parameters"] == second_record["parameters"]
        assert first_record["signature"] == second_record["signature"]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
class TestOneModel:
    def test_answers_alike_in_batches_as_a_function_and_row_by_row(
        self, project: Path, algorithm: str
    ) -> None:
        text = SCRIPT + TRAINING.replace("ALGORITHM", algorithm)
        with Workspace(project) as workspace, workspace.run(Source("script", text)) as result:
            batch = by_client(result.table("predicted"))
            function = by_client(result.table("called"))
            single = row_by_row(result.session, batch["client"].to_pylist()[:20])

        probabilities = batch["probability"].to_pylist()
        assert function["by_function"].to_pylist() == probabilities
        # a product of one row is summed in another order than one of many: the last digit may differ
        assert np.allclose(single, probabilities[:20], rtol=1e-14, atol=0)
        assert batch["prediction"].to_pylist() == [int(p[1] > p[0]) for p in probabilities]


def row_by_row(session: Session, clients: list[int]) -> list[list[float]]:
    """The registered function on one row at a time."""
    answers = []
    for client in clients:
        text = f"select risk(*) as p from test where client = {client} as one;"
        (row,) = session.run(Source("row", text)).table("one").to_pylist()
        answers.append(row["p"])
    return answers
