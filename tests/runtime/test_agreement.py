"""A check and a run of the same script agree: small programs, made at random.

Where a script hangs on data a check can only be lenient: of a table that arms of a branch define
differently it knows nothing more.
"""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headrace.app import Workspace
from headrace.errors import HeadraceError
from headrace.graph.span import Source
from tests.sessions import Open

NAMES = st.sampled_from(["t", "u", "v"])
COLUMNS = st.sampled_from(["a", "b"])


@st.composite
def selects(draw: st.DrawFn) -> str:
    table, result = draw(NAMES), draw(NAMES)
    column, made = draw(COLUMNS), draw(COLUMNS)
    return draw(
        st.sampled_from([
            f"select 1 as {made} as {result};",
            f"select '${{n}}' as {made} as {result};",
            f"select {column} as {made} from {table} as {result};",
            f"select *, 2 as c from (select {column} from {table}) limit 1 as {result};",
            f"select l.{column} from {table} l join {table} r on l.{column} = r.{column} as {result};",
            f"!desc {table};",
            f"!cache {table};",
            f"!lastCommand named {result};",
        ])
    )  # fmt: skip


@st.composite
def sets(draw: st.DrawFn) -> str:
    table, column = draw(NAMES), draw(COLUMNS)
    name = draw(st.sampled_from(["n", "m"]))
    return draw(
        st.sampled_from([
            f'set {name} = "{draw(st.integers(0, 2))}";',
            f'set {name} = "select max({column}) from {table}" where type="sql";',
            f'set {name} = "${{n}}";',
        ])
    )  # fmt: skip


def blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Statements in a row, in branches and in loops."""
    body = st.lists(inner, min_size=1, max_size=3).map("".join)
    condition = st.sampled_from([":n == 1", ":n > 0 and :m < 2", "1 > 2", "length(:n) == 1"])
    branch = st.builds("!if ''' {} '''; {} !else; {} !fi;".format, condition, body, body)
    listed = st.builds("!for k in [1, 2]; {} !done;".format, body)
    queried = st.builds("!for k in '''select {} from {}'''; {} !done;".format, COLUMNS, NAMES, body)
    return st.one_of(branch, listed, queried)


STATEMENTS = st.recursive(st.one_of(selects(), sets()), blocks, max_leaves=8)
SCRIPTS = st.lists(STATEMENTS, min_size=1, max_size=5).map(
    lambda parts: 'set n = "1"; set m = "1"; select 1 as a, 2 as b as t;\n' + "\n".join(parts)
)


def outcome(workspace: Workspace, source: Source) -> HeadraceError | None:
    session = workspace.session()
    try:
        session.run(source)
    except HeadraceError as error:
        return error
    finally:
        session.close()
    return None


def hangs_on_data(script: str) -> bool:
    return "type=" in script or "'''select" in script or "length" in script


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(script=SCRIPTS)
def test_what_the_check_says_is_what_the_run_finds(
    script: str, tmp_path: Path, open_workspace: Open
) -> None:
    workspace = open_workspace(tmp_path)
    source = Source("test.mlsql", script)

    errors = workspace.check(source).errors
    failure = outcome(workspace, source)

    if not hangs_on_data(script):
        assert bool(errors) == (failure is not None), (errors, failure)
    elif failure is not None:
        assert failure.span is not None
        assert failure.problems[0].code != "internal"
