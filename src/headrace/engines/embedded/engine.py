"""Sail inside this process: its server on a loopback port, one session a run."""

from __future__ import annotations

import contextlib
import os
import signal
import tempfile
import threading
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

from pysail.spark import SparkConnectServer

from headrace.engines.connect import DefaultChannelBuilder, DefaultPolicy, SparkSession
from headrace.engines.embedded.rewrites import lower
from headrace.engines.memory import Budget, budget
from headrace.engines.sessions import ConnectTables
from headrace.errors import RunError

SESSION_TIMEOUT_SECONDS = 7 * 24 * 3600
"""Sail forgets an idle session; ours waits for fits and people, which may take days."""

STACK_BYTES = 256 * 2**20
"""Sail walks expressions by recursion, and its default stack of 8 MB ends the whole process at a
chain of 600 conditions. The memory is reserved, and taken only where it is used."""

_CHANNEL_OPTIONS = (
    # A proxy of the environment must not see what stays on this machine.
    ("grpc.enable_http_proxy", 0),
    # Bit 0 alone: accept no compressed answers. Sail gzips them where it may, at 40 MB/s.
    ("grpc.compression_enabled_algorithms_bitset", 1),
)

_starting = threading.Lock()


class EmbeddedEngine:
    """An SQL engine in this process, without Java.

    Parameters
    ----------
    memory_bytes : the run's whole budget, of which the engine's pool is a share; by default
        what the container or machine has
    verbose : let the engine's log reach standard error
    scratch : where sessions stage tables and the engine spills; by default the system's
        temporary directory

    Raises
    ------
    RunError : when the engine does not start
    """

    name = "embedded"

    def __init__(
        self,
        memory_bytes: int | None = None,
        verbose: bool = False,
        scratch: Path | None = None,
    ) -> None:
        self.budget: Budget = budget(memory_bytes)
        self._scratch = tempfile.TemporaryDirectory(prefix="headrace-engine-", dir=scratch)
        self._verbose = verbose
        self._sessions: list[ConnectTables] = []
        with _environment(_settings(self.budget, verbose, Path(self._scratch.name))):
            self._server = _started_server()

    @property
    def url(self) -> str:
        """Where the engine listens, such as ``sc://127.0.0.1:40351``."""
        host, port = self._server.listening_address
        return f"sc://{host}:{port}"

    def session(self) -> ConnectTables:
        """A session of its own: views, functions and settings are isolated from others'."""
        scratch = Path(tempfile.mkdtemp(prefix="session-", dir=self._scratch.name))
        if not self._verbose:
            warnings.filterwarnings("ignore", module=r"pyspark\.")
        # Tables that a script creates would otherwise stand in the current directory.
        settings = {"spark.sql.warehouse.dir": (scratch / "warehouse").as_uri()}
        tables = ConnectTables(_connected(self.url), self.name, scratch, lower, settings)
        self._sessions.append(tables)
        _keep_interrupts_ours()
        return tables

    def close(self) -> None:
        """End all sessions and the server, and remove what they staged."""
        for tables in self._sessions:
            tables.close()
        self._sessions.clear()
        if self._server.running:
            self._server.stop()
        self._scratch.cleanup()

    def __enter__(self) -> EmbeddedEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _keep_interrupts_ours() -> None:
    """Let SIGINT mean only what Python makes of it.

    Sail's server also listens for it and stops: a notebook's tables would be lost with the cell
    that its user interrupts. It listens once it has answered, and the handler installed last
    is the one that is called.
    """
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is threading.main_thread() and handler is not None:
        signal.signal(signal.SIGINT, handler)


def _settings(shares: Budget, verbose: bool, scratch: Path) -> Mapping[str, str]:
    """Sail reads its configuration from the environment, once, when a server starts.

    Its queries never yield inside a batch, and by default there is one worker thread a core, so
    that a large join would keep the request to cancel it waiting. More threads than the work's
    partitions (which stay one a core) answer it within milliseconds.
    """
    return {
        "RUST_LOG": os.environ.get("RUST_LOG", "info") if verbose else "off",
        "RUST_BACKTRACE": "0",
        "SAIL_RUNTIME__MEMORY_POOL__TYPE": "fair",
        "SAIL_RUNTIME__MEMORY_POOL__FAIR__MAX_SIZE": str(shares.engine),
        "SAIL_RUNTIME__STACK_SIZE": str(STACK_BYTES),
        "SAIL_RUNTIME__TEMPORARY_FILES__PATHS": f'["{scratch}"]',
        "SAIL_SPARK__SESSION_TIMEOUT_SECS": str(SESSION_TIMEOUT_SECONDS),
        "TOKIO_WORKER_THREADS": str(max(8, 4 * (os.cpu_count() or 1))),
    }


@contextlib.contextmanager
def _environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Environment variables for as long as a server starts; one starts at a time."""
    with _starting:
        before = {key: os.environ.get(key) for key in settings}
        os.environ.update(settings)
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # read when grpc is first imported
        try:
            yield
        finally:
            for key, value in before.items():
                if value is None:
                    del os.environ[key]
                else:
                    os.environ[key] = value


def _started_server() -> SparkConnectServer:
    server = SparkConnectServer("127.0.0.1", 0)
    try:
        server.start(background=True)
    except RuntimeError as error:
        raise RunError(f"the embedded engine did not start: {error}") from error
    return server


def _connected(url: str) -> SparkSession:
    channel = DefaultChannelBuilder(url, list(_CHANNEL_OPTIONS))
    session = SparkSession.builder.channelBuilder(channel).create()
    # pyspark waits minutes for a lost server; one in this process does not come back.
    session.client.set_retry_policies([DefaultPolicy(max_retries=3, max_backoff=100)])
    return session
