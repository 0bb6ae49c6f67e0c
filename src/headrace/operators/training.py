"""``train t as ALGORITHM.`name```: fit a model, keep it, and say how good it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import BeforeValidator, field_validator

from headrace.algorithms.base import DEFAULT_SEED, Algorithm, Nothing
from headrace.algorithms.directions import DEFAULT_METRICS, HIGHER_IS_BETTER
from headrace.algorithms.feature_step import FeatureStep
from headrace.errors import FitError, HeadraceError, Problem, closest, suggest
from headrace.graph.ports import MODEL, TABLE, Port
from headrace.graph.schema import Column, Schema
from headrace.graph.signature import Signature, Task
from headrace.models.names import valid_name
from headrace.models.protocols import FitRequest, OpenModel
from headrace.operators import training_checks
from headrace.operators.base import Context, Inputs, Knowledge, Operator, Site, Value
from headrace.operators.options import Names, parameter
from headrace.operators.training_report import Fitted, best_of, report_of, result_table
from headrace.operators.training_rows import TrainingRows, lacking

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def _read_name(value: object) -> object:
    """A model's name without the slashes of MLSQL's paths; empty stays empty."""
    if not isinstance(value, str) or not value.strip("/"):
        return ""
    try:
        return valid_name(value)
    except HeadraceError as error:
        raise ValueError(error.message) from error


ModelName = Annotated[str, BeforeValidator(_read_name)]


class Train(Operator):
    """Fit one algorithm, once or once for each ``fitParam`` group.

    The concrete classes are made by ``train.train_class``, one an algorithm; they have the
    algorithm's parameters as further fields.
    """

    category: ClassVar[str] = "algorithm"
    verbs: ClassVar[tuple[str, ...]] = ("train", "run")
    algorithm_class: ClassVar[type[Algorithm]]

    path: ModelName = parameter(
        "", title="name that the model is kept under; empty: for this run only"
    )
    features_col: Names = parameter(
        (),
        "features",
        "inputCols",
        "inputCol",
        "xCols",
        title="columns to learn from; none: all but the label, the weight and exclude_cols",
    )
    exclude_cols: Names = parameter(
        (), "ignoreCols", title="columns not to learn from, such as identifiers"
    )
    weight_col: Annotated[str | None, Nothing] = parameter(
        None, "sampleWeightCol", title="column that says how much each row counts"
    )
    seed: int = parameter(
        DEFAULT_SEED, "randomSeed", "random_state", title="fixes every random choice", ge=0
    )
    threads: Annotated[int | None, Nothing] = parameter(
        None, "numThreads", "n_jobs", title="processor threads; none: all", ge=1
    )
    keep_version: bool = parameter(True, title="keep earlier versions of the model")
    evaluate_table: Annotated[str | None, Nothing] = parameter(
        None, title="table of other rows, on which fits are measured and compared"
    )
    metric: Annotated[str | None, Nothing] = parameter(
        None,
        "autoSelectByMetric",
        "evaluateMetric",
        title="what the best of several fitParam groups is chosen by",
    )
    fit_param: tuple[Algorithm, ...] = parameter(
        (), title="fitParam.N.k: parameters of several fits, of which the best is kept"
    )

    @field_validator("metric")
    @classmethod
    def _known_metric(cls, value: str | None) -> str | None:
        if value is None:
            return None
        found = next((m for m in HIGHER_IS_BETTER if m.casefold() == value.casefold()), None)
        if found is None:
            near = closest(value, HIGHER_IS_BETTER)
            question = f"did you mean '{near}'? " if near else ""
            raise ValueError(f"no such metric; {question}metrics: {', '.join(HIGHER_IS_BETTER)}")
        return found

    def inputs(self) -> tuple[Port, ...]:
        others = (Port("evaluate_table"),) if self.evaluate_table else ()
        return (Port("table"), *others)

    def outputs(self) -> tuple[Port, ...]:
        return (Port("table", TABLE), Port("model", MODEL))

    def algorithms(self) -> tuple[Algorithm, ...]:
        """The parameters of each fit."""
        return self.fit_param or (self.own_parameters(),)

    def own_parameters(self) -> Algorithm:
        """The algorithm's record out of this operator's own fields."""
        names = self.algorithm_class.model_fields
        return self.algorithm_class(**{name: getattr(self, name) for name in names})

    def wanted_label(self) -> str | None:
        """The label as the script names it; None for an algorithm without one."""
        return None

    @property
    def task(self) -> Task:
        return self.algorithm_class.task

    @property
    def takes_weights(self) -> bool:
        return self.algorithm_class.takes_weights

    def check(self, site: Site) -> Iterable[Problem]:
        schema = site.schema()
        if schema is None:
            return
        yield from training_checks.unknown_columns(self, site)
        yield from self._label_problems(schema, site)
        yield from training_checks.feature_problems(self, schema, site)
        yield from training_checks.weight_problems(self, schema, site)
        yield from training_checks.conflicts(self.algorithms(), site)
        yield from self._evaluation_problems(schema, site)
        if len(self.fit_param) > 1 and not self.evaluate_table:
            yield Problem(
                f"{len(self.fit_param)} fitParam groups are compared on the rows they learn from",
                site.place("fit_param"),
                "give evaluateTable a table of other rows: the training rows prefer what overfits",
                severity="warning",
                code="evaluation",
            )

    def _label_problems(self, schema: Schema, site: Site) -> Iterable[Problem]:
        return ()

    def _evaluation_problems(self, schema: Schema, site: Site) -> Iterable[Problem]:
        """Columns that fits read and the evaluation table lacks."""
        other = site.schema("evaluate_table") if self.evaluate_table else None
        if other is not None:
            place = site.place("evaluate_table")
            yield from lacking(self._columns(schema), other, place)

    def knowledge(self, site: Site) -> Mapping[str, Knowledge]:
        result = Schema.of(name="string", value="string")
        schema = site.schema()
        return {"table": result, "model": self._signature(schema) if schema else None}

    def _signature(self, schema: Schema) -> Signature:
        from headrace.models.signatures import make_signature

        features = Schema(tuple(self.features(schema)[0]))
        label = self.label_column(schema)
        algorithm = self.algorithms()[0]
        made = algorithm.outputs(features) if isinstance(algorithm, FeatureStep) else None
        return make_signature(self.task, features, label, None, algorithm.name, made)

    def label_column(self, schema: Schema) -> Column | None:
        """The label's column as the table spells it."""
        wanted = self.wanted_label()
        return schema.get(wanted) if wanted else None

    def features(self, schema: Schema) -> tuple[list[Column], list[Column]]:
        """The columns to learn from, and those among the named ones (or all) that cannot be."""
        if self.features_col:
            found = dict.fromkeys(map(schema.get, self.features_col))
            chosen = [column for column in found if column is not None]
        else:
            others = (self.wanted_label(), self.weight_col, *self.exclude_cols)
            chosen = list(schema.without(name for name in others if name))
        usable = [column for column in chosen if training_checks.is_feature(column.type)]
        return usable, [column for column in chosen if column not in usable]

    def _columns(self, schema: Schema) -> list[Column]:
        """All that a fit reads: features, then the label and the weight where there are such."""
        weight = schema.get(self.weight_col) if self.weight_col else None
        others = (self.label_column(schema), weight)
        return [*self.features(schema)[0], *(column for column in others if column is not None)]

    def run(self, inputs: Inputs, context: Context) -> Mapping[str, Value | DataFrame]:
        """Fit every group, keep the best model, and show how good it is."""
        work = context.scratch / f"train-{context.step_id}"
        work.mkdir(parents=True, exist_ok=True)
        request = self._request(inputs, context, work)
        fits = [self._fit(request, n, a, context) for n, a in enumerate(self.algorithms())]
        metric = self._metric(fits[0])
        best = best_of(fits, metric)
        model = self._keep(best, context)
        context.show(report_of(fits, best, metric, model.reference))
        result = result_table(fits, best, model.reference)
        return {"table": context.tables.from_arrow(result), "model": model}

    def _request(self, inputs: Inputs, context: Context, work: Path) -> FitRequest:
        """The request that all groups share, its tables written out."""
        schema = context.tables.schema(inputs.frame())
        label = self._label_at_run(schema)
        features, left_out = self.features(schema)
        self._require(features, schema)
        for column in left_out:
            context.warn(f"column '{column.name}' is left out: no model can use {column.type}")
        weight = schema.get(self.weight_col) if self.weight_col else None
        rows = TrainingRows(tuple(self._columns(schema)), self.seed)
        table = rows.write("table", inputs, context, work)
        evaluation = None
        if self.evaluate_table:
            evaluation = rows.write("evaluate_table", inputs, context, work)
        return FitRequest(
            algorithm=self.algorithm_class.name,
            parameters={},
            table=table,
            artifact=work,
            features=tuple(column.name for column in features),
            label=label.name if label else None,
            weight=weight.name if weight else None,
            seed=self.seed,
            threads=self.threads,
            evaluation_table=evaluation,
            script=context.script,
            named=bool(self.features_col),
        )

    def _label_at_run(self, schema: Schema) -> Column | None:
        label = self.label_column(schema)
        if label is None and self.wanted_label():
            raise FitError(
                f"{self.operator_name}: no label column '{self.wanted_label()}'",
                hint=suggest(self.wanted_label() or "", list(schema.names), "columns"),
            )
        return label

    def _require(self, features: list[Column], schema: Schema) -> None:
        """Refuse what the check could not see, because the columns were not known then."""
        named = (*self.features_col, *self.exclude_cols, self.weight_col or "")
        for name in named:
            if name and name not in schema:
                hint = suggest(name, list(schema.names), "columns")
                raise FitError(f"{self.operator_name}: there is no column '{name}'", hint=hint)
        if not features:
            raise FitError(
                f"{self.operator_name} has no column to learn from",
                hint=f"columns: {', '.join(schema.names) or 'none'}",
            )

    def _fit(
        self, shared: FitRequest, group: int, algorithm: Algorithm, context: Context
    ) -> Fitted:
        request = replace(
            shared,
            parameters=algorithm.model_dump(mode="json", exclude_defaults=True),
            artifact=shared.artifact / f"model-{group}",
            metadata={"group": group},
        )
        started = datetime.now(UTC)
        try:
            result = context.fits.fit(request)
        except FitError as error:
            if len(self.fit_param) > 1:
                raise FitError(f"fitParam.{group}: {error.message}", hint=error.hint) from error
            raise
        context.progress(result.rows, result.rows)
        return Fitted(group, algorithm, result, started, datetime.now(UTC))

    def _metric(self, fitted: Fitted) -> str:
        metric = self.metric or DEFAULT_METRICS.get(self.task, "")
        if metric and metric not in fitted.judged:
            raise FitError(
                f"the metric '{metric}' is not measured for {self.operator_name}",
                hint=suggest(metric, list(fitted.judged), "metrics"),
            )
        return metric

    def _keep(self, best: Fitted, context: Context) -> OpenModel:
        if not self.path:
            return context.models.open_artifact(best.result.artifact, context.step_id)
        return context.models.add(best.result.artifact, self.path, keep_versions=self.keep_version)


class SupervisedTrain(Train):
    """Fit an algorithm that learns to predict a label."""

    label_col: Annotated[str | None, Nothing] = parameter(
        None, "label", "yCol", "target", title="column to predict; none: the one called label"
    )

    def wanted_label(self) -> str | None:
        return self.label_col or "label"

    def _label_problems(self, schema: Schema, site: Site) -> Iterable[Problem]:
        return training_checks.label_problems(self, schema, site, self.label_col)
