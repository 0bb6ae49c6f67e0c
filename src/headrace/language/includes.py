"""Includes: finding the text that ``include KIND.`PATH``` names. The only file access of the language.

=========  ==================================================================================
kind       means
=========  ==================================================================================
project    a script file: beside the including file, else under the project's root
local      the same; or a script of a library, ``local.`alias.folder.script```
lib        a git repository (``libraries.py``); names scripts, and is no text itself
http       a script at a URL. Refused unless allowed
hdfs       not available in this version
=========  ==================================================================================

The endings ``.mlsql``, ``.byzer`` and ``.sql`` may be left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from headrace.errors import ScriptError, suggest
from headrace.graph.span import MappedText, Source, Span
from headrace.language.calls import callers, check_call
from headrace.language.libraries import Clone, Libraries, Library, clone_library

__all__ = ["IncludeSettings", "Libraries", "fetch_library", "resolve_include"]

ENDINGS = (".mlsql", ".byzer", ".sql")
KINDS = ("project", "local", "lib", "http", "hdfs")
HTTP_TIMEOUT_SECONDS = 30
LONGEST_PATH = 1000
"""Longer than any name that file systems take; asking them raises other errors."""


@dataclass(frozen=True, slots=True)
class IncludeSettings:
    """What a workspace allows, and where it keeps things.

    ``root`` is the project's folder; files outside it are refused unless ``outside_root``.
    Libraries stand below ``library_folder``.
    """

    root: Path
    library_folder: Path
    outside_root: bool = False
    allow_libraries: bool = False
    allow_http: bool = False
    max_bytes: int = 16 * 1024 * 1024


NO_LIBRARIES = Libraries()


def resolve_include(
    kind: str,
    path: MappedText,
    call: Span,
    settings: IncludeSettings,
    libraries: Libraries = NO_LIBRARIES,
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
    clone: Clone | None = None,
) -> Library:
    """The library of ``include lib.`github.com/owner/name` where alias="x"``.

    Raises
    ------
    ScriptError : when libraries are not allowed, and as ``clone_library``; placed at ``path``
    """
    if not settings.allow_libraries:
        raise ScriptError(
            "include lib is not allowed in this workspace",
            span=path.origin,
            hint="allow it in the workspace's configuration, "
            "or copy the scripts and use include project.`…`",
            code="include-refused",
        )
    try:
        return clone_library(path.text.strip("/"), options, settings.library_folder, clone)
    except ScriptError as error:
        raise error.at(path.origin) from error.__cause__


def _file(path: str, call: Span, settings: IncludeSettings, libraries: Libraries) -> Source:
    wanted = libraries.script(path)
    places = [wanted] if wanted else [_base(call, settings) / path, settings.root / path]
    for place in places if len(path) <= LONGEST_PATH else ():
        for candidate in _candidates(place):
            if candidate.is_file():
                return _script(candidate.resolve(), call, settings, library=wanted is not None)
    raise _missing(path, places)


def _candidates(place: Path) -> tuple[Path, ...]:
    """The file, and with each ending that may be left out."""
    if not place.name:
        return ()
    return (place, *(place.with_name(place.name + ending) for ending in ENDINGS))


def _script(file: Path, call: Span, settings: IncludeSettings, *, library: bool) -> Source:
    home = settings.library_folder if library else settings.root
    if not (settings.outside_root or file.is_relative_to(home.resolve())):
        raise ScriptError(
            f"'{file}' is outside the project",
            hint=f"includes stand below {home}",
            code="include-outside",
        )
    name = _name(file, settings)
    check_call(name, call, "include")
    try:
        with file.open("rb") as opened:
            content = opened.read(settings.max_bytes + 1)
    except OSError as error:
        raise ScriptError(f"'{name}' could not be read: {error.strerror}") from error
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
    near = sorted(name for folder in folders for name in _scripts_in(folder))
    where = " and ".join(str(folder) for folder in folders)
    return ScriptError(
        f"there is no script '{path}'",
        hint=f"looked in {where}; {suggest(Path(path).name, near, 'scripts')}",
        code="include-missing",
    )


def _scripts_in(folder: Path) -> list[str]:
    try:
        return [file.name for file in folder.iterdir() if file.suffix in ENDINGS]
    except (OSError, ValueError):  # no folder, or one that may not be read: nothing to suggest
        return []


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
            hint="allow it in the workspace's configuration, or copy the script",
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
    except urllib.error.HTTPError as error:
        error.close()  # it holds the connection
        raise ScriptError(f"'{url}' could not be read: {error}") from error
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise ScriptError(f"'{url}' could not be read: {error}") from error
