"""Libraries of scripts: git repositories that ``include lib`` brings into the workspace.

``include lib.`github.com/owner/name` where alias="x"`` makes the scripts of the repository
known; ``include local.`x.folder.script``` then runs one of them.
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

from headrace.errors import ScriptError

CLONE_TIMEOUT_SECONDS = 300

Clone = Callable[[str, Path, str | None], None]
"""Gets a URL into a new folder, at a commit, tag or branch if one is given."""

_LIBRARY = re.compile(r"[A-Za-z0-9.-]+\.[A-Za-z]{2,}(?:/[A-Za-z0-9_][A-Za-z0-9._-]*){2,}")
_COMMIT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]*")


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


def clone_library(
    address: str, options: Mapping[str, str], folder: Path, clone: Clone | None = None
) -> Library:
    """The library at ``address``, cloned below ``folder`` unless it stands there.

    Parameters
    ----------
    address : the repository's address, without ``https://``
    options : ``alias`` (default: the repository's name), ``libMirror`` (another host),
        ``commit`` (a commit, tag or branch), ``force`` (``true`` clones again)
    folder : where libraries are kept, each in a folder of its own
    clone : ``git_clone``, or another way to get a repository

    Raises
    ------
    ScriptError : when the address or an option is wrong, or git fails; no place yet
    """
    given = {key.lower(): value for key, value in options.items()}
    host, _, rest = address.partition("/")
    source = f"{given.get('libmirror', host)}/{rest}"
    commit = given.get("commit")
    _check_address(address, source, commit)
    home = folder.joinpath(*address.split("/"), commit or "latest")
    if given.get("force", "").lower() == "true":
        shutil.rmtree(home, ignore_errors=True)
    if not home.is_dir():
        (clone or git_clone)(f"https://{source}", home, commit)
    return Library(given.get("alias", address.rpartition("/")[2]), address, home)


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
