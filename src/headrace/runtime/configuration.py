"""What a workspace allows and how much it may use: ``headrace.toml`` and the environment."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import ByteSize

from headrace.errors import DataError
from headrace.graph.options import Options, bind, given, parameter
from headrace.graph.step import Json

FILE_NAME = "headrace.toml"
ENVIRONMENT_PREFIX = "HEADRACE_"


class Configuration(Options):
    """The settings of a workspace; each may also be ``HEADRACE_NAME`` in the environment."""

    workspace: str = parameter(".headrace", title="Where models, runs and staged tables are kept")
    owner: str = parameter("local", title="Whose work this is; scripts see it as OWNER")
    memory: ByteSize | None = parameter(
        None, title="Budget such as '4GB'; by default what the machine or container has"
    )
    allow_shell: bool = parameter(False, title='May scripts set type="shell" variables')
    allow_git_includes: bool = parameter(False, title="May scripts include from git repositories")
    allow_http_includes: bool = parameter(False, title="May scripts include from web addresses")
    preview_rows: int = parameter(20, title="Rows of a table that are shown", ge=1, le=10_000)
    staging_limit: ByteSize = parameter(
        ByteSize(10 * 1024**3), title="How much disk staged source tables may take"
    )


def read_configuration(root: Path, environment: Mapping[str, str]) -> Configuration:
    """The settings of the project at ``root``; the environment goes before the file.

    Raises
    ------
    DataError : when the file is not TOML
    OptionError : for an unknown or impossible setting
    """
    path = root / FILE_NAME
    settings: dict[str, Json] = {}
    if path.is_file():
        try:
            settings = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise DataError(f"{path} cannot be read: {error}") from error
    for name in Configuration.model_fields:
        variable = ENVIRONMENT_PREFIX + name.upper()
        if variable in environment:
            settings[name] = environment[variable]
    return bind(Configuration, given(settings), FILE_NAME).unwrap()
