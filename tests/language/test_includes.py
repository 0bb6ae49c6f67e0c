"""Includes: which text a path names, and what is refused."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headrace.errors import ScriptError
from headrace.graph.span import MappedText, Source, Span
from headrace.language.includes import (
    IncludeSettings,
    Libraries,
    fetch_library,
    resolve_include,
)
from headrace.language.libraries import git_clone

Write = Callable[[str, str], Path]


@pytest.fixture
def project(tmp_path: Path) -> IncludeSettings:
    root = tmp_path / "project"
    root.mkdir()
    return IncludeSettings(root, tmp_path / "libraries", allow_libraries=True, allow_http=True)


@pytest.fixture
def write(project: IncludeSettings) -> Write:
    def write_file(name: str, text: str) -> Path:
        file = project.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    return write_file


def mapped(text: str) -> MappedText:
    return MappedText.copy_of(Source("main.mlsql", text).whole)


def call_in(name: str, caller: Span | None = None) -> Span:
    return Source(name, "include project.`x`;", caller).span(0, 20)


MAIN = call_in("main.mlsql")


def error_of(run: Callable[[], object]) -> ScriptError:
    with pytest.raises(ScriptError) as caught:
        run()
    return caught.value


class TestFiles:
    @pytest.mark.parametrize("path", ["lib/a", "lib/a.mlsql", "./lib/a", "lib/../lib/a"])
    @pytest.mark.parametrize("kind", ["project", "local", "PROJECT"])
    def test_a_file_under_the_root(
        self, project: IncludeSettings, write: Write, kind: str, path: str
    ) -> None:
        write("lib/a.mlsql", "select 1 as a;")

        source = resolve_include(kind, mapped(path), MAIN, project)

        assert source == Source("lib/a.mlsql", "select 1 as a;", caller=MAIN)

    @pytest.mark.parametrize("ending", [".mlsql", ".byzer", ".sql"])
    def test_endings_may_be_left_out(
        self, project: IncludeSettings, write: Write, ending: str
    ) -> None:
        write(f"a{ending}", "x")

        assert resolve_include("project", mapped("a"), MAIN, project).name == f"a{ending}"

    def test_beside_the_including_file_comes_first(
        self, project: IncludeSettings, write: Write
    ) -> None:
        write("a.mlsql", "root")
        write("sub/a.mlsql", "beside")
        write("sub/b.mlsql", "include project.`a`;")

        assert (
            resolve_include("project", mapped("a"), call_in("sub/b.mlsql"), project).text
            == "beside"
        )

    def test_a_macro_counts_as_the_file_that_called_it(
        self, project: IncludeSettings, write: Write
    ) -> None:
        write("sub/a.mlsql", "beside")
        write("sub/b.mlsql", "!m;")
        call = call_in("!m", call_in("sub/b.mlsql"))

        assert resolve_include("project", mapped("a"), call, project).text == "beside"

    def test_a_byte_order_mark_is_dropped(self, project: IncludeSettings) -> None:
        (project.root / "a.sql").write_bytes(b"\xef\xbb\xbfselect 1")

        assert resolve_include("project", mapped("a"), MAIN, project).text == "select 1"

    def test_a_missing_file_lists_the_near_ones(
        self, project: IncludeSettings, write: Write
    ) -> None:
        write("features.mlsql", "")

        error = error_of(lambda: resolve_include("project", mapped("featuers"), MAIN, project))

        assert error.message == "there is no script 'featuers'"
        assert "did you mean 'features.mlsql'?" in (error.hint or "")
        assert isinstance(error.span, Span)
        assert error.span.text == "featuers"

    def test_no_text_is_an_error(self, project: IncludeSettings) -> None:
        (project.root / "a.sql").write_bytes(b"select '\xff'")

        error = error_of(lambda: resolve_include("project", mapped("a"), MAIN, project))

        assert error.message == "'a.sql' is not UTF-8: byte 9"

    def test_a_file_too_large_is_an_error(self, tmp_path: Path) -> None:
        (tmp_path / "a.sql").write_text("x" * 101)
        small = IncludeSettings(tmp_path, tmp_path, max_bytes=100)

        error = error_of(lambda: resolve_include("project", mapped("a"), MAIN, small))

        assert "larger than 100 bytes" in error.message

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(path=st.text(alphabet=st.sampled_from("a/.\0~ \\é*" + "n" * 3), max_size=400))
    def test_any_path_gives_a_script_error(self, project: IncludeSettings, path: str) -> None:
        assert error_of(lambda: resolve_include("local", mapped(path), MAIN, project)).span


class TestOutsideTheProject:
    @pytest.mark.parametrize("path", ["../secret", "lib/../../secret.sql", "{absolute}", "link"])
    def test_is_refused(self, project: IncludeSettings, path: str) -> None:
        secret = project.root.parent / "secret.sql"
        secret.write_text("select 1")
        (project.root / "lib").mkdir()
        (project.root / "link.sql").symlink_to(secret)
        given_path = path.format(absolute=secret)

        error = error_of(lambda: resolve_include("project", mapped(given_path), MAIN, project))

        assert "is outside the project" in error.message

    def test_can_be_allowed(self, tmp_path: Path) -> None:
        (tmp_path / "shared.sql").write_text("select 1")
        (tmp_path / "project").mkdir()
        allowed = IncludeSettings(tmp_path / "project", tmp_path, outside_root=True)

        source = resolve_include("project", mapped("../shared"), MAIN, allowed)

        assert source.text == "select 1"


class TestCycles:
    def test_a_cycle_is_an_error_with_the_chain(
        self, project: IncludeSettings, write: Write
    ) -> None:
        write("a.mlsql", "include project.`b`;")
        write("b.mlsql", "include project.`a`;")
        a = resolve_include("project", mapped("a"), MAIN, project)
        b = resolve_include("project", mapped("b"), a.whole, project)

        error = error_of(lambda: resolve_include("project", mapped("./a"), b.whole, project))

        assert "include 'a.mlsql' brings itself in: a.mlsql → b.mlsql → a.mlsql" in str(error)
        assert "called from a.mlsql:1:1\ncalled from main.mlsql:1:1" in str(error)

    def test_one_file_may_be_included_twice(self, project: IncludeSettings, write: Write) -> None:
        write("a.mlsql", "x")

        first = resolve_include("project", mapped("a"), MAIN, project)
        second = resolve_include("project", mapped("a"), MAIN, project)

        assert first == second

    def test_includes_too_deep_are_an_error(self, project: IncludeSettings, write: Write) -> None:
        call = MAIN
        for depth in range(50):
            write(f"a{depth}.sql", "x")
            call = resolve_include("project", mapped(f"a{depth}"), call, project).whole
        write("last.sql", "x")

        error = error_of(lambda: resolve_include("project", mapped("last"), call, project))

        assert "calls stand more than 50 deep" in error.message


class TestKinds:
    def test_hdfs_is_not_available(self, project: IncludeSettings) -> None:
        error = error_of(lambda: resolve_include("hdfs", mapped("/a"), MAIN, project))

        assert "not available in this version" in error.message

    def test_an_unknown_kind_lists_the_kinds(self, project: IncludeSettings) -> None:
        error = error_of(lambda: resolve_include("projct", mapped("a"), MAIN, project))

        assert error.message == "there is no include kind 'projct'"
        assert "did you mean 'project'?" in (error.hint or "")


class TestHttp:
    @pytest.fixture
    def address(self) -> Iterator[str]:
        class Scripts(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = self.path == "/a.sql"
                self.send_response(200 if found else 404)
                self.end_headers()
                self.wfile.write(b"select 1" if found else b"")

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        with HTTPServer(("127.0.0.1", 0), Scripts) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}"
            server.shutdown()

    def test_a_page_is_a_script(self, project: IncludeSettings, address: str) -> None:
        source = resolve_include("http", mapped(f"{address}/a.sql"), MAIN, project)

        assert (source.text, source.name) == ("select 1", f"{address}/a.sql")

    def test_a_missing_page_is_an_error(self, project: IncludeSettings, address: str) -> None:
        error = error_of(lambda: resolve_include("http", mapped(f"{address}/b"), MAIN, project))

        assert "404" in error.message

    def test_other_addresses_are_refused(self, project: IncludeSettings) -> None:
        error = error_of(
            lambda: resolve_include("http", mapped("file:///etc/passwd"), MAIN, project)
        )

        assert "is no http address" in error.message

    def test_is_refused_unless_allowed(self, tmp_path: Path) -> None:
        strict = IncludeSettings(tmp_path, tmp_path)

        error = error_of(lambda: resolve_include("http", mapped("http://x/a"), MAIN, strict))

        assert "is not allowed in this workspace" in error.message


class TestLibraries:
    @pytest.fixture
    def clone(self, tmp_path: Path) -> Callable[[str, Path, str | None], None]:
        """Clones a real repository on disk in the place of the address."""
        repository = tmp_path / "origin"
        (repository / "udf").mkdir(parents=True)
        (repository / "udf" / "hello.byzer").write_text("select 1 as hello;")

        def git(*arguments: str) -> None:
            identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
            subprocess.run(["git", *identity, *arguments], cwd=repository, check=True)

        git("init", "--quiet")
        git("add", ".")
        git("commit", "--quiet", "-m", "first")
        git("tag", "v1")
        (repository / "udf" / "hello.byzer").write_text("select 2 as hello;")
        git("commit", "--quiet", "-am", "second")

        def clone_local(url: str, folder: Path, commit: str | None) -> None:
            assert url.endswith("/ann/lib-core")
            git_clone(repository.as_uri(), folder, commit)

        return clone_local

    @pytest.mark.parametrize(
        ("commit", "path", "text"),
        [
            ({}, "core.udf.hello", "select 2 as hello;"),
            ({"commit": "v1"}, "core.udf.hello", "select 1 as hello;"),
            ({"libMirror": "gitee.com"}, "github.com/ann/lib-core.udf.hello", "select 2 as hello;"),
        ],
    )
    def test_its_scripts_are_found_by_alias_and_address(
        self,
        project: IncludeSettings,
        clone: Callable[[str, Path, str | None], None],
        commit: dict[str, str],
        path: str,
        text: str,
    ) -> None:
        address = mapped("github.com/ann/lib-core")
        library = fetch_library(address, {"alias": "core", **commit}, project, clone)
        libraries = Libraries().including(library)

        assert resolve_include("local", mapped(path), MAIN, project, libraries).text == text

    def test_it_is_cloned_once_unless_forced(self, project: IncludeSettings) -> None:
        cloned: list[str] = []

        def clone(url: str, folder: Path, commit: str | None) -> None:
            folder.mkdir(parents=True)
            cloned.append(url)

        address = mapped("github.com/ann/lib-core")
        for options in ({}, {}, {"force": "true"}):
            assert fetch_library(address, options, project, clone).alias == "lib-core"

        assert cloned == ["https://github.com/ann/lib-core"] * 2

    def test_a_failed_clone_leaves_nothing(self, project: IncludeSettings, tmp_path: Path) -> None:
        folder = project.library_folder / "x"

        with pytest.raises(ScriptError, match="git could not fetch the library"):
            git_clone((tmp_path / "nowhere").as_uri(), folder, None)

        assert list(project.library_folder.iterdir()) == []

    @pytest.mark.parametrize(
        ("address", "options"),
        [
            ("--upload-pack=x", {}),
            ("github.com/../../etc", {}),
            ("ext::sh -c x", {}),
            ("github.com/ann/lib", {"libMirror": "-x"}),
            ("github.com/ann/lib", {"commit": "--force"}),
            ("github.com/ann/lib", {"commit": "../../x"}),
        ],
    )
    def test_strange_addresses_are_refused(
        self, project: IncludeSettings, address: str, options: dict[str, str]
    ) -> None:
        def clone(url: str, folder: Path, commit: str | None) -> None:
            raise AssertionError(url)

        assert error_of(lambda: fetch_library(mapped(address), options, project, clone)).span

    def test_a_script_cannot_leave_its_library(
        self, project: IncludeSettings, clone: Callable[[str, Path, str | None], None]
    ) -> None:
        library = fetch_library(mapped("github.com/ann/lib-core"), {"alias": "c"}, project, clone)
        libraries = Libraries().including(library)

        error = error_of(
            lambda: resolve_include("local", mapped("c./etc/passwd"), MAIN, project, libraries)
        )

        assert "is outside the project" in error.message

    def test_is_refused_unless_allowed(self, tmp_path: Path) -> None:
        strict = IncludeSettings(tmp_path, tmp_path)

        error = error_of(lambda: fetch_library(mapped("github.com/a/b"), {}, strict))

        assert "is not allowed in this workspace" in error.message
