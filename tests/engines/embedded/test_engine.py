"""The engine as a process sees it: quiet, isolated, within its budget, gone when closed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from headrace.engines.embedded import EmbeddedEngine
from headrace.engines.sessions import ConnectTables

PROGRAM = """
from headrace.engines.embedded import EmbeddedEngine
from headrace.errors import RunError

with EmbeddedEngine({arguments}) as engine:
    tables = engine.session()
    print(tables.collect(tables.sql("select 1 as a")).to_pydict())
    try:
        tables.collect(tables.sql("select * from nowhere"))
    except RunError as error:
        print(error)
"""


def python(text: str, *, by_input: bool = False, **environment: str) -> tuple[str, str]:
    """Standard output and error of a program given on the command line or by standard input."""
    done = subprocess.run(
        [sys.executable, "-"] if by_input else [sys.executable, "-c", text],
        input=text if by_input else None,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **environment},
    )
    return done.stdout, done.stderr


class TestTerminal:
    @pytest.mark.parametrize("by_input", [False, True])
    def test_nothing_but_the_programs_own_words_is_printed(self, by_input: bool) -> None:
        out, err = python(PROGRAM.format(arguments=""), by_input=by_input)

        assert out == "{'a': [1]}\nunknown table 'nowhere'\n"
        assert err == ""

    def test_verbose_shows_the_engines_log(self) -> None:
        _, err = python(PROGRAM.format(arguments="verbose=True"))

        assert "Starting the Spark Connect server" in err

    def test_a_proxy_of_the_environment_is_not_asked(self) -> None:
        proxy = "http://127.0.0.1:9"

        out, _ = python(PROGRAM.format(arguments=""), http_proxy=proxy, grpc_proxy=proxy)

        assert "{'a': [1]}" in out

    def test_a_broken_spark_home_is_not_looked_at(self) -> None:
        out, err = python(
            PROGRAM.format(arguments=""), SPARK_HOME="/nowhere", SPARK_REMOTE="sc://x"
        )

        assert ("{'a': [1]}" in out, err) == (True, "")


class TestEnvironment:
    def test_starting_leaves_no_variables_behind(self) -> None:
        before = dict(os.environ)

        EmbeddedEngine().close()

        ours = {k for k in os.environ if k.startswith(("SAIL_", "TOKIO_", "RUST_"))}
        assert ours == {k for k in before if k.startswith(("SAIL_", "TOKIO_", "RUST_"))}


class TestSessions:
    def test_settings_are_isolated(self, engine: EmbeddedEngine, tables: ConnectTables) -> None:
        other = engine.session()
        other.set_conf("spark.sql.session.timeZone", "Asia/Shanghai")

        zones = [
            s.collect(s.sql("select current_timezone() as z"))["z"][0].as_py()
            for s in (tables, other)
        ]
        other.close()

        assert zones == ["UTC", "Asia/Shanghai"]

    def test_functions_are_isolated(self, engine: EmbeddedEngine, tables: ConnectTables) -> None:
        other = engine.session()
        other.register_function("mine", lambda ids: ids, ["bigint"], "bigint")

        with pytest.raises(Exception, match="no function 'mine'"):
            tables.collect(tables.sql("select mine(id) from range(1)"))
        other.close()


class TestClose:
    def test_it_removes_what_was_staged(self, tmp_path: Path) -> None:
        with EmbeddedEngine(scratch=tmp_path) as engine:
            session = engine.session()
            session.stage(session.sql("select id from range(10)"), "t")
            assert list(tmp_path.rglob("*.parquet"))

        assert list(tmp_path.iterdir()) == []

    def test_it_may_be_closed_twice(self) -> None:
        engine = EmbeddedEngine()
        engine.session()

        engine.close()
        engine.close()


def test_a_large_sort_spills_within_a_small_budget(tmp_path: Path) -> None:
    with EmbeddedEngine(memory_bytes=256 << 20, scratch=tmp_path) as small:
        session = small.session()
        frame = session.sql(
            "select id, xxhash64(id) as h, repeat('x', 90) as s from range(1500000) order by h"
        )

        rows = sum(batch.num_rows for batch in session.batches(frame))

    assert rows == 1_500_000
