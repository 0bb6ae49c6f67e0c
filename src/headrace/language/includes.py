"""Includes: finding the text that ``include KIND.`PATH``` names. The only file access of the language.

=========  ==================================================================================
kind       means
=========  ==================================================================================
project    a script file: beside the including file, else under the project's root
local      the same; or a script of a library, ``local.`alias.folder.script```
lib        a git repository; ``alias`` names it for ``local``. Refused unless allowed
http       a script at a URL. Refused unless allowed
hdfs       not available in this version
=========  ==================================================================================

The endings ``.mlsql``, ``.byzer`` and ``.sql`` may be left out.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from headrace.errors import ScriptError, suggest
from headrace.graph.span import MappedText, Source, Span
from headrace.language.calls import callers, check_call

ENDINGS = (".mlsql", ".byzer", ".sql")
KINDS = ("project", "local", "lib", "http", "hdfs")
HTTP_TIMEOUT_SECONDS = 30
CLONE_TIMEOUT_SECONDS = 300

_LIBRARY = re.compile(r"[A-Za-z0-9.-]+\.[A-Za-z]{2,}(?:/[A-Za-z0-9_][A-Za-z0-9._-]*){2,}")
_COMMIT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")


@dataclass(frozen=True, slots=True)
class IncludeSettings:
    """What a workspace allows, and where it keeps things.

    ``root`` is the project's folder; files outside it are refused unless ``outside_root``.
    Libraries are cloned below ``library_folder``.
    """

    root: Path
    library_folder: Path
    outside_root: bool = False
    allow_libraries: bool = False
    allow_http: bool = False
    max_bytes: int = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Library:
    """A repository that an ``include lib`` brought in, and the name that scripts use for it."""

    alias: str
    url: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Libraries:
    """The libraries that a script has included so far."""

    by_name: Mapping[str, Library] = field(default_factory=lambda: MappingProxyType({}))

    def including(self, library: Library) -> Libraries:
        """With one more; it is found by its alias and by its full address."""
        names = {library.alias: library, library.url: library}
        return Libraries(MappingProxyType({**self.by_name, **names}))

    def script(self, path: str) -> Path | None:
        """The file that ``alias.folder.script`` means; None where no library begins so."""
        for name in sorted(self.by_name, key=len, reverse=True):
            if path.startswith(f"{name}."):
                inside = path.removeprefix(f"{name}.").replace(".", "/")
                return self.by_name[name].folder / inside
        return None


def resolve_include(
    kind: str,
    path: MappedText,
    call: Span,
    settings: IncludeSettings,
    libraries: Libraries = Libraries(),
) -> Source:
    """The text that an include names; ``call`` becomes its caller.

    Parameters
    ----------
    kind : what stands before the path, in any case; for ``lib`` see ``fetch_library``
    path : the expanded path
    call : the include statement
    settings : what is allowed
    libraries : those included before

    Raises
    ------
    ScriptError : for a kind, file or URL that does not exist or is not allowed, a text that is
        too large or not UTF-8, a cycle, and includes too deep; placed at ``path``
    """
    try:
        found = kind.lower()
        if found in ("project", "local"):
            return _file(path.text, call, settings, libraries)
        if found == "http":
            return _page(path.text, call, settings)
        raise _no_such_kind(kind)
    except ScriptError as error:
        raise error.at(path.origin) from error.__cause__


def fetch_library(
    path: MappedText,
    options: Mapping[str, str],
    settings: IncludeSettings,
    clone: Callable[[str, Path, str | None], None] | None = None,
) -> Library:
    """Clone the repository of ``include lib.`github.com/owner/name` where alias="x"``.

    Parameters
    ----------
    path : the repository's address, without ``https://``
    options : ``alias`` (default: the repository's name), ``libMirror`` (another host),
        ``commit`` (a commit, tag or branch), ``force`` (``true`` clones again)
    settings : libraries must be allowed
    clone : ``git_clone``, or another way to get ``url`` into a folder at a commit

    Raises
    ------
    ScriptError : when libraries are not allowed, the address or an option is wrong, or git fails
    """
    try:
        return _library(path.text.strip("/"), options, settings, clone or git_clone)
    except ScriptError as error:
        raise error.at(path.origin) from error.__cause__


def git_clone(url: str, folder: Path, commit: str | None) -> None:
    """Clone ``url`` into the new ``folder``; it appears complete or not at all.

    Raises
    ------
    ScriptError : with git's last line, when git is missing, fails or takes too long
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=".clone-", dir=folder.parent))
    try:
        _git("clone", "--quiet", "--no-recurse-submodules", "--", url, str(beside / "copy"))
        if commit is not None:
            _git("-C", str(beside / "copy"), "checkout", "--quiet", "--detach", commit)
        (beside / "copy").rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _file(path: str, call: Span, settings: IncludeSettings, libraries: Libraries) -> Source:
    wanted = libraries.script(path)
    places = [wanted] if wanted else [_base(call, settings) / path, settings.root / path]
    for place in places:
        for candidate in (place, *(place.with_name(place.name + ending) for ending in ENDINGS)):
            if place.name and candidate.is_file():
                return _script(candidate.resolve(), call, settings, library=wanted is not None)
    raise _missing(path, places)


