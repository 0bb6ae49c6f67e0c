"""A Spark Connect session as the house's ``Tables``: the same code for every engine."""

from __future__ import annotations

import contextlib
import shutil
import threading
import uuid
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.errors import PySparkException
from pyspark.util import PythonEvalType

from headrace.engines.connect import UserDefinedFunction
from headrace.engines.facts import parquet_facts
from headrace.engines.faults import translate
from headrace.engines.functions import InProcessFunction, hold, release
from headrace.engines.types import (
    arrow_to_struct,
    ddl_to_type,
    schema_to_struct,
    spark_table,
    struct_to_arrow,
    struct_to_schema,
)
from headrace.errors import Cancelled
from headrace.graph.facts import Facts
from headrace.graph.schema import Schema
from headrace.graph.step import Json

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from headrace.engines.connect import DataFrame as ConnectFrame
    from headrace.engines.connect import SparkSession

CANCEL_SECONDS = 1.0
"""How long ``cancel`` goes on interrupting work that had not yet reached the engine."""


Lowering = Callable[[str, Callable[[str], Schema]], str]
"""Gives a text as an engine takes it, asking for the columns of queries where it must."""


class ConnectTables:
    """``graph.Tables`` over one Spark Connect session.

    Parameters
    ----------
    session : a connected session that is ours alone
    engine : ``embedded`` or ``spark``
    scratch : a directory of this session's own for staged tables; removed by ``close``
    lower : rewrites SQL text for what this engine lacks; it may ask for a query's columns
    settings : the engine's settings for this session, beside a time zone of UTC
    """

    def __init__(
        self,
        session: SparkSession,
        engine: str,
        scratch: Path,
        lower: Lowering | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self._session = session
        self._engine = engine
        self._scratch = scratch
        self._lower = lower
        self._functions: list[InProcessFunction] = []
        self._staged: dict[str, Facts] = {}
        self._calls = _Calls()
        for key, value in {"spark.sql.session.timeZone": "UTC", **(settings or {})}.items():
            self.set_conf(key, value)

    @property
    def engine(self) -> str:
        return self._engine

    @property
    def spark(self) -> SparkSession:
        """The session itself, for operators that use the DataFrame interface."""
        return self._session

    def sql(self, text: str) -> DataFrame:
        lowered = self._lowered(text)
        with self._call():
            return self._session.sql(lowered)

    def table(self, view: str) -> DataFrame:
        with self._call():
            return self._session.table(_quoted(view))

    def from_arrow(self, table: pa.Table) -> DataFrame:
        local = spark_table(table)
        struct = arrow_to_struct(local.schema)  # given, or timestamps without zone get one
        with self._call():
            return self._session.createDataFrame(local if local.num_rows else [], struct)

    def from_rows(self, rows: Sequence[Mapping[str, Json]], schema: Schema) -> DataFrame:
        struct = schema_to_struct(schema)
        if not rows:  # an array of Arrow's, even an empty one, would load pandas
            with self._call():
                return self._session.createDataFrame([], struct)
        return self.from_arrow(pa.Table.from_pylist(list(rows), schema=struct_to_arrow(struct)))

    def read_parquet(self, paths: Sequence[str]) -> DataFrame:
        with self._call():
            return self._session.read.parquet(*paths)

    def schema(self, frame: DataFrame) -> Schema:
        with self._call():
            return struct_to_schema(frame.schema)

    def plan_text(self, frame: DataFrame) -> str:
        """The engine's own plan of a frame, for people who tune it; nothing is run."""
        with self._call():
            return cast("ConnectFrame", frame)._explain_string(extended=False)

    def create_view(self, name: str, frame: DataFrame) -> None:
        with self._call():
            frame.createOrReplaceTempView(name)

    def drop_view(self, name: str) -> None:
        with self._call():
            self._session.catalog.dropTempView(name)

    def collect(self, frame: DataFrame, limit: int | None = None) -> pa.Table:
        with self._call():
            return (frame if limit is None else frame.limit(limit)).toArrow()

    def batches(self, frame: DataFrame) -> Generator[pa.RecordBatch, None, None]:
        client = self._session.client
        plan = cast("ConnectFrame", frame)._plan.to_proto(client)
        with self._call():
            # The public way to Arrow (``toArrow``) holds the whole table.
            for item in client.to_table_as_iterator(plan, {}):
                if isinstance(item, pa.Table):
                    yield from item.to_batches()

    def write_arrow(self, frame: DataFrame, path: Path) -> int:
        rows = 0
        stream = self.batches(frame)
        first = next(stream, None)
        schema = self._arrow_schema(frame) if first is None else first.schema
        with contextlib.closing(stream), pa.ipc.new_file(path, schema) as file:
            while first is not None:
                file.write_batch(first)
                rows += first.num_rows
                first = next(stream, None)
        return rows

    def stage(self, frame: DataFrame, name: str) -> DataFrame:
        folder = self._scratch / f"{name}-{uuid.uuid4().hex[:8]}"
        with self._call():
            frame.write.option("compression", "snappy").parquet(str(folder))
        if not folder.exists():  # an engine may write nothing for no rows
            self._write_empty(frame, folder)
        self._staged[name] = parquet_facts(folder)
        return self.read_parquet([str(folder)])

    def staged_facts(self, name: str) -> Facts | None:
        """The measured size of a table that ``stage`` wrote; None where it wrote none."""
        return self._staged.get(name)

    def command(self, sql: str) -> None:
        lowered = self._lowered(sql)
        with self._call():
            self._session.sql(lowered)

    def register_function(
        self,
        name: str,
        function: Callable[..., pa.Array],
        argument_types: Sequence[str],
        return_type: str,
    ) -> None:
        held = hold(function)
        udf = UserDefinedFunction(
            held, ddl_to_type(return_type), name, PythonEvalType.SQL_SCALAR_ARROW_UDF
        )
        with self._call():
            self._session.udf.register(name, udf)
        # A function of the same name that was registered before stays: lazy tables call it.
        self._functions.append(held)

    def set_conf(self, key: str, value: str) -> None:
        with self._call():
            self._session.conf.set(key, value)

    def cancel(self) -> None:
        self._calls.cancel(self._interrupt)

    def close(self) -> None:
        self._session.stop()
        for held in self._functions:
            release(held)
        self._functions.clear()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def _lowered(self, text: str) -> str:
        return text if self._lower is None else self._lower(text, self._columns_of)

    def _columns_of(self, query: str) -> Schema:
        return self.schema(self.sql(query))

    def _interrupt(self) -> None:
        with contextlib.suppress(PySparkException):  # nothing runs any more, or nobody answers
            self._session.interruptAll()

    @contextlib.contextmanager
    def _call(self) -> Iterator[None]:
        """Work in the engine: its errors become ours, and ``cancel`` reaches it."""
        call = self._calls.begin()
        try:
            yield
        except (PySparkException, ValueError) as error:  # pyarrow's errors are ValueErrors
            raise translate(error, cancelled=call.cancelled) from error
        except KeyboardInterrupt:
            self._interrupt()
            raise
        finally:
            self._calls.end(call)
        if call.cancelled:
            raise Cancelled("the query was cancelled")

    def _arrow_schema(self, frame: DataFrame) -> pa.Schema:
        return struct_to_arrow(schema_to_struct(self.schema(frame)))

    def _write_empty(self, frame: DataFrame, folder: Path) -> None:
        folder.mkdir(parents=True)
        pq.write_table(self._arrow_schema(frame).empty_table(), folder / "empty.parquet")


class _Call:
    """One stretch of work in the engine, by the thread that waits for it."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.cancelled = False


class _Calls:
    """The calls that run now, so that ``cancel`` knows whom it stops."""

    def __init__(self) -> None:
        self._running: list[_Call] = []
        self._changed = threading.Condition()

    def begin(self) -> _Call:
        call = _Call()
        with self._changed:
            self._running.append(call)
        return call

    def end(self, call: _Call) -> None:
        with self._changed:
            self._running.remove(call)
            self._changed.notify_all()

    def cancel(self, interrupt: Callable[[], None]) -> None:
        """Mark what runs, and interrupt until it has ended.

        A call that is marked may not have reached the engine yet, so one interruption could
        miss it. The thread that waits for a call (a signal handler runs there) cannot wait.
        """
        with self._changed:
            marked = list(self._running)
            for call in marked:
                call.cancelled = True
        interrupt()
        if any(call.thread == threading.get_ident() for call in marked):
            return
        for _ in range(int(CANCEL_SECONDS / 0.05)):
            with self._changed:
                if self._changed.wait_for(lambda: not set(marked) & set(self._running), 0.05):
                    return
            interrupt()


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
