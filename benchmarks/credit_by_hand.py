"""examples/credit written by hand: Sail for the SQL, scikit-learn for the models.

Run as ``python credit_by_hand.py CLIENTS.csv OUTPUT``.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

os.environ["RUST_LOG"] = "off"

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import skops.io
from pysail.spark import SparkConnectServer
from pyspark.sql import SparkSession
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    average_precision_score,
    brier_score_loss,
    confusion_matrix,
    f1_score,
    log_loss,
    precision_recall_curve,
    precision_score,
    recall_score,
    roc_auc_score,
    roc_curve,
)
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

CLEANING = """
select ID as client, LIMIT_BAL as credit_limit,
  case SEX when 1 then 'male' else 'female' end as sex,
  case EDUCATION when 1 then 'graduate' when 2 then 'university' when 3 then 'school'
    else 'other' end as education,
  case MARRIAGE when 1 then 'married' when 2 then 'single' else 'other' end as marriage,
  AGE as age,
  PAY_0 as delay_1, PAY_2 as delay_2, PAY_3 as delay_3,
  PAY_4 as delay_4, PAY_5 as delay_5, PAY_6 as delay_6,
  BILL_AMT1 as bill_1, BILL_AMT2 as bill_2, BILL_AMT3 as bill_3,
  BILL_AMT4 as bill_4, BILL_AMT5 as bill_5, BILL_AMT6 as bill_6,
  PAY_AMT1 as paid_1, PAY_AMT2 as paid_2, PAY_AMT3 as paid_3,
  PAY_AMT4 as paid_4, PAY_AMT5 as paid_5, PAY_AMT6 as paid_6,
  BILL_AMT1 / LIMIT_BAL as limit_used,
  greatest(PAY_0, PAY_2, PAY_3, PAY_4, PAY_5, PAY_6) as longest_delay,
  `default.payment.next.month` as defaulted
from raw
"""
TEXTS = ["sex", "education", "marriage"]
LABEL = "defaulted"
THREADS = os.cpu_count()


def main(clients: str, output: str) -> None:
    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    host, port = server.listening_address
    spark = SparkSession.builder.remote(f"sc://{host}:{port}").create()
    spark.read.csv(clients, header=True, inferSchema=True).createOrReplaceTempView("raw")
    doubled = spark.sql("select ID from raw group by ID having count(*) > 1").limit(1).toArrow()
    assert doubled.num_rows == 0
    cleaned = spark.sql(CLEANING).toArrow()
    profile(cleaned)
    train, test = split(cleaned)
    scores = {}
    for name, model in models().items():
        model.fit(features(train), train[LABEL].to_numpy())
        Path(output).mkdir(exist_ok=True)
        skops.io.dump(model, Path(output, f"{name}.skops"))
        judge(train[LABEL].to_numpy(), model.predict_proba(features(train))[:, 1])
        probability = model.predict_proba(features(test))[:, 1]
        scores[name] = judge(test[LABEL].to_numpy(), probability)["auc"], model
    best = max(scores.values(), key=lambda scored: scored[0])[1]
    risk = np.round(best.predict_proba(features(cleaned))[:, 1], 4)
    kept = ["client", "credit_limit", LABEL]
    scored = cleaned.select(kept).append_column("risk", pa.array(risk))
    pq.write_table(scored, Path(output, "scored.parquet"))
    bands = pa.table({"band": pc.ceil(pc.multiply(scored["risk"], 10)), LABEL: scored[LABEL]})
    print(bands.group_by("band").aggregate([(LABEL, "count"), (LABEL, "mean")]).sort_by("band"))
    print({name: auc for name, (auc, _) in scores.items()})
    spark.stop()
    server.stop()


def profile(table: pa.Table) -> None:
    """Missing, distinct, quartiles and the frequent values of every column."""
    frame = table.to_pandas()
    print(frame.describe(include="all"), frame.isna().sum(), frame.nunique())
    for name in frame:
        print(frame[name].value_counts().head(5))


def split(table: pa.Table) -> tuple[pa.Table, pa.Table]:
    rows = np.arange(table.num_rows)
    train, test = train_test_split(
        rows, test_size=0.2, random_state=7, stratify=table[LABEL].to_numpy()
    )
    return table.take(np.sort(train)), table.take(np.sort(test))


def features(table: pa.Table) -> Any:
    return table.drop_columns(["client", LABEL]).to_pandas()


def models() -> dict[str, Any]:
    """The three pipelines, with the parameters that the script's models have."""
    onehot = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), TEXTS), remainder="passthrough"
    )
    ordinal = make_column_transformer(
        (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), TEXTS),
        remainder="passthrough",
    )
    boosting = HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.05, max_leaf_nodes=15, min_samples_leaf=50,
        l2_regularization=5, max_features=0.5, early_stopping=False, random_state=42,
        categorical_features=[0, 1, 2],
    )  # fmt: skip
    forest = RandomForestClassifier(100, min_samples_leaf=5, n_jobs=THREADS, random_state=42)
    return {
        "logistic": make_pipeline(onehot, StandardScaler(), LogisticRegression(max_iter=1000)),
        "forest": make_pipeline(ordinal, forest),
        "boosting": make_pipeline(ordinal, boosting),
    }


def judge(actual: np.ndarray, probability: np.ndarray) -> dict[str, float]:
    """The metrics and curves that the script's evaluators show."""
    predicted = probability > 0.5
    false_rate, true_rate, _ = roc_curve(actual, probability)
    precision_recall_curve(actual, probability)
    confusion_matrix(actual, predicted)
    return {
        "auc": roc_auc_score(actual, probability),
        "ks": float(np.max(true_rate - false_rate)),
        "pr_auc": average_precision_score(actual, probability),
        "brier": brier_score_loss(actual, probability),
        "accuracy": accuracy_score(actual, predicted),
        "precision": precision_score(actual, predicted),
        "recall": recall_score(actual, predicted),
        "f1": f1_score(actual, predicted),
        "log_loss": log_loss(actual, probability),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
