"""Delta Lake tables."""

from __future__ import annotations

from pydantic import model_validator

from headrace.operators.formats.base import Format
from headrace.operators.options import Options, parameter


class DeltaRead(Options):
    """Options of ``load delta``: the newest version unless another is named."""

    version_as_of: int | None = parameter(None, "version", ge=0, title="read this version")
    timestamp_as_of: str | None = parameter(
        None, title="read what was newest at this time, such as 2024-05-01 12:00:00"
    )

    @model_validator(mode="after")
    def _is_one_point_in_time(self) -> DeltaRead:
        if self.version_as_of is not None and self.timestamp_as_of is not None:
            raise ValueError("give version_as_of or timestamp_as_of, not both")
        return self


class DeltaWrite(Options):
    """Options of ``save … as delta``."""

    merge_schema: bool = parameter(False, title="when appending, add columns that are new")
    overwrite_schema: bool = parameter(
        False, title="when overwriting, let the new columns replace the old ones"
    )


FORMAT = Format("delta", "Delta Lake table", "files", DeltaRead, DeltaWrite)
