"""Clients of a credit card, and whether they miss the next payment.

The columns are those of the public table "Default of Credit Card Clients" (Yeh and Lien, 2009,
UCI Machine Learning Repository); every row is drawn here. A hidden strain of each client moves
repayment delays, bills and payments over six months, and the delays, the use of the limit and
the payments decide the default, so that models find about as much as they find in the real one:
about 22 % defaults and an area under the ROC curve near 0.78.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

CLIENTS = 30_000
MONTHS = 6
DEFAULT_SEED = 2005
LABEL = "default.payment.next.month"

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def credit_clients(rows: int = CLIENTS, seed: int = DEFAULT_SEED) -> pa.Table:
    """A table of clients, one a row.

    Parameters
    ----------
    rows : number of clients, at least 1
    seed : equal seeds give equal tables

    Returns
    -------
    ``rows`` rows of 25 columns: ``ID``, ``LIMIT_BAL`` (New Taiwan dollars), ``SEX`` (1 male,
    2 female), ``EDUCATION`` (0-6), ``MARRIAGE`` (0-3), ``AGE`` (years), ``PAY_0`` and
    ``PAY_2`` … ``PAY_6`` (months of delay, newest first; -2 no use, -1 paid, 0 revolving),
    ``BILL_AMT1`` … ``BILL_AMT6``, ``PAY_AMT1`` … ``PAY_AMT6`` (dollars) and the label

    Raises
    ------
    ValueError : for fewer than one row
    """
    if rows < 1:
        raise ValueError("at least one row")
    random = np.random.default_rng(seed)
    age = np.clip(np.round(21 + random.gamma(2.6, 5.6, rows)), 21, 79).astype(np.int64)
    sex = random.choice([1, 2], rows, p=[0.4, 0.6])
    education = random.choice(range(7), rows, p=[0.0005, 0.353, 0.467, 0.164, 0.004, 0.0095, 0.002])
    marriage = np.where(random.random(rows) < _share_married(age), 1, 2)
    marriage[random.random(rows) < 0.012] = 3
    limit = _limits(random, age, education)
    strain = random.normal(0.45 - 0.42 * np.log(limit / 140_000), 1.0)
    use = _shares_used(random, strain)
    delays = _delays(random, strain, use)
    bills = np.round(limit[:, None] * use * (1 + 0.02 * random.normal(size=(rows, MONTHS))))
    payments = _payments(random, bills, delays)
    label = random.random(rows) < _risk(random, delays, use, payments, bills, limit, sex, age)
    names = ["PAY_0", *(f"PAY_{month}" for month in range(2, MONTHS + 1))]
    columns: dict[str, Integers] = {
        "ID": np.arange(1, rows + 1),
        "LIMIT_BAL": limit,
        "SEX": sex,
        "EDUCATION": education,
        "MARRIAGE": marriage,
        "AGE": age,
        **{name: delays[:, month] for month, name in enumerate(names)},
        **{f"BILL_AMT{month + 1}": bills[:, month].astype(np.int64) for month in range(MONTHS)},
        **{f"PAY_AMT{month + 1}": payments[:, month] for month in range(MONTHS)},
        LABEL: label.astype(np.int64),
    }
    return pa.table(columns)


def write_credit_clients(path: Path, rows: int = CLIENTS, seed: int = DEFAULT_SEED) -> None:
    """``credit_clients`` as a CSV file with a header; seen whole or not at all."""
    beside = path.with_name(f".{path.name}.part")
    csv.write_csv(credit_clients(rows, seed), beside, csv.WriteOptions(quoting_style="needed"))
    beside.replace(path)


def _share_married(age: Integers) -> Floats:
    return np.clip(0.1 + 0.022 * (age - 22), 0.08, 0.75)


def _limits(random: np.random.Generator, age: Integers, education: Integers) -> Integers:
    """Limits in steps of 10,000: higher with age and schooling."""
    schooling = np.array([0.3, 0.35, 0.0, -0.18, 0.35, 0.1, 0.0])[education]
    centre = np.log(120_000) + schooling + 0.012 * (np.minimum(age, 50) - 30)
    drawn = np.exp(random.normal(centre, 0.75))
    limits: Integers = (np.clip(np.round(drawn / 10_000), 1, 80) * 10_000).astype(np.int64)
    return limits


def _shares_used(random: np.random.Generator, strain: Floats) -> Floats:
    """Share of the limit that each month's bill takes, newest month first."""
    rows = len(strain)
    level = 1 / (1 + np.exp(-(1.1 * strain - 1.2 + random.normal(0, 1.1, rows))))
    level[random.random(rows) < 0.1] *= 0.02  # cards that lie in a drawer
    drift = np.cumsum(random.normal(0, 0.06, (rows, MONTHS)), axis=1)
    return np.clip(
        level[:, None] * (1.02 - 0.03 * np.arange(MONTHS)) + drift * level[:, None], -0.02, 1.25
    )


def _delays(random: np.random.Generator, strain: Floats, use: Floats) -> Integers:
    """Months of delay: a month behind makes the next one likelier; the oldest comes first."""
    rows = len(strain)
    delays = np.zeros((rows, MONTHS), np.int64)
    behind = np.zeros(rows)
    for month in reversed(range(MONTHS)):
        pressure = 0.8 * strain + 1.15 * np.minimum(behind, 2) - 2.95
        late = random.random(rows) < 1 / (1 + np.exp(-pressure))
        behind = np.where(late, np.where(behind > 0, behind + (random.random(rows) < 0.12), 2), 0)
        first = late & (behind == 2) & (random.random(rows) < 0.5)
        unused = use[:, month] < 0.03
        settled = np.where(
            unused, -2, np.where(random.random(rows) < 0.55 - 0.9 * use[:, month], -1, 0)
        )
        delays[:, month] = np.where(late, np.where(first, 1, np.minimum(behind, 8)), settled)
    return delays


def _payments(random: np.random.Generator, bills: Floats, delays: Integers) -> Integers:
    """What is paid each month: all of the bill, a small part, or nothing when behind."""
    share = np.where(delays == -1, 1.0, np.clip(random.lognormal(-2.9, 0.8, bills.shape), 0, 1))
    share = np.where((delays > 0) & (random.random(bills.shape) < 0.55), 0.0, share)
    return np.maximum(0, np.round(bills * share)).astype(np.int64)


def _risk(
    random: np.random.Generator,
    delays: Integers,
    use: Floats,
    payments: Integers,
    bills: Floats,
    limit: Integers,
    sex: Integers,
    age: Integers,
) -> Floats:
    """Chance of default: delays first, with thresholds that a straight line does not follow."""
    newest = delays[:, 0]
    months_behind = (delays > 0).sum(axis=1)
    paid = payments[:, :3].sum(axis=1) / np.maximum(1_000, np.abs(bills[:, :3]).sum(axis=1))
    score = (
        -2.1
        + 2.1 * (newest >= 2)
        + 1.0 * (newest == 1)
        + 0.4 * months_behind
        + 0.8 * ((delays[:, 1] >= 2) & (newest < 1))
        - 2.0 * np.minimum(paid, 0.5)
        + 0.9 * ((use[:, 0] > 0.8) & (newest >= 0))
        - 0.35 * np.log(limit / 140_000)
        + 0.12 * (sex == 1)
        + 0.022 * np.abs(age - 38)
        + 0.25 * ((newest == -2) & (limit < 60_000))
        + random.normal(0, 0.2, len(newest))
    )
    risk: Floats = 1 / (1 + np.exp(-score))
    return risk