def _script(file: Path, call: Span, settings: IncludeSettings, *, library: bool) -> Source:
    home = settings.library_folder if library else settings.root
    if not (settings.outside_root or file.is_relative_to(home.resolve())):
        raise ScriptError(
            f"'{file}' is outside the project",
            hint=f"includes stand below {home}; the workspace can allow others (outside_root)",
            code="include-outside",
        )
    name = _name(file, settings)
    check_call(name, call, "include")
    with file.open("rb") as opened:
        content = opened.read(settings.max_bytes + 1)
    return Source(name, _decoded(content, name, settings), caller=call)


def _decoded(content: bytes, name: str, settings: IncludeSettings) -> str:
    if len(content) > settings.max_bytes:
        raise ScriptError(f"'{name}' is larger than {settings.max_bytes:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScriptError(
            f"'{name}' is not UTF-8: byte {error.start + 1}", hint="save the script as UTF-8"
        ) from error


def _name(file: Path, settings: IncludeSettings) -> str:
    root = settings.root.resolve()
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()


def _base(call: Span, settings: IncludeSettings) -> Path:
    """The folder of the file that the include stands in, through macros that were called."""
    for source in callers(call):
        file = settings.root / source.name
        if not source.name.startswith("!") and file.is_file():
            return file.parent
    return settings.root


def _missing(path: str, places: list[Path]) -> ScriptError:
    folders = dict.fromkeys(place.parent for place in places)
    near = sorted(
        file.name
        for folder in folders
        if folder.is_dir()
        for file in folder.iterdir()
        if file.suffix in ENDINGS
    )
    where = " and ".join(str(folder) for folder in folders)
    return ScriptError(
        f"there is no script '{path}'",
        hint=f"looked in {where}; {suggest(Path(path).name, near, 'scripts')}",
        code="include-missing",
    )


def _no_such_kind(kind: str) -> ScriptError:
    if kind.lower() == "hdfs":
        return ScriptError(
            "include hdfs is not available in this version",
            hint="copy the script into the project and use include project.`…`",
            code="later",
        )
    return ScriptError(f"there is no include kind '{kind}'", hint=suggest(kind, KINDS, "kinds"))


def _page(url: str, call: Span, settings: IncludeSettings) -> Source:
    if not settings.allow_http:
        raise ScriptError(
            "include http is not allowed in this workspace",
            hint="allow it in the workspace's configuration (allow_http), or copy the script",
            code="include-refused",
        )
    if not url.startswith(("http://", "https://")):
        raise ScriptError(f"'{url}' is no http address")
    check_call(url, call, "include")
    return Source(url, _decoded(_downloaded(url, settings), url, settings), caller=call)


def _downloaded(url: str, settings: IncludeSettings) -> bytes:
    import urllib.error  # loaded on first use: few scripts need it
    import urllib.request

    try:
        with urllib.request.urlopen(url, timeout=HTTP_TIMEOUT_SECONDS) as answer:
            content: bytes = answer.read(settings.max_bytes + 1)
            return content
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise ScriptError(f"'{url}' could not be read: {error}") from error


def _library(
    address: str,
    options: Mapping[str, str],
    settings: IncludeSettings,
    clone: Callable[[str, Path, str | None], None],
) -> Library:
    if not settings.allow_libraries:
        raise ScriptError(
            "include lib is not allowed in this workspace",
            hint="allow it in the workspace's configuration (allow_libraries), "
            "or copy the scripts and use include project.`…`",
            code="include-refused",
        )
    given = {key.lower(): value for key, value in options.items()}
    host, _, rest = address.partition("/")
    source = f"{given.get('libmirror', host)}/{rest}"
    commit = given.get("commit")
    _check_address(address, source, commit)
    folder = settings.library_folder.joinpath(*address.split("/"), commit or "latest")
    if given.get("force", "").lower() == "true":
        shutil.rmtree(folder, ignore_errors=True)
    if not folder.is_dir():
        clone(f"https://{source}", folder, commit)
    return Library(given.get("alias", address.rpartition("/")[2]), address, folder)


def _check_address(address: str, source: str, commit: str | None) -> None:
    for given in (address, source):
        if not _LIBRARY.fullmatch(given):
            raise ScriptError(
                f"'{given}' is no address of a repository",
                hint="the form is github.com/owner/name",
            )
    if commit is not None and (not _COMMIT.fullmatch(commit) or ".." in commit):
        raise ScriptError(f"'{commit}' is no commit, tag or branch")


def _git(*arguments: str) -> None:
    command = ["git", "-c", "core.hooksPath=/dev/null", *arguments]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=CLONE_TIMEOUT_SECONDS, check=False,
            env=_git_environment(),
        )  # fmt: skip
    except FileNotFoundError as error:
        raise ScriptError("include lib needs git, which is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise ScriptError(f"git took more than {CLONE_TIMEOUT_SECONDS} s") from error
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise ScriptError(f"git could not fetch the library: {said[-1]}")


def _git_environment() -> dict[str, str]:
    return {**os.environ, "GIT_TERMINAL_PROMPT": "0"}  # a question would wait for ever
