"""Our reading of a CSV beside pyarrow's: one file of 1,000,000 rows and 10 columns to Parquet.

The peer reads the whole file into memory and writes it; ours does both in blocks, checks the
encoding and the quotes, and finds the types over all rows. Figures are of one run, alternating.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from benchmarks.results import Result, ratio
from headrace.engines.readers import InputFile, Reading, reader_of
from headrace.engines.readers.merging import write_parquet
from headrace.operators.formats.csv import CsvRead

ROWS = 1_000_000
BOUND = 1.5


def make_csv(path: Path, rows: int = ROWS) -> None:
    """Five columns of doubles, three of integers, one of quoted texts, one of booleans."""
    random = np.random.default_rng(0)
    columns: dict[str, object] = {f"double_{i}": random.normal(size=rows) for i in range(5)}
    columns |= {f"integer_{i}": random.integers(0, 10**6, rows) for i in range(3)}
    columns["text"] = np.char.add("name ", random.integers(0, 1000, rows).astype(str))
    columns["flag"] = random.random(rows) < 0.5
    pacsv.write_csv(pa.table(columns), path)


def ours(source: Path, target: Path) -> None:
    options = CsvRead(header=True, infer_schema=True)
    files = [InputFile.at(source)]
    write_parquet(files, reader_of("csv"), Reading(options), target, merge=False)


def peer(source: Path, target: Path) -> None:
    pq.write_table(pacsv.read_csv(source), target)


def run() -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "source.csv"), Path(folder, "target.parquet")
        make_csv(source)
        return [
            ratio(
                "csv to Parquet / pyarrow",
                lambda: ours(source, target),
                lambda: peer(source, target),
                BOUND,
            )
        ]
